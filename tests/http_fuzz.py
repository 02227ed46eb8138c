"""Makes hostile requests for every field of every endpoint, from the OpenAPI document and one seed."""

from __future__ import annotations

import json
import random
import string
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, quote_from_bytes

from http_fuzz_values import (
    CONTENT_TYPES,
    KEYS,
    METHODS,
    ODD_NUMBERS,
    ODD_TEXTS,
    ODD_VALUES,
    RAW_BODIES,
    SEARCH_TEXTS,
)

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class FuzzRequest:
    """One request. `target` is percent-encoded already; `operation` is where it was aimed."""

    method: str
    target: str
    operation: tuple[str, str]
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None


@dataclass(slots=True)
class Fuzzer:
    """Endless requests; the same seed gives the same ones. `valid` gives a good value for each name of a field."""

    document: Json
    valid: dict[str, Any]
    seed: int
    random: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)

    def requests(self) -> Iterator[FuzzRequest]:
        """Every operation in turn, each time spoilt in another way."""
        operations = [
            (method.upper(), path, operation)
            for path, methods in self.document["paths"].items()
            for method, operation in methods.items()
            if path.startswith("/v1/")
        ]
        while True:
            for method, path, operation in operations:
                yield self._spoilt(method, path, operation)

    def _spoilt(self, method: str, path: str, operation: Json) -> FuzzRequest:
        values = {p["name"]: self._good(p) for p in operation["parameters"] if self._wanted(p, path)}
        schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
        body = self._object(schema) if schema else None
        raw: bytes | None = None
        headers = {"Content-Type": "application/json"} if schema else {}
        extra: list[tuple[str, str]] = []
        way = self.random.random()
        if way < 0.12 and schema:
            raw = self.random.choice(RAW_BODIES)
        elif way < 0.16:
            method = self.random.choice(METHODS)
        elif way < 0.20 and schema:
            headers["Content-Type"] = self.random.choice(CONTENT_TYPES)
        elif way < 0.26:
            extra = [(self._text()[:100], self._text()[:100]) for _ in range(self.random.choice([1, 1, 2, 60]))]
        elif way < 0.30 and values:
            name = self.random.choice(sorted(values))
            extra = [(name, str(values[name]))]
        elif way < 0.60 and body is not None:
            self._spoil(body)
        else:
            self._spoil_parameters(operation, values, body)
        if raw is None and body is not None:
            raw = json.dumps(body).encode()
        target, headers = self._address(path, operation, values, headers, extra)
        return FuzzRequest(method, target, (method, path), headers, raw)

    def _wanted(self, parameter: Json, path: str) -> bool:
        """All that is required, and a good origin; the rest now and then."""
        if parameter["required"]:
            return True
        if parameter["name"] in ("lat", "lon"):
            return path == "/v1/availability"
        if parameter["name"] == "sku":
            return True
        return parameter["name"] not in ("near", "q", "cursor") and self.random.random() < 0.15

    def _good(self, parameter: Json) -> Any:
        if parameter["name"] == "Idempotency-Key":
            return f"fuzz-{self.random.getrandbits(64):x}"
        return self._valid(parameter["name"])

    def _valid(self, name: str) -> Any:
        value = self.valid.get(name, "x")
        return self.random.choice(value) if isinstance(value, list) else value

    def _spoil_parameters(self, operation: Json, values: Json, body: Any) -> None:
        names = [parameter["name"] for parameter in operation["parameters"]]
        if not names:
            if body is not None:
                self._spoil(body)
            return
        for name in self.random.sample(names, min(len(names), self.random.choice([1, 1, 1, 2, 3]))):
            if name == "Idempotency-Key":
                values[name] = self.random.choice(KEYS)
            elif self.random.random() < 0.1:
                values.pop(name, None)
            elif self.random.random() < 0.4:
                values[name] = self.random.choice(ODD_NUMBERS)
            else:
                values[name] = self._text()

    def _text(self) -> str:
        way = self.random.random()
        if way < 0.4:
            return self.random.choice(SEARCH_TEXTS)
        if way < 0.7:
            return self.random.choice(ODD_TEXTS)
        if way < 0.72:
            return self.random.choice("aé ") * self.random.choice([5_000, 20_000, 1_000_000])
        if way < 0.9:
            pieces = self.random.choices([*SEARCH_TEXTS, *self.valid["words"]], k=self.random.randint(2, 6))
            return self.random.choice(["", " ", "|", "-", " the "]).join(pieces)
        letters = string.printable + "éüßñ٣\u202e\u0000\u2028|@{}[]()*%~-\"'"
        return "".join(self.random.choices(letters, k=self.random.randint(1, 80)))

    def _object(self, schema: Json) -> Any:
        """A good value for a schema."""
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            fields = self.document["components"]["schemas"][name].get("properties", {})
            required = self.document["components"]["schemas"][name].get("required", [])
            return {
                key: self._member(key, part)
                for key, part in fields.items()
                if key in required or self.random.random() < 0.3
            }
        return {}

    def _member(self, name: str, schema: Json) -> Any:
        for choice in (schema, *schema.get("anyOf", ())):
            if "$ref" in choice and "enum" not in self.document["components"]["schemas"].get(
                choice["$ref"].rpartition("/")[2], {}
            ):
                return self._object(choice)
        if schema.get("type") == "array":
            return [self._object(schema["items"]) for _ in range(self.random.choice([1, 1, 2]))]
        if name == "seq":
            return self.random.getrandbits(40)
        return self._valid(name)

    def _spoil(self, value: Any) -> None:
        """Replace, remove or add something at some depth."""
        while isinstance(value, dict | list) and value:
            keys = list(value) if isinstance(value, dict) else list(range(len(value)))
            key = self.random.choice(keys)
            if isinstance(value[key], dict | list) and value[key] and self.random.random() < 0.75:
                value = value[key]
                continue
            way = self.random.random()
            if way < 0.15:
                del value[key]
            elif way < 0.25 and isinstance(value, dict):
                value[self._text()[:80]] = self.random.choice(ODD_VALUES)
            elif way < 0.3 and isinstance(value, list):
                value.extend(value * 150)
            else:
                value[key] = self._text() if self.random.random() < 0.5 else self.random.choice(ODD_VALUES)
            return

    def _address(
        self, path: str, operation: Json, values: Json, headers: dict[str, str], extra: list[tuple[str, str]]
    ) -> tuple[str, dict[str, str]]:
        places = {parameter["name"]: parameter["in"] for parameter in operation["parameters"]}
        query: list[tuple[str, str]] = []
        for name, value in values.items():
            match places[name]:
                case "path":
                    path = path.replace("{" + name + "}", self._quoted(str(value)) or "%20")
                case "header":
                    headers = {**headers, name: str(value)}
                case _:
                    query.append((name, str(value)))
        pairs = [f"{self._quoted(name)}={self._quoted(value)}" for name, value in query + extra]
        return path + ("?" + "&".join(pairs) if pairs else ""), headers

    def _quoted(self, text: str) -> str:
        encoded = quote(text.encode("utf-8", "surrogatepass"), safe="")
        if self.random.random() < 0.01:
            return encoded + quote_from_bytes(self.random.choice([b"\xff", b"\xc3", b"\xed\xa0\x80", b"\x00"]))
        return encoded
