"""The least that an HTTP answer costs: one aiohttp handler that sends prepared bytes. Run as a process of its own."""

from __future__ import annotations

import sys
from pathlib import Path

import uvloop
from aiohttp import web


def application(body: bytes) -> web.Application:
    """Answers every GET of `/` with these bytes."""

    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=body, content_type="application/json")

    app = web.Application()
    app.router.add_get("/", answer)
    return app


def main(port: int, body: Path) -> None:
    """Serve the bytes of a file until the process is told to stop."""
    app = application(body.read_bytes())
    web.run_app(app, host="127.0.0.1", port=port, print=None, access_log=None, loop=uvloop.new_event_loop())


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
