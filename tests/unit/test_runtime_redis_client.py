"""What is sent again and what never is, seen from the server's side."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from runtime.errors import BackendUnavailable, translate_redis_errors
from runtime.redis_client import connect
from runtime.settings import Settings


class Server:
    """Takes commands and never answers them: hangs up, or keeps silent."""

    def __init__(self) -> None:
        self.received = 0
        self.hangs_up = True
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65_536):
            writer.write(b"+OK\r\n" * data.count(b"SETINFO"))
            if b"INCR" in data:
                self.received += 1
                if self.hangs_up:
                    break
        writer.close()


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    ours = Server()
    async with await asyncio.start_server(ours.serve, "127.0.0.1", 0) as listening:
        ours.url = f"redis://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
        yield ours


@pytest.mark.parametrize("piped", [False, True])
@pytest.mark.parametrize(("hangs_up", "retries", "sent"), [(True, 0, 1), (True, 2, 3), (False, 0, 1), (False, 2, 1)])
async def test_only_a_reader_sends_again_and_only_when_the_connection_broke(
    server: Server, hangs_up: bool, retries: int, sent: int, piped: bool
) -> None:
    server.hangs_up = hangs_up
    client = connect(server.url, Settings(redis_timeout_seconds=0.1), retries=retries)
    counting = client.pipeline(transaction=False).incr("n").execute() if piped else client.incr("n")
    with pytest.raises(BackendUnavailable), translate_redis_errors("counting"):
        await counting
    await client.aclose()
    assert server.received == sent
