"""What Prometheus reads. Figures are of this process, or of all workers where ``PROMETHEUS_MULTIPROC_DIR`` is set."""

import os
import time
from collections.abc import Iterator, Sequence
from typing import Any

from litestar.types import ASGIApp, Message, Receive, Send
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector  # type: ignore[attr-defined, unused-ignore]

from anbao.engine.obligations import read
from anbao.platform import Platform
from anbao.prevent.listings.records import ScreenedListing

MULTIPROCESS_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"

_METHODS = frozenset({"GET", "POST", "HEAD", "OPTIONS"})
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
_GROUPS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)


class Metrics:
    """The metrics of one application."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._series: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        self._requests = Counter(
            "anbao_http_requests", "requests answered", ("method", "route", "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "anbao_http_request_seconds",
            "time to the whole answer",
            ("route",),
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._decisions = Counter("anbao_decisions", "listings decided on", ("outcome",), registry=self._registry)
        self._group = Histogram(
            "anbao_listings_per_commit", "listings that shared a commit", buckets=_GROUPS, registry=self._registry
        )

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        key = (method if method in _METHODS else "other", route, status)
        if key not in self._series:
            self._series[key] = self._requests.labels(*map(str, key)), self._seconds.labels(route)
        count, times = self._series[key]
        count.inc()
        times.observe(seconds)

    def decided(self, screened: Sequence[ScreenedListing]) -> None:
        """Count a commit's decisions."""
        if screened:
            self._group.observe(len(screened))
        for one in screened:
            self._decisions.labels(one.decision.outcome).inc()

    def render(self, platform: Platform) -> bytes:
        """Metrics of the processes and gauges of the store, in the text format."""
        registry = self._registry
        if MULTIPROCESS_VARIABLE in os.environ:
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call, unused-ignore]
        gauges = CollectorRegistry()
        gauges.register(_StoreGauges(platform))  # type: ignore[arg-type, unused-ignore]
        return generate_latest(registry) + generate_latest(gauges)


class Observed:
    """Counts and times what passes through an application."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """Pass on; the route is known once the application has found it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status = time.perf_counter(), 500

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, sending)
        finally:
            route = scope.get("path_template") or "none"
            self._metrics.request(scope["method"], route, status, time.perf_counter() - started)


class _StoreGauges:
    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def collect(self) -> Iterator[Any]:
        platform = self._platform
        with platform.reading() as conn:
            entries = platform.ledger.size(conn)
            unclosed, overdue = read.unfinished_counts(conn, platform.clock())
        yield GaugeMetricFamily("anbao_entries", "entries of the ledger", value=entries)
        obligations = GaugeMetricFamily("anbao_obligations", "unfinished obligations", labels=("state",))
        obligations.add_metric(("open",), unclosed - overdue)
        obligations.add_metric(["overdue"], overdue)
        yield obligations
        works = GaugeMetricFamily("anbao_control_works", "1 where a control works, 0 where not", labels=("control",))
        assigned = GaugeMetricFamily("anbao_control_assigned", "1 where a person is in charge", labels=("control",))
        for view in platform.controls.views():
            if view.state != "retired":
                works.add_metric((view.id,), int(view.state == "works"))
                assigned.add_metric((view.id,), int(bool(view.person)))
        yield works
        yield assigned
