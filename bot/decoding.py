"""Turns a raw HTTP request into one checked model, strictly: nothing is ignored, guessed or taken twice."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import NoReturn, TypeVar
from urllib.parse import parse_qsl

from aiohttp import web
from aiohttp.web import HTTPRequestEntityTooLarge
from pydantic import BaseModel, ValidationError

from bot.problems import Code, Refused

#: Longest request target (path and query) that is looked at.
MAX_TARGET_CHARS = 8_000
MAX_QUERY_FIELDS = 50
#: Errors of one request that are listed; more would only help a scanner.
MAX_ERRORS_LISTED = 10
_SHOWN_NAME_CHARS = 64

Asked = TypeVar("Asked", bound=BaseModel)


async def decode(model: type[Asked], request: web.Request) -> Asked:
    """Check path, query, headers and body of a request against a model that has a field for each part it uses."""
    parts = model.model_fields
    raw: dict[str, object] = {}
    query = read_query(request.raw_path)
    if "query" in parts:
        raw["query"] = query
    elif query:
        raise Refused(Code.BAD_REQUEST, f"Unknown query parameter {_shown(next(iter(query)))}")
    if "path" in parts:
        raw["path"] = dict(request.match_info)
    if "headers" in parts:
        raw["headers"] = {name: request.headers[name] for name in request.headers if name in _header_names(model)}
    if "body" in parts:
        body = await read_json(request)
        if body is not _NOTHING or parts["body"].is_required():
            raw["body"] = None if body is _NOTHING else body
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        _refuse(error)


def read_query(target: str) -> dict[str, str]:
    """The query parameters of a request target, each at most once and in UTF-8."""
    if len(target) > MAX_TARGET_CHARS:
        raise Refused(Code.BAD_REQUEST, f"The URL is longer than {MAX_TARGET_CHARS} characters")
    text = target.partition("#")[0].partition("?")[2]
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MAX_QUERY_FIELDS)
    except UnicodeDecodeError:
        raise Refused(Code.BAD_REQUEST, "The query is not valid UTF-8") from None
    except ValueError:
        raise Refused(Code.BAD_REQUEST, f"The query has more than {MAX_QUERY_FIELDS} parameters") from None
    return _once(pairs, "Query parameter")


#: An empty body, which only some endpoints allow.
_NOTHING = object()


async def read_json(request: web.Request) -> object:
    """The body as JSON values. Repeated names, NaN and infinity are refused, as are other content types."""
    if request.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        raise Refused(Code.BAD_REQUEST, "Compressed bodies are not accepted")
    try:
        data = await request.read()
    except HTTPRequestEntityTooLarge:
        raise Refused(Code.BAD_REQUEST, "The body is too large") from None
    except (web.PayloadAccessError, web.RequestPayloadError, ValueError):
        raise Refused(Code.BAD_REQUEST, "The body ended early or is not well-formed HTTP") from None
    if not data:
        return _NOTHING
    if request.content_type != "application/json":
        raise Refused(Code.BAD_REQUEST, "The body must be JSON, with Content-Type: application/json")
    try:
        return json.loads(
            data.decode("utf-8"),
            object_pairs_hook=lambda pairs: _once(pairs, "Name"),
            parse_constant=_not_a_number,
        )
    except UnicodeDecodeError:
        raise Refused(Code.BAD_REQUEST, "The body is not valid UTF-8") from None
    except (ValueError, RecursionError):
        raise Refused(Code.BAD_REQUEST, "The body is not valid JSON") from None


def _once(pairs: Iterable[tuple[str, str]], what: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in pairs:
        if name in found:
            raise Refused(Code.BAD_REQUEST, f"{what} {_shown(name)} is given more than once")
        found[name] = value
    return found


def _not_a_number(_literal: str) -> NoReturn:
    raise Refused(Code.BAD_REQUEST, "NaN and infinity are not JSON numbers")


def _header_names(model: type[BaseModel]) -> set[str]:
    part = model.model_fields["headers"].annotation
    assert isinstance(part, type)
    assert issubclass(part, BaseModel)
    return {str(field.alias) for field in part.model_fields.values()}


def _shown(name: str) -> str:
    """A name that a caller sent, safe to print back."""
    kept = "".join(c for c in name[:_SHOWN_NAME_CHARS] if c.isprintable())
    return f"“{kept}”"


def _refuse(error: ValidationError) -> NoReturn:
    """Say which fields are wrong and why, without repeating what was sent."""
    listed = []
    for found in error.errors(include_url=False, include_context=False, include_input=False)[:MAX_ERRORS_LISTED]:
        part, *names = (str(step) for step in found["loc"] or ("request",))
        field = ".".join(_shown(name)[1:-1] for name in names) or part
        if (part, field, found["type"]) == ("headers", "Idempotency-Key", "missing"):
            raise Refused(
                Code.IDEMPOTENCY_KEY_REQUIRED, "Send an Idempotency-Key header, so that a repeat does nothing twice"
            ) from None
        listed.append({"in": part, "field": field, "message": _sentence(found["type"], found["msg"])})
    message = "; ".join(f"{entry['field']}: {entry['message']}" for entry in listed)
    raise Refused(Code.BAD_REQUEST, message, details={"errors": listed}) from None


#: What the checking library says about its own classes and patterns, in words for people who have never seen them.
_SENTENCES = {
    "extra_forbidden": "unknown name",
    "missing": "is missing",
    "model_type": "should be a JSON object",
    "model_attributes_type": "should be a JSON object",
    "string_pattern_mismatch": "has not the form that /docs describes",
}


def _sentence(kind: str, message: str) -> str:
    if kind in _SENTENCES:
        return _SENTENCES[kind]
    return message.removeprefix("Value error, ").removeprefix("Input ")
