"""Why a whole feed is refused or a build is given up. A bad row is never an exception: it is reported."""

from runtime.errors import AppError


class FeedRefused(AppError):
    """The file cannot be used as it is; nothing was changed."""

    code = "feed_refused"


class BuildFailed(AppError):
    """A build did not pass its checks; the old one keeps serving."""

    code = "build_failed"


class BuildInProgress(AppError):
    """Another run holds the build lock."""

    code = "build_in_progress"
    retryable = True
