"""The error root. An operator must hear these; what a shopper may hear is a returned value instead.

AppError            code and details for people and machines, `retryable` for callers
├── SettingsError       a setting is unknown or has a value that cannot be used
├── BackendUnavailable  Redis cannot be reached, timed out, or cannot take the call in its present state
└── BackendMisused      Redis answered with an error that a defect of ours provoked
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from redis import exceptions as redis_errors


class AppError(Exception):
    """Root of the errors that an operator must hear."""

    code = "internal"
    retryable = False

    def __init__(self, message: str, *, details: Mapping[str, object] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.details: Mapping[str, object] = details or {}


class SettingsError(AppError):
    """A setting is unknown or has a value that cannot be used."""

    code = "settings"


class BackendUnavailable(AppError):
    """Redis cannot be reached, timed out, or cannot take the call in its present state."""

    code = "unavailable"
    retryable = True


class BackendMisused(AppError):
    """Redis answered with an error that a defect of ours provoked."""

    code = "backend_misused"


#: Error codes for which redis-py has no class: the server is at fault or busy, and the same call may succeed later.
_PASSING_STATES = ("BUSY ", "MISCONF ", "NOREPLICAS ")


@contextmanager
def translate_redis_errors(doing: str) -> Iterator[None]:
    """Turn redis-py's exceptions into ours. `doing` names the work for the message and holds no user text."""
    try:
        yield
    except (
        redis_errors.BusyLoadingError,
        redis_errors.ClusterDownError,
        redis_errors.ConnectionError,
        redis_errors.MasterDownError,
        redis_errors.OutOfMemoryError,
        redis_errors.ReadOnlyError,
        redis_errors.TimeoutError,
        redis_errors.TryAgainError,
        TimeoutError,
        OSError,
    ) as error:
        raise BackendUnavailable(f"Redis did not answer while {doing}: {said_by_server(error)}") from error
    except redis_errors.RedisError as error:
        said = said_by_server(error)
        if said.startswith(_PASSING_STATES):
            raise BackendUnavailable(f"Redis cannot answer for now while {doing}: {said}") from error
        raise BackendMisused(f"Redis refused while {doing}: {said}") from error


def said_by_server(error: Exception) -> str:
    """The server's words alone: in a pipeline redis-py puts the command before them, which may hold users' text."""
    return str(error).rpartition(" of pipeline caused error: ")[2].strip("(),'\"") or type(error).__name__
