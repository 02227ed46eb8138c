"""A command that is told to end cleans up behind itself, whoever tells it."""

import asyncio
import signal
import sys

import pytest

SCRIPT = """
import asyncio
from runtime.cli import run_async

async def work(settings):
    try:
        print("working", flush=True)
        await asyncio.sleep(60)
    finally:
        print("cleaned up", flush=True)

run_async(work)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_the_work_is_cancelled_and_cleans_up(number: signal.Signals) -> None:
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", SCRIPT, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    async with asyncio.timeout(30):
        assert await process.stdout.readline() == b"working\n"
        process.send_signal(number)
        assert await process.stdout.readline() == b"cleaned up\n"
        assert await process.wait() == 130


async def test_a_command_in_the_background_of_a_script_can_be_ended_too() -> None:
    deaf = f"import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\n{SCRIPT}"
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", deaf, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    async with asyncio.timeout(30):
        assert await process.stdout.readline() == b"working\n"
        process.send_signal(signal.SIGTERM)
        assert await process.stdout.readline() == b"cleaned up\n"
        assert await process.wait() == 130
