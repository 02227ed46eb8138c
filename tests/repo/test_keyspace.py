"""The keyspace page and the function library are complete: no key is undocumented, no function uncalled."""

from pathlib import Path

import pytest

from inventory.keys import Keyspace
from inventory.models import Kind
from search.stock_view.schema import ViewKeys

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "keyspace.md").read_text("utf-8")
PYTHON = "".join(path.read_text("utf-8") for path in (ROOT / "inventory").rglob("*.py"))
VERBS = sorted(path.stem for path in (ROOT / "inventory" / "lua").glob("[a-z]*.lua"))


def test_every_key_of_the_ledger_is_on_the_page() -> None:
    keyspace = Keyspace("n", "r")
    samples = {
        keyspace.row(Kind.HELD, "<sku>").replace(":held:", ":<kind>:"),
        keyspace.registry(),
        keyspace.registry_version(),
        keyspace.hold("<hold id>"),
        keyspace.holds_due(),
        keyspace.ledger(),
        keyspace.ledger_archived(),
        keyspace.ledger_archiver(),
        keyspace.aisles(),
        keyspace.aisle_numbers(),
        keyspace.movement_source("<source>"),
        keyspace.movement_ahead("<source>"),
        keyspace.movement_ahead_cells("<source>"),
        keyspace.movement_sources(),
        keyspace.wait("<wait id>"),
        keyspace.waits_joined(),
        keyspace.waits_skus(),
        keyspace.waits_stores("<sku>"),
        keyspace.waits_ends(),
        keyspace.waits_of("<digest>"),
        keyspace.waits_followed(),
        keyspace.movements(),
        keyspace.movements_parked(),
        keyspace.feed("<kind>"),
    }
    missing = [key for key in samples if f"`{key.replace(keyspace.tag, '{…}')}`" not in PAGE]
    assert not missing


def test_every_key_of_the_stock_view_is_on_the_page() -> None:
    keys = ViewKeys(Keyspace("n", "r"))
    samples = {
        keys.document("<build>", "<sku>"),
        keys.alias(),
        keys.live(),
        keys.about("<build>"),
        keys.builds(),
        keys.doomed(),
        keys.follower(),
        keys.builder(),
    }
    assert not [key for key in samples if f"`{key.replace(keys.keyspace.tag, '{…}')}`" not in PAGE]


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_of_row_is_on_the_page(kind: Kind) -> None:
    assert f"| `{kind}` |" in PAGE


@pytest.mark.parametrize("verb", VERBS)
def test_a_function_is_registered_under_its_file_name_and_called_from_python(verb: str) -> None:
    lua = (ROOT / "inventory" / "lua" / f"{verb}.lua").read_text("utf-8")
    assert f"'@PREFIX@_{verb}'" in lua
    assert f'"{verb}"' in PYTHON
