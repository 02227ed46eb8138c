"""Keys are stored as digests and carry scopes."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.api_keys import ApiKey, ApiKeys, Caller, Scope, load_api_keys
from runtime.errors import SettingsError

SECRET = "onhand-test-key"
DIGEST = hashlib.sha256(SECRET.encode()).hexdigest()


def test_no_file_means_no_keys() -> None:
    assert not load_api_keys(None).configured


def test_a_toml_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "keys.toml"
    path.write_text(f'[[keys]]\nid = "till"\nsha256 = "{DIGEST}"\nscopes = ["stock"]\n')
    key = load_api_keys(path).find(SECRET)
    assert key is not None
    assert (key.id, key.scopes) == ("till", {Scope.STOCK})


def test_a_json_lines_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "keys.jsonl"
    path.write_text(json.dumps({"id": "till", "sha256": DIGEST, "scopes": []}) + "\n\n")
    keys = load_api_keys(path)
    assert keys.find(SECRET) is not None
    assert keys.find(SECRET + "x") is None
    assert keys.find("") is None
    assert keys.find("\ud800") is None


@pytest.mark.parametrize(
    "text",
    ["{", '{"id": "a b", "sha256": "x"}', f'{{"id": "a", "sha256": "{DIGEST}", "scopes": ["everything"]}}', "[]"],
)
def test_a_bad_file_is_refused_without_showing_it(tmp_path: Path, text: str) -> None:
    path = tmp_path / "keys.jsonl"
    path.write_text(text)
    with pytest.raises(SettingsError, match="ONHAND_API_KEYS_FILE") as caught:
        load_api_keys(path)
    assert DIGEST not in caught.value.message


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError):
        load_api_keys(tmp_path / "none.toml")


def test_an_expired_key_is_unknown_and_its_successor_is_not() -> None:
    now = datetime.now(UTC)
    old = ApiKey(id="till", sha256=DIGEST, expires_at=now - timedelta(seconds=1))
    assert ApiKeys([old]).find(SECRET, now) is None
    assert ApiKeys([old, old.model_copy(update={"expires_at": None})]).find(SECRET, now) is not None


def test_scopes_say_what_a_caller_may() -> None:
    assert Caller("till", frozenset({Scope.STOCK})).may(Scope.STOCK)
    assert not Caller("till", frozenset({Scope.STOCK})).may(Scope.STORE)
    assert Caller("anonymous", trusted=True).may(Scope.STORE)
