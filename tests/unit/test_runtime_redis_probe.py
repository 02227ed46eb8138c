"""Known-bad versions are named, good ones are not."""

import pytest

from runtime.redis_probe import known_faults


@pytest.mark.parametrize(
    ("server", "search", "expected"),
    [
        ("7.4.1", "2.10.5", ["WAITAOF", "Lua", "stop words", "wildcard", "weights"]),
        ("8.2.8", "8.2.8", ["8.2.9"]),
        ("8.0.6", "8.0.5", ["no longer gets fixes"]),
        ("8.2.9", "8.2.9", []),
        ("8.4.6", None, []),
        ("9.0.0", None, []),
    ],
)
def test_faults_of_a_version_are_named(server: str, search: str | None, expected: list[str]) -> None:
    faults = known_faults(server, search)
    assert len(faults) == len(expected)
    assert all(word in fault for word, fault in zip(expected, faults, strict=True))
