"""One entry of the route table: what an endpoint is called, accepts and answers, and the code behind it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from aiohttp import web
from pydantic import BaseModel

from bot.api_keys import Scope
from bot.problems import Code

Asked = TypeVar("Asked", bound=BaseModel)
Handler = Callable[[web.Request, Asked], Awaitable[web.StreamResponse]]

#: What every endpoint may answer.
ALWAYS = (Code.BAD_REQUEST, Code.RATE_LIMITED, Code.UNAVAILABLE)


@dataclass(frozen=True, slots=True)
class Endpoint(Generic[Asked]):
    """`answers` maps a status to the type of its JSON, or to a media type for what is not JSON."""

    method: str
    path: str
    handler: Handler[Asked]
    asks: type[Asked]
    answers: Mapping[int, object]
    summary: str
    tag: str
    problems: tuple[Code, ...] = ()
    scope: Scope | None = None
    #: Headers of a successful answer and what they say.
    answer_headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The handler's own name: unique, and what the OpenAPI document calls the operation."""
        return f"{self.handler.__module__.rpartition('.')[2]}_{self.handler.__name__}"
