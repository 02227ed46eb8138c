"""Settings: one table, every value checked, nothing unknown accepted."""

from pathlib import Path

import pytest

from runtime.errors import SettingsError
from runtime.settings import Settings, load_settings


def test_defaults_need_no_environment() -> None:
    settings = load_settings({}, env_file=None)
    assert settings.redis_url == "embedded"
    assert settings.data_dir == Path(".onhand")


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("ONHAND_NAMESPACE=from-file\nONHAND_REGION=from-file\n")
    settings = load_settings({"ONHAND_NAMESPACE": "from-environment"}, env_file=file)
    assert (settings.namespace, settings.region) == ("from-environment", "from-file")


@pytest.mark.parametrize("source", ["environment", "file"])
def test_an_unknown_name_is_an_error_that_names_it(source: str, tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("ONHAND_REDIS_ULR=x\n" if source == "file" else "")
    with pytest.raises(SettingsError, match="ONHAND_REDIS_ULR is not a setting"):
        load_settings({"ONHAND_REDIS_ULR": "x"} if source == "environment" else {}, env_file=file)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ONHAND_HOLD_TTL_SECONDS", "0"),
        ("ONHAND_HOLD_TTL_SECONDS", "soon"),
        ("ONHAND_REDIS_TIMEOUT_SECONDS", "nan"),
        ("ONHAND_REDIS_TIMEOUT_SECONDS", "inf"),
        ("ONHAND_REDIS_TIMEOUT_SECONDS", "-1"),
        ("ONHAND_NAMESPACE", "a:b"),
        ("ONHAND_NAMESPACE", ""),
        ("ONHAND_LOG_LEVEL", "loud"),
        ("ONHAND_DATA_DIR", ""),
        ("ONHAND_API_KEYS_FILE", ""),
    ],
)
def test_a_bad_value_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        load_settings({name: value}, env_file=None)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "localhost:6379",
        "http://localhost",
        "redis://localhost:many",
        "redis://localhost/0?protocol=3",
        "redis://localhost/0?retry_on_timeout=yes",
        "redis://localhost/0?decode_responses=yes",
        "unix:///run/redis.sock?socket_timeout=60",
        "redis://secret@[",
    ],
)
def test_a_redis_url_that_cannot_serve_is_refused_by_name_and_not_repeated(url: str) -> None:
    with pytest.raises(SettingsError, match="ONHAND_REDIS_URL") as refused:
        load_settings({"ONHAND_REDIS_URL": url}, env_file=None)
    assert "secret" not in refused.value.message


@pytest.mark.parametrize(
    "url",
    [
        "embedded",
        "redis://:secret@redis.example:6380/1",
        "rediss://redis.example?ssl_cert_reqs=required&ssl_ca_certs=/ca.pem",
        "unix:///run/redis.sock?db=2",
        "redis://[::1]:6379",
    ],
)
def test_every_usual_form_of_a_redis_url_is_taken(url: str) -> None:
    assert load_settings({"ONHAND_REDIS_URL": url}, env_file=None).redis_url == url


def test_settings_cannot_be_changed_after_start() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Settings().namespace = "other"  # type: ignore[misc]
