"""The error root. An operator must hear these; what a shopper may hear is a returned value instead.

AppError            code and details for people and machines, `retryable` for callers
├── SettingsError       a setting is unknown or has a value that cannot be used
├── BackendUnavailable  Redis cannot be reached, timed out, or refused for want of memory
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
    """Redis cannot be reached, timed out, or refused for want of memory."""

    code = "unavailable"
    retryable = True


class BackendMisused(AppError):
    """Redis answered with an error that a defect of ours provoked."""

    code = "backend_misused"


@contextmanager
def translate_redis_errors(doing: str) -> Iterator[None]:
    """Turn redis-py's exceptions into ours. `doing` names the work for the message and holds no user text."""
    try:
        yield
    except (
        redis_errors.BusyLoadingError,
        redis_errors.ConnectionError,
        redis_errors.OutOfMemoryError,
        redis_errors.ReadOnlyError,
        redis_errors.TimeoutError,
        TimeoutError,
        OSError,
    ) as error:
        raise BackendUnavailable(f"Redis did not answer while {doing}") from error
    except redis_errors.RedisError as error:
        raise BackendMisused(f"Redis refused while {doing}: {error}") from error
