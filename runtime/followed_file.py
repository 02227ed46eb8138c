"""A file that is read at the start and again whenever it has changed, while the service runs."""

from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

import structlog

from runtime.errors import SettingsError

Content = TypeVar("Content")

log = structlog.get_logger()


class FollowedFile(Generic[Content]):
    """What the file says now, or `otherwise` where no file is named. One that is broken while the service runs changes
    nothing but is complained of.

    Raises SettingsError at the start, when there is nothing better to go by.
    """

    def __init__(self, path: Path | None, read: Callable[[Path], Content], otherwise: Content) -> None:
        self._path = path
        self._read = read
        self._seen = None if path is None else stamp_of(path)
        self._content = otherwise if path is None else read(path)
        self.broken = False

    def current(self) -> Content:
        """One look at the file's time per question, so that a change counts from the next question on."""
        if self._path is not None and (stamp := stamp_of(self._path)) != self._seen:
            self._seen = stamp
            self._reload(self._path)
        return self._content

    def _reload(self, path: Path) -> None:
        try:
            self._content, self.broken = self._read(path), False
            log.info("file_reloaded", file=path.name)
        except SettingsError as error:
            self.broken = True
            log.error("file_unreadable", file=path.name, problem=error.message)


def stamp_of(path: Path) -> tuple[int, int, int] | None:
    """Changes whenever the file does; None while there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
