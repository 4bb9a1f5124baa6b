"""Prometheus's text format, version 0.0.4."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate, groupby

from functions.shared.system.queries import MetricValues, RequestCounts
from kernel.counters.rules import BETWEEN_LABELS
from kernel.metrics import BUCKETS

Labels = Mapping[str, str]
Sample = tuple[str, Labels, float]
"""Suffix of the name, labels, value."""

# The business counters: metric -> (labels, help). Source: rules 21.
COUNTERS: Mapping[str, tuple[tuple[str, ...], str]] = {
    "events_published_total": (("type",), "Events that the event bus has taken."),
    "events_received_total": (("type",), "Events that came from the event bus to be counted."),
    "gambles_completed_total": ((), "Gambles that are over, however they ended."),
    "gambles_started_total": ((), "Gambles begun."),
    "items_bought_total": (("item",), "Items bought from the shop."),
    "items_crafted_total": ((), "Items made."),
    "items_disassembled_total": (("item",), "Items taken apart."),
    "items_sold_total": (("item",), "Items sold to the shop."),
    "items_upgraded_total": (("source_item", "result_item"), "Items made, by recipe and what came of it."),
    "items_used_total": (("item",), "Items used."),
    "job_level_ups_total": (("job",), "Levels gained in a job."),
    "money_earned_total": ((), "Money the shop has paid."),
    "money_spent_total": ((), "Money the shop has taken."),
    "searches_performed_total": ((), "Searches for treasure, whatever they found."),
    "votes_cast_total": ((), "Ballots cast."),
}


def exposition(values: MetricValues) -> str:
    """Return the metrics in Prometheus's text format."""
    return "".join(_lines(values))


def _lines(values: MetricValues) -> Iterator[str]:
    yield from _family("http_requests_total", "counter", "Requests answered.", _requests(values.requests))
    yield from _family(
        "http_request_duration_seconds",
        "histogram",
        "Time spent on a request.",
        _durations(values.requests),
    )
    for metric, (labels, text) in COUNTERS.items():
        yield from _family(metric, "counter", text, _counted(labels, values.counters.get(metric, {})))
    for metric, text, value in (
        ("events_waiting", "Events that wait to be published.", values.events_waiting),
        ("events_dead", "Events given up after the last retry.", values.events_dead),
        ("sse_clients", "Listeners of the event stream.", values.listeners),
        ("db_pool_in_use", "Connections of the functions to the database.", values.sessions),
        ("http_requests_in_flight", "Requests within a transaction just now.", values.in_transaction),
    ):
        yield from _family(metric, "gauge", text, [("", {}, value)])


def _requests(rows: Iterable[RequestCounts]) -> Iterator[Sample]:
    for row in rows:
        yield "", {"method": row.method, "path": row.path, "status": str(row.status)}, row.count


def _durations(rows: Iterable[RequestCounts]) -> Iterator[Sample]:
    """Yield a histogram per route, over all statuses. `rows` are sorted by method and path."""
    for (method, path), same in groupby(rows, key=lambda row: (row.method, row.path)):
        labels = {"method": method, "path": path}
        group = list(same)
        per_bucket = [sum(column) for column in zip(*(row.buckets for row in group), strict=True)]
        for bound, count in zip((*BUCKETS, float("inf")), accumulate(per_bucket), strict=True):
            yield "_bucket", {**labels, "le": _number(bound)}, count
        yield "_sum", labels, sum(row.seconds for row in group)
        yield "_count", labels, sum(row.count for row in group)


def _counted(labels: tuple[str, ...], totals: Mapping[str, int]) -> Iterator[Sample]:
    if not labels:
        yield "", {}, totals.get("", 0)
        return
    for joined, total in totals.items():
        values = joined.split(BETWEEN_LABELS) if len(labels) > 1 else [joined]
        yield "", dict(zip(labels, values, strict=True)), total


def _family(name: str, kind: str, text: str, samples: Iterable[Sample]) -> Iterator[str]:
    yield f"# HELP {name} {text}\n# TYPE {name} {kind}\n"
    for ending, labels, value in samples:
        yield f"{name}{ending}{_labels(labels)} {_number(value)}\n"


def _labels(labels: Labels) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items()) + "}"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _number(value: float) -> str:
    return "+Inf" if value == float("inf") else f"{value:.15g}"
