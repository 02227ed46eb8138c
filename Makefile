# `make` lists the targets. Everything is installed into .venv in this folder; nothing needs root or Docker.
SHELL := /bin/bash
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
# On a terminal the installation shows what it does; in a log it would only be noise.
PIP_QUIET := $(shell [ -t 2 ] || echo --quiet)
PIP := $(BIN)/python -m pip --no-input $(PIP_QUIET)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help
help: ## List the targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  \033[1m%-14s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: demo
demo: $(VENV)/.demo ## Set everything up, load the demo retailer, ask, hold, serve on port 8080 (ARGS=--exit: stop after the hold)
	@$(BIN)/onhand demo $(ARGS)

.PHONY: setup
setup: $(VENV)/.dev ## Set up the virtual environment with everything that tests and checks need

.PHONY: test
test: $(VENV)/.dev ## Run the whole test suite against a real embedded Redis
	@$(BIN)/python -m pytest $(ARGS)

.PHONY: check
check: lint types layers test ## Lint, types, layer rule, tests: what CI runs

.PHONY: fmt
fmt: $(VENV)/.dev ## Format the code
	@$(BIN)/ruff format -q .
	@$(BIN)/ruff check -q --fix .

.PHONY: lint
lint: $(VENV)/.dev ## Check format and lint rules
	@$(BIN)/ruff format --check -q . || { echo "run make fmt"; exit 1; }
	@$(BIN)/ruff check -q .

.PHONY: types
types: $(VENV)/.dev ## Check types (mypy strict)
	@$(BIN)/mypy

.PHONY: layers
layers: $(VENV)/.dev ## Check that packages import downwards only
	@$(BIN)/lint-imports --no-logo

.PHONY: bench
bench: $(VENV)/.bench ## Measure everything on the full real data, print tables, write bench/results/*.json
	@$(BIN)/python -m bench $(ARGS)

.PHONY: eval-search
eval-search: $(VENV)/.bench ## Measure how good search is: tables, failing cases, bench/results/*relevance*.json (ARGS=--quick)
	@$(BIN)/python -m bench.relevance $(ARGS)

.PHONY: realworld-full
realworld-full: $(VENV)/.dev ## Run the tests on the real data at its full size (the data must stand beside the project)
	@REALWORLD_PER_STORE=6000 $(BIN)/python -m pytest -m realworld tests/realworld $(ARGS)

.PHONY: soak
soak: $(VENV)/.bench ## Run the long proofs: crashes, power cuts, clocks, long models (needs a C compiler)
	@command -v cc >/dev/null || { echo "make soak needs a C compiler: sudo apt-get install gcc libc6-dev"; exit 1; }
	@$(BIN)/python -m pytest -m soak tests/soak $(ARGS)

.PHONY: docs
docs: $(VENV)/.dev ## Write the generated pages of docs/ and .env.example afresh
	@$(BIN)/python scripts/generate_docs.py

.PHONY: clean
clean: ## Remove what was built; the data directory .onhand stays
	@rm -rf $(VENV) build dist *.egg-info geo/data .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

# The virtual environment comes in two steps, so that `make demo` does not wait for test tools.
$(VENV)/bin/python:
	@command -v $(PYTHON) >/dev/null || { echo "onhand needs Python 3.11 or newer; set PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "onhand needs Python 3.11 or newer, found $$($(PYTHON) -V); set PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "the venv module is missing: sudo apt-get install python3-venv"; exit 1; }

$(VENV)/.demo: pyproject.toml $(wildcard geo/*.py geo/*.toml geo/*.txt) | $(VENV)/bin/python
	@echo "Setting up (once; a few minutes with an empty package cache) ..."
	@$(PIP) install --editable '.[embeddings]'
	@$(BIN)/python -m geo.build
	@touch $@

$(VENV)/.dev: $(VENV)/.demo
	@$(PIP) install --editable '.[embeddings,dev]'
	@touch $@

$(VENV)/.bench: $(VENV)/.dev
	@$(PIP) install --editable '.[embeddings,dev,bench]'
	@touch $@
