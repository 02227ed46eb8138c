"""Probes, metrics and the pages for people."""

from __future__ import annotations

from typing import Any

from bot.answers.health import LivezAnswer, NotReadyAnswer, ReadyzAnswer
from bot.endpoint import Endpoint
from bot.handlers import health, pages
from bot.requests.parts import NoParts, VisitPage

ENDPOINTS: tuple[Endpoint[Any], ...] = (
    Endpoint("GET", "/livez", health.live, NoParts, {200: LivezAnswer}, "The process runs", "health"),
    Endpoint(
        "GET",
        "/readyz",
        health.ready,
        NoParts,
        {200: ReadyzAnswer, 503: NotReadyAnswer},
        "Which dependencies are up, degraded or down",
        "health",
    ),
    Endpoint("GET", "/metrics", health.metrics, NoParts, {200: "text/plain"}, "Prometheus metrics", "health"),
    Endpoint("GET", "/openapi.json", pages.openapi, NoParts, {200: "application/json"}, "This document", "pages"),
    Endpoint("GET", "/docs", pages.docs, VisitPage, {200: "text/html"}, "This document, for people", "pages"),
    Endpoint("GET", "/", pages.demo, VisitPage, {200: "text/html"}, "The demo page with a chat", "pages"),
)
