"""The OpenAPI document, made from the route table and from the models that check requests and shape answers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version
from typing import Any

from pydantic import BaseModel, TypeAdapter
from pydantic.fields import FieldInfo
from pydantic.json_schema import JsonSchemaMode

from bot.endpoint import ALWAYS, Endpoint
from bot.problems import STATUS, Code, ErrorAnswer

Json = dict[str, Any]
_COMPONENTS = "#/components/schemas/{model}"
_PARAMETERS_IN = {"path": "path", "query": "query", "headers": "header"}


def openapi_document(endpoints: Sequence[Endpoint[Any]]) -> Json:
    """The whole document, as plain JSON values."""
    schemas = _Schemas()
    paths: defaultdict[str, Json] = defaultdict(dict)
    for endpoint in endpoints:
        paths[endpoint.path][endpoint.method.lower()] = _operation(endpoint, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "onhand",
            "version": version("onhand"),
            "description": "Where the thing somebody wants is, right now, and holding it for them.",
        },
        "paths": dict(paths),
        "components": {
            "schemas": schemas.components,
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
            },
        },
    }


class _Schemas:
    """Collects the schemas that operations refer to."""

    def __init__(self) -> None:
        self.components: Json = {}

    def of(self, kind: Any, mode: JsonSchemaMode) -> Json:
        """A schema for a type; what it needs by name goes into the components."""
        schema = TypeAdapter(kind).json_schema(mode=mode, ref_template=_COMPONENTS)
        self.components.update(schema.pop("$defs", {}))
        name = schema.get("title")
        if not isinstance(kind, type) or name != kind.__name__:
            return schema
        self.components[name] = schema
        return {"$ref": _COMPONENTS.format(model=name)}


def _operation(endpoint: Endpoint[Any], schemas: _Schemas) -> Json:
    operation: Json = {
        "operationId": endpoint.name,
        "summary": endpoint.summary,
        "tags": [endpoint.tag],
        "parameters": list(_parameters(endpoint.asks, schemas)),
        "responses": _responses(endpoint, schemas),
    }
    body = endpoint.asks.model_fields.get("body")
    if body is not None:
        content = {"application/json": {"schema": schemas.of(body.annotation, "validation")}}
        operation["requestBody"] = {"required": body.is_required(), "content": content}
    if endpoint.scope is not None:
        operation["security"] = [{"bearer": [endpoint.scope]}, {"header": [endpoint.scope]}]
    return operation


def _parameters(asks: type[BaseModel], schemas: _Schemas) -> Iterable[Json]:
    for part, where in _PARAMETERS_IN.items():
        model = asks.model_fields[part].annotation if part in asks.model_fields else None
        if not (isinstance(model, type) and issubclass(model, BaseModel)):
            continue
        properties = model.model_json_schema(ref_template=_COMPONENTS)["properties"]
        for name, found in model.model_fields.items():
            yield _parameter(found.alias or name, where, found, properties[found.alias or name])


def _parameter(name: str, where: str, found: FieldInfo, schema: Json) -> Json:
    parameter: Json = {"name": name, "in": where, "required": found.is_required(), "schema": _present(schema)}
    if found.description:
        parameter["description"] = found.description
    return parameter


def _present(schema: Json) -> Json:
    """A parameter is there or it is not, so null is no value of it."""
    shown = {name: value for name, value in schema.items() if name not in ("title", "description", "anyOf")}
    if shown.get("default", 0) is None:
        del shown["default"]
    for choice in schema.get("anyOf", ()):
        if choice.get("type") != "null":
            shown |= choice
    return shown


def _responses(endpoint: Endpoint[Any], schemas: _Schemas) -> Json:
    responses: Json = {}
    for status, kind in endpoint.answers.items():
        responses[str(status)] = _success(kind, endpoint.answer_headers, schemas)
    for status, codes in _by_status((*ALWAYS, *endpoint.problems, *_needed(endpoint))).items():
        if str(status) not in responses:
            responses[str(status)] = {
                "description": " or ".join(f"`{code}`" for code in codes),
                "content": {"application/json": {"schema": schemas.of(ErrorAnswer, "serialization")}},
            }
    return responses


def _success(kind: object, headers: Mapping[str, str], schemas: _Schemas) -> Json:
    if isinstance(kind, str):
        return {"description": "OK", "content": {kind: {"schema": {"type": "string"}}}}
    content = {"application/json": {"schema": schemas.of(kind, "serialization")}}
    response: Json = {"description": "OK", "content": content}
    if headers:
        response["headers"] = {
            name: {"description": text, "schema": {"type": "string"}} for name, text in headers.items()
        }
    return response


def _needed(endpoint: Endpoint[Any]) -> tuple[Code, ...]:
    """A wrong API key is refused everywhere; a missing scope only where one is needed."""
    return (Code.UNAUTHORIZED,) if endpoint.scope is None else (Code.UNAUTHORIZED, Code.FORBIDDEN)


def _by_status(codes: Iterable[Code]) -> dict[int, list[Code]]:
    grouped: defaultdict[int, list[Code]] = defaultdict(list)
    for code in dict.fromkeys(codes):
        grouped[STATUS[code]].append(code)
    return dict(sorted(grouped.items()))
