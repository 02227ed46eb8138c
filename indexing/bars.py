"""Progress of one run on the terminal."""

from rich.progress import Progress

from indexing.reading import OnProgress
from indexing.rows import RowReader


class Bars:
    """Progress bars of one run."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def reading(self, reader: RowReader) -> OnProgress:
        """A bar over the bytes of a feed."""
        advance = self.counting(f"reading {reader.layout.kind} (KiB)", reader.feed.size_bytes // 1024)
        return lambda done_bytes: advance(done_bytes // 1024)

    def counting(self, description: str, total: int) -> OnProgress:
        """A bar that is told how much is done."""
        task = self._progress.add_task(description, total=total)
        return lambda done: self._progress.update(task, completed=done)
