"""Metrics of all environments together, from the counters that they flush to the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from kernel.counters import service as counters
from kernel.database import Tx
from kernel.histograms import BUCKETS
from kernel.metrics import list_request_counts
from kernel.realtime.presence import count_listeners


class Http(BaseModel):
    requests_total_by_status: dict[str, int]
    avg_latency_ms: float
    p95_latency_ms: float
    # An environment serves one request at a time and reports it only afterwards, so this cannot be known.
    in_flight: int = 0


class Events(BaseModel):
    published_total_by_type: dict[str, int]
    # Handlers are Lambda functions; their errors are in CloudWatch and in the dead-letter queue.
    handler_errors_by_type: dict[str, int] = {}


class Business(BaseModel):
    items_sold: dict[str, int]
    items_bought: dict[str, int]


class Sse(BaseModel):
    client_count: int


class Figures(BaseModel):
    http: Http
    events: Events
    business: Business
    sse: Sse


def read_figures(tx: Tx) -> Figures:
    requests = list_request_counts(tx)
    counts = list(counters.read(tx))

    def by_label(metric: str) -> dict[str, int]:
        return {label: total for name, label, total in counts if name == metric}

    return Figures(
        http=_http(requests.fetchall()),
        events=Events(published_total_by_type=by_label("events_published_total")),
        business=Business(items_sold=by_label("items_sold_total"), items_bought=by_label("items_bought_total")),
        sse=Sse(client_count=count_listeners(tx)),
    )


def _http(rows: Sequence[Mapping[str, Any]]) -> Http:
    requests = sum(row["count"] for row in rows)
    seconds = sum(row["seconds"] for row in rows)
    buckets = [sum(column) for column in zip(*(row["buckets"] for row in rows), strict=True)]
    return Http(
        requests_total_by_status={str(row["status"]): row["count"] for row in rows},
        avg_latency_ms=round(1000 * seconds / requests, 3) if requests else 0,
        p95_latency_ms=1000 * quantile(buckets, 0.95),
    )


def quantile(buckets: Sequence[int], share: float) -> float:
    """The quantile in seconds, as the upper bound of the bucket that it lies in.

    Requests slower than the last bound count as that bound.
    """
    wanted = share * sum(buckets)
    counted = 0
    for count, bound in zip(buckets, (*BUCKETS, BUCKETS[-1]), strict=False):
        counted += count
        if counted and counted >= wanted:
            return bound
    return 0.0
