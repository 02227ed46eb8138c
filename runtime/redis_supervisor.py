"""Keeps one embedded Redis server alive while any process uses it: starts it, restarts it when it dies, stops it when
the last user is gone, also when that user was killed. Run as a script with its plan (JSON) as the only argument, it
detaches itself; it needs nothing but the standard library.

Every user holds a shared lock on the users file for as long as it lives; the kernel drops it with the process. The
supervisor takes that lock for itself before it stops the server, so that a newcomer waits and then starts afresh.
"""

import ctypes
import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

POLL_SECONDS = 0.1
STOP_SECONDS = 30.0
#: A server that dies this soon after its start counts as a failed start.
HEALTHY_SECONDS = 2.0
FAILED_STARTS_MAX = 5
#: Users look at the supervisor's lock for a moment; only another supervisor keeps it this long.
LOCK_TRIES = 20
LOCK_PAUSE_SECONDS = 0.005
PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Plan:
    """What to run and where."""

    folder: str
    command: list[str]
    environment: dict[str, str]
    #: Run to its end before each start of the server.
    before_start: list[str]


class Supervisor:
    """One server child. `state.json` tells its users about it; only the supervisor in charge ever writes that."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.folder = Path(plan.folder)
        self.state: dict[str, object] = {}
        self.asked_to_stop = False

    def take_charge(self) -> bool:
        """Lock the folder for this process and the child that it may detach into. False: another is in charge."""
        lock = os.open(self.folder / "supervisor.lock", os.O_RDWR | os.O_CREAT, 0o600)
        for _ in range(LOCK_TRIES):
            if _try_lock(lock):
                self._publish(status="starting")
                return True
            time.sleep(LOCK_PAUSE_SECONDS)
        return False

    def run(self) -> int:
        """Supervise until nobody uses the server. Returns the exit code."""
        users = os.open(self.folder / "users.lock", os.O_RDWR | os.O_CREAT, 0o600)
        signal.signal(signal.SIGTERM, self._ask_to_stop)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        restarts = failed_starts = 0
        while True:
            started_at = time.monotonic()
            child = self._start_server()
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

    def _start_server(self) -> "subprocess.Popen[bytes]":
        subprocess.run(self.plan.before_start, stdin=subprocess.DEVNULL, cwd=self.folder, check=False)
        return subprocess.Popen(
            self.plan.command,
            env=self.plan.environment,
            stdin=subprocess.DEVNULL,
            cwd=self.folder,
            preexec_fn=_die_with_supervisor,  # noqa: PLW1509 - this process has one thread
        )

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
        fresh = self.folder / "state.new"
        fresh.write_text(json.dumps(self.state), "utf-8")
        fresh.replace(self.folder / "state.json")


def _die_with_supervisor() -> None:
    """A server that outlived its supervisor would run for ever, or beside a second one on the same files."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


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


def main(argument: str) -> int:
    """Whoever waits for this to return finds the state fresh and the folder in somebody's charge."""
    supervisor = Supervisor(Plan(**json.loads(argument)))
    if not supervisor.take_charge():
        return 0
    detach()
    return supervisor.run()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
