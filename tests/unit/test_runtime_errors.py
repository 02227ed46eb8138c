import pytest
from redis._parsers.base import BaseParser

from runtime.errors import BackendMisused, BackendUnavailable, translate_redis_errors


def said(reply: str) -> Exception:
    """The exception that redis-py makes of an error reply."""
    error: Exception = BaseParser.parse_error(reply)
    return error


@pytest.mark.parametrize(
    "reply",
    [
        "LOADING Redis is loading the dataset in memory",
        "OOM command not allowed when used memory > 'maxmemory'.",
        "READONLY You can't write against a read only replica.",
        "MISCONF Errors writing to the AOF file: No space left on device",
        "NOREPLICAS Not enough good replicas to write.",
        "BUSY Redis is busy running a script.",
        "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
        "CLUSTERDOWN The cluster is down",
        "TRYAGAIN Multiple keys request during rehashing of slot",
    ],
)
def test_what_redis_cannot_do_for_now_is_unavailable(reply: str) -> None:
    with pytest.raises(BackendUnavailable) as told, translate_redis_errors("placing a hold"):
        raise said(reply)
    assert told.value.retryable
    assert told.value.__cause__ is not None


def test_what_the_operator_must_mend_is_in_the_message() -> None:
    with (
        pytest.raises(BackendUnavailable, match="a pulse: invalid password"),
        translate_redis_errors("feeling a pulse"),
    ):
        raise said("WRONGPASS invalid password")


@pytest.mark.parametrize("reply", ["ERR unknown command", "WRONGTYPE Operation against a key", "BUSYGROUP exists"])
def test_what_redis_will_never_do_is_a_defect_of_ours(reply: str) -> None:
    with pytest.raises(BackendMisused), translate_redis_errors("placing a hold"):
        raise said(reply)
