"""Keys are stored as digests, carry scopes, and follow their file."""

from __future__ import annotations

import hashlib
import json
import re
import stat
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
from click.testing import CliRunner, Result

from bot.api_key_file import ApiKeyFile, read_keys
from bot.api_keys import ApiKey, ApiKeys, Caller, Scope
from bot.commands.keys import keys as keys_command
from runtime.errors import SettingsError

SECRET = "onhand-test-key"
DIGEST = hashlib.sha256(SECRET.encode()).hexdigest()

Run = Callable[..., Result]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys.jsonl"


@pytest.fixture
def run(path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """`onhand keys …` in front of the file."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("runtime.cli.configure_logging", lambda *_, **__: None)  # is the whole process's

    def call(*words: str, file: Path | None = path) -> Result:
        env = {"ONHAND_API_KEYS_FILE": None if file is None else str(file)}
        return CliRunner().invoke(keys_command, words, env=env)

    return call


def made(run: Run, *words: str) -> dict[str, Any]:
    result = run("add", *words, "--json")
    assert result.exit_code == 0, result.output
    key: dict[str, Any] = json.loads(result.stdout)
    return key


def test_no_file_means_no_keys() -> None:
    assert not ApiKeyFile(None).current().configured


def test_a_toml_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "keys.toml"
    path.write_text(f'[[keys]]\nid = "till"\nsha256 = "{DIGEST}"\nscopes = ["stock"]\n')
    key = ApiKeyFile(path).current().find(SECRET)
    assert key is not None
    assert (key.id, key.scopes) == ("till", {Scope.STOCK})


def test_a_json_lines_file_is_read(path: Path) -> None:
    path.write_text(json.dumps({"id": "till", "sha256": DIGEST, "scopes": []}) + "\n\n")
    keys = ApiKeyFile(path).current()
    assert keys.find(SECRET) is not None
    assert keys.find(SECRET + "x") is None
    assert keys.find("") is None
    assert keys.find("\ud800") is None


@pytest.mark.parametrize(
    "text",
    [
        "{",
        '{"id": "a b", "sha256": "x"}',
        f'{{"id": "a", "sha256": "{DIGEST}", "scopes": ["everything"]}}',
        f'{{"id": "Anonymous", "sha256": "{DIGEST}"}}',
        "[]",
    ],
)
def test_a_bad_file_is_refused_without_showing_it(path: Path, text: str) -> None:
    path.write_text(text)
    with pytest.raises(SettingsError, match="ONHAND_API_KEYS_FILE") as caught:
        ApiKeyFile(path)
    assert DIGEST not in caught.value.message


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError):
        ApiKeyFile(tmp_path / "none.toml")


def test_an_expired_key_is_unknown_and_its_successor_is_not() -> None:
    now = datetime.now(UTC)
    old = ApiKey(id="till", sha256=DIGEST, expires_at=now - timedelta(seconds=1))
    assert ApiKeys([old]).find(SECRET, now) is None
    assert ApiKeys([old, old.model_copy(update={"expires_at": None})]).find(SECRET, now) is not None


def test_scopes_say_what_a_caller_may() -> None:
    assert Caller("till", frozenset({Scope.STOCK})).may(Scope.STOCK)
    assert not Caller("till", frozenset({Scope.STOCK})).may(Scope.STORE)
    assert Caller("anonymous", trusted=True).may(Scope.STORE)


def test_a_made_key_is_shown_once_has_256_bits_and_only_its_digest_is_kept(run: Run, path: Path) -> None:
    key = made(run, "till-boston", "--scope", "stock", "--scope", "store")
    assert re.fullmatch(r"onhand_[A-Za-z0-9_-]{43}", key["key"])
    assert key["key"] not in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    found = ApiKeys(read_keys(path)).find(key["key"])
    assert found is not None
    assert (found.id, found.scopes) == ("till-boston", {Scope.STOCK, Scope.STORE})
    listed = run("list")
    assert "till-boston" in listed.stdout
    assert key["fingerprint"] in listed.stdout
    assert key["key"] not in listed.stdout
    assert hashlib.sha256(key["key"].encode()).hexdigest() not in listed.stdout


def test_a_made_key_comes_alone_on_standard_output(run: Run) -> None:
    result = run("add", "till")
    assert re.fullmatch(r"onhand_[A-Za-z0-9_-]{43}\n", result.stdout)


def test_an_id_has_a_second_key_only_when_asked_for_and_either_can_be_revoked(run: Run, path: Path) -> None:
    old = made(run, "till")
    assert run("add", "till").exit_code == 1
    new = made(run, "till", "--rotate")
    assert run("revoke", "till", "--fingerprint", old["fingerprint"]).exit_code == 0
    keys = ApiKeys(read_keys(path))
    assert keys.find(old["key"]) is None
    assert keys.find(new["key"]) is not None


def test_revoking_takes_every_key_of_an_id_and_leaves_the_others(run: Run, path: Path) -> None:
    gone, again, kept = made(run, "till"), made(run, "till", "--rotate"), made(run, "desk")
    assert run("revoke", "till").exit_code == 0
    keys = ApiKeys(read_keys(path))
    assert keys.find(gone["key"]) is keys.find(again["key"]) is None
    assert keys.find(kept["key"]) is not None
    refused = run("revoke", "till")
    assert refused.exit_code == 1
    assert "has no key" in refused.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("add", "two words"),
        ("add", "anonymous"),
        ("add", "a", "--scope", "everything"),
        ("add", "a", "--expires", "soon"),
        ("add", "a", "--expires", "2099-01-01T00:00:00"),
        ("add", "a", "--expires", "2001-01-01T00:00:00Z"),
    ],
)
def test_what_makes_no_key_is_a_usage_error_and_changes_nothing(run: Run, path: Path, words: tuple[str, ...]) -> None:
    assert run(*words).exit_code == 2
    assert not path.exists()


def test_without_the_setting_and_with_a_toml_file_the_command_says_why_it_does_nothing(
    run: Run, tmp_path: Path
) -> None:
    assert "ONHAND_API_KEYS_FILE" in run("add", "till", file=None).stderr
    path = tmp_path / "keys.toml"
    path.write_text("# mine\n")
    refused = run("add", "till", file=path)
    assert (refused.exit_code, path.read_text()) == (2, "# mine\n")
    assert "TOML" in refused.stderr


def test_a_change_keeps_the_rights_of_the_file_and_leaves_no_other_behind(run: Run, path: Path) -> None:
    made(run, "till")
    path.chmod(0o640)
    made(run, "desk", "--expires", "2099-01-01T00:00:00+02:00")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [each.name for each in path.parent.iterdir()] == [path.name]
    assert read_keys(path)[1].expires_at == datetime(2098, 12, 31, 22, tzinfo=UTC)


def test_a_broken_file_is_not_written_over(run: Run, path: Path) -> None:
    path.write_text("{")
    assert run("add", "till").exit_code == 2
    assert path.read_text() == "{"


def test_a_running_service_follows_the_file_from_the_next_question_on(run: Run, path: Path) -> None:
    first = made(run, "till")
    file = ApiKeyFile(path)
    second = made(run, "desk")
    assert file.current().find(second["key"]) is not None
    run("revoke", "till")
    assert file.current().find(first["key"]) is None


def test_a_file_that_breaks_meanwhile_changes_nothing_and_is_complained_of_once(run: Run, path: Path) -> None:
    key = made(run, "till")
    file = ApiKeyFile(path)
    path.write_text("{")
    with structlog.testing.capture_logs() as lines:
        assert file.current().find(key["key"]) is not None
        assert file.current().find(key["key"]) is not None
    assert [line["event"] for line in lines] == ["file_unreadable"]
    assert file.broken
    path.unlink()
    assert file.current().find(key["key"]) is not None
    made(run, "desk")
    assert file.current().find(key["key"]) is None
    assert not file.broken
