"""The OpenAPI document is made from what the service does, so it cannot say anything else."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jsonschema
import pytest

from bot.app import create_app
from bot.openapi import openapi_document
from bot.routes.table import ENDPOINTS
from runtime.settings import Settings


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return openapi_document(ENDPOINTS)


def operations(document: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (method.upper(), path): operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


def test_every_route_is_described_and_every_description_is_a_route(document: dict[str, Any], tmp_path: Path) -> None:
    app = create_app(Settings(data_dir=tmp_path), SimpleNamespace())  # type: ignore[arg-type]
    routes = {
        (route.method, route.resource.canonical)
        for route in app.router.routes()
        if route.resource is not None and route.resource.canonical != "/static" and route.method != "HEAD"
    }
    assert routes == set(operations(document))


def test_the_contract_is_all_there(document: dict[str, Any]) -> None:
    expected = {
        ("GET", "/v1/products"),
        ("GET", "/v1/suggest"),
        ("GET", "/v1/stores"),
        ("GET", "/v1/stores/{store_id}"),
        ("GET", "/v1/availability"),
        ("POST", "/v1/chat"),
        ("POST", "/v1/holds"),
        ("GET", "/v1/holds/{hold_id}"),
        *(
            ("POST", f"/v1/holds/{{hold_id}}/{verb}")
            for verb in ("confirm", "cancel", "extend", "move", "ready", "pickup")
        ),
        ("POST", "/v1/stock/movements"),
        *(("GET", path) for path in ("/livez", "/readyz", "/metrics", "/openapi.json", "/docs", "/")),
    }
    assert expected <= set(operations(document))


def test_operations_have_names_of_their_own(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for operation in operations(document).values()]
    assert len(set(names)) == len(names)


def test_every_schema_is_a_json_schema_and_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    for schema in schemas.values():
        jsonschema.Draft202012Validator.check_schema(schema)
    for reference in references(document):
        assert reference.removeprefix("#/components/schemas/") in schemas


def references(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if "$ref" in value else []
        return own + [found for child in value.values() for found in references(child)]
    if isinstance(value, list):
        return [found for child in value for found in references(child)]
    return []


def test_parameters_say_what_they_take(document: dict[str, Any]) -> None:
    found = operations(document)[("GET", "/v1/availability")]["parameters"]
    parameters = {parameter["name"]: parameter for parameter in found}
    assert set(parameters) == {"sku", "q", "lat", "lon", "near", "quantity", "radius_km", "limit", "cursor"}
    assert parameters["quantity"]["schema"] == {"type": "integer", "minimum": 1, "maximum": 1_000_000, "default": 1}
    assert parameters["lat"]["schema"] == {"type": "number", "minimum": -90, "maximum": 90}
    path = operations(document)[("GET", "/v1/stores/{store_id}")]["parameters"][0]
    assert (path["in"], path["required"]) == ("path", True)


def test_a_hold_says_that_it_needs_a_key(document: dict[str, Any]) -> None:
    place = operations(document)[("POST", "/v1/holds")]
    assert [(p["name"], p["in"], p["required"]) for p in place["parameters"]] == [("Idempotency-Key", "header", True)]
    assert place["requestBody"]["required"]
    assert {"201", "400", "404", "409", "422", "429", "503"} <= set(place["responses"])
    assert "Idempotent-Replayed" in place["responses"]["201"]["headers"]
