"""What is written about the project is true, and the house rules that a machine can see are kept."""

import ast
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("bot", "demo", "geo", "indexing", "inventory", "runtime", "search")
SOURCES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
LUA = sorted((ROOT / "inventory" / "lua").glob("*.lua"))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tracked_files() -> list[Path]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).is_file()]


def test_the_generated_pages_are_fresh() -> None:
    check = [sys.executable, "scripts/generate_docs.py", "--check"]
    found = subprocess.run(check, cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout + found.stderr


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_a_module_is_small_says_what_it_owns_and_does_nothing_at_import(path: Path) -> None:
    text = path.read_text("utf-8")
    tree = ast.parse(text)
    assert ast.get_docstring(tree), "the module needs a docstring that says what it owns"
    assert text.count("\n") <= 300, "is there a seam?"
    if path.name == "__init__.py":
        assert len(tree.body) == 1, "a package's __init__ holds its docstring alone"
    if path.name != "settings.py":
        assert "os.environ" not in text, "settings are read in runtime/settings.py and handed down"


@pytest.mark.parametrize("path", LUA, ids=name_of)
def test_a_function_file_opens_with_its_contract(path: Path) -> None:
    head = path.read_text("utf-8").split("\nlocal ", 1)[0]
    assert head.startswith("--")
    if not path.name.startswith("_"):
        assert all(word in head for word in ("KEYS", "ARGV", "Returns")), (
            "KEYS, ARGV, Returns are a function's signature"
        )


def test_available_is_computed_in_exactly_one_place() -> None:
    formula = re.compile(r"on_hand\s*-\s*safety\s*-\s*held\s*-\s*allocated")
    places = [name_of(path) for path in [*SOURCES, *LUA] for _ in formula.findall(path.read_text("utf-8"))]
    assert places == ["inventory/lua/_shared.lua"]


def test_every_decision_has_a_number_of_its_own() -> None:
    numbers = [path.name[:4] for path in sorted((ROOT / "docs" / "decisions").glob("*.md"))]
    assert numbers == [f"{number:04d}" for number in range(1, len(numbers) + 1)]


def test_files_of_tests_and_their_helpers_have_different_names() -> None:
    names = Counter(path.stem for path in (ROOT / "tests").rglob("*.py") if path.name != "conftest.py")
    assert not [name for name, count in names.items() if count > 1], "pytest would import only one of them"


def test_links_between_pages_lead_somewhere() -> None:
    pages = [path for path in tracked_files() if path.suffix == ".md"]
    broken = []
    for page in pages:
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
            if "://" not in target and not (page.parent / target).exists():
                broken.append(f"{name_of(page)} -> {target}")
    assert not broken


def test_nothing_names_a_registry_host_or_a_path_of_one_machine() -> None:
    hosts = "|".join(["files\\." + "pythonhosted", "pypi\\." + "org", "registry\\." + "npmjs", "deb\\." + "debian"])
    homes = "|".join("/" + folder + "/" for folder in ("root", "work", "home/[a-z]+"))
    machine = re.compile(f"({hosts}|{homes})")
    found = []
    for path in tracked_files():
        if path.suffix in {".png", ".json", ".svg"} or path.name == "LICENSE":
            continue
        found += [f"{name_of(path)}: {match[0]}" for match in machine.finditer(path.read_text("utf-8", "replace"))]
    assert not found
