"""What the service counts, in one registry per application. No label ever holds a product, a store or a person.

Several workers on one port each count for themselves: `onhand_worker_info` tells which one answered a scrape.
"""

from __future__ import annotations

import os
from importlib.metadata import version

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, ProcessCollector, generate_latest

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


class Metrics:
    """The counters of one application."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.request_seconds = Histogram(
            "http_server_request_duration_seconds",
            "Time to answer one HTTP request",
            ("method", "route", "status", "error_type"),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.active_requests = Gauge(
            "http_server_active_requests", "HTTP requests being answered right now", registry=self.registry
        )
        self.lookups = self._counter("lookup", "Availability questions", "channel", "outcome")
        self.answer_age_seconds = Histogram(
            "onhand_answer_age_seconds",
            "Age of the stock that an answer speaks of, when it leaves",
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.holds = self._counter("holds", "Operations on holds", "op", "outcome")
        self.waits = self._counter("waits", "Operations on the waiting line", "op", "outcome")
        self.waits_active = self._gauge("waits_active", "Places in the waiting line of the region, as of this scrape")
        self.wait_offers = Gauge(
            "onhand_wait_offers_total", "Offers that this process made to those who wait", registry=self.registry
        )
        self.holds_active = self._gauge("holds_active", "Live holds of the region, as of this scrape")
        self.expiry_lag_seconds = self._gauge(
            "hold_expiry_lag_seconds", "How long the hold that is longest overdue has waited to be ended"
        )
        self.oversold_cells = self._gauge(
            "oversold_cells", "Products at stores where more is held than there is, until holds are shorted"
        )
        self.invariant_violations = Counter(
            "onhand_invariant_violations",
            "Answers of the ledger that nothing should lead to: each is a defect",
            registry=self.registry,
        )
        self.turns = self._counter("chat_turns", "Chat turns", "intent")
        self.stock_events = self._counter("stock_events", "Stock movements received", "result")
        self.search_degraded = self._counter("search_degraded", "Searches that lacked a part", "reason")
        self.rate_limited = self._counter("ratelimit", "Decisions of the rate limit", "scope", "decision")
        self.view_lag_seconds = Gauge(
            "onhand_view_lag_seconds",
            "Age of the oldest ledger entry that is not in the view of stock; NaN without a view",
            registry=self.registry,
        )
        self.queries_rejected = self._counter("query_rejected", "Requests refused as malformed", "reason")
        self.embedded_restarts = Gauge(
            "onhand_redis_embedded_restarts_total", "Restarts of the embedded Redis", registry=self.registry
        )
        Info("onhand_build", "The version that runs", registry=self.registry).info({"version": version("onhand")})
        Info("onhand_worker", "The process that answered this scrape", registry=self.registry).info(
            {"pid": str(os.getpid())}
        )

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"onhand_{name}", text, labels, registry=self.registry)

    def count_hold(self, operation: str, outcome: object) -> None:
        """One operation on a hold, by the name of its outcome."""
        self.holds.labels(operation, type(outcome).__name__).inc()

    def _gauge(self, name: str, text: str) -> Gauge:
        return Gauge(f"onhand_{name}", text, registry=self.registry)

    def exposition(self) -> bytes:
        """Everything in Prometheus' text format."""
        return generate_latest(self.registry)
