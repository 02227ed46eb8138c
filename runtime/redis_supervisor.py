"""Keeps one embedded Redis server alive while any process uses it: starts it, restarts it when it dies, stops it when
the last user is gone, also when that user was killed. `python -m runtime.redis_supervisor STATE_FILE` detaches itself.

Every user holds a shared lock on the users file for as long as it lives; the kernel drops it with the process. The
supervisor takes that lock for itself before it stops the server, so that a newcomer waits and then starts afresh.
"""

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

POLL_SECONDS = 0.1
STOP_SECONDS = 30.0
#: A server that dies this soon after its start counts as a failed start.
HEALTHY_SECONDS = 2.0
FAILED_STARTS_MAX = 5


class Supervisor:
    """One server child, described by the state file that its users read."""

    def __init__(self, state_file: Path) -> None:
        self.state_file = state_file
        self.folder = state_file.parent
        self.state = json.loads(state_file.read_text("utf-8"))
        self.asked_to_stop = False

    def run(self) -> int:
        """Supervise until nobody uses the server. Returns the exit code."""
        lock = os.open(self.folder / "supervisor.lock", os.O_RDWR | os.O_CREAT, 0o600)
        if not _try_lock(lock):
            return 0  # another supervisor is in charge of this folder
        users = os.open(self.folder / "users.lock", os.O_RDWR | os.O_CREAT, 0o600)
        signal.signal(signal.SIGTERM, self._ask_to_stop)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        restarts = failed_starts = 0
        while True:
            started_at = time.monotonic()
            child = subprocess.Popen(
                self.state["command"], env=self.state["environment"], stdin=subprocess.DEVNULL, cwd=self.folder
            )
            self._publish(supervisor_pid=os.getpid(), server_pid=child.pid, restarts=restarts, status="running")
            while child.poll() is None:
                if self.asked_to_stop or _try_lock(users):
                    return self._stop(child)
                time.sleep(POLL_SECONDS)
            restarts += 1
            failed_starts = failed_starts + 1 if time.monotonic() - started_at < HEALTHY_SECONDS else 0
            if failed_starts >= FAILED_STARTS_MAX:
                self._publish(status="failed", exit_code=child.returncode)
                return 1
            time.sleep(POLL_SECONDS * failed_starts)

    def _stop(self, child: "subprocess.Popen[bytes]") -> int:
        self._publish(status="stopping")
        child.terminate()
        try:
            child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        self._publish(status="stopped")
        return 0

    def _ask_to_stop(self, _signal: int, _frame: FrameType | None) -> None:
        self.asked_to_stop = True

    def _publish(self, **changes: object) -> None:
        self.state.update(changes)
        fresh = self.state_file.with_suffix(".new")
        fresh.write_text(json.dumps(self.state), "utf-8")
        fresh.replace(self.state_file)


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def detach() -> None:
    """Go on in a child process of a session of its own, so that whoever started this can reap it at once."""
    if os.fork():
        os._exit(0)
    os.setsid()


if __name__ == "__main__":
    detach()
    sys.exit(Supervisor(Path(sys.argv[1])).run())
