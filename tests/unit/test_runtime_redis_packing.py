import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis.asyncio.connection import Connection

from runtime.redis_packing import PACKED, PackedConnection, Word

WORDS = st.one_of(st.text(), st.binary(), st.integers(), st.floats(allow_nan=False))
COMMANDS = st.tuples(st.sampled_from(["GET", "FUNCTION LIST", b"SET", "FCALL"]), st.lists(WORDS, max_size=60))


@given(COMMANDS)
def test_a_command_is_packed_as_redis_py_does_it(command: tuple[str | bytes, list[Word]]) -> None:
    name, rest = command
    assert b"".join(PackedConnection().pack_command(name, *rest)) == b"".join(Connection().pack_command(name, *rest))


def test_commands_that_travel_together_follow_each_other() -> None:
    commands = [("SET", "a", 1), ("GET", b"\xff"), ("PING",)]
    assert b"".join(PackedConnection().pack_commands(commands)) == b"".join(Connection().pack_commands(commands))


@pytest.mark.parametrize("value", [None, [1], object()])
def test_what_is_no_word_is_refused(value: object) -> None:
    with pytest.raises(Exception, match=r".+"):
        PackedConnection().pack_command("SET", "a", value)  # type: ignore[arg-type]


def test_half_a_character_cannot_be_sent() -> None:
    with pytest.raises(UnicodeEncodeError):
        PackedConnection().pack_command("SET", "a", "\ud800")


def test_every_kind_of_connection_that_a_url_may_name_is_covered() -> None:
    assert {kind.__name__ for kind in PACKED} == {"Connection", "SSLConnection", "UnixDomainSocketConnection"}
