"""Prometheus's text format, version 0.0.4."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, groupby

from functions.shared.system.queries import MetricValues, RequestCounts
from kernel.counters.rules import BETWEEN_LABELS
from kernel.histograms import BUCKETS
from kernel.outside.rules import BUCKETS as OUTSIDE_BUCKETS

Labels = Mapping[str, str]
Sample = tuple[str, Labels, float]
"""Suffix of the name, labels, value."""

# The business counters: metric -> (labels, help). Source: rules 21.
COUNTERS: dict[str, tuple[tuple[str, ...], str]] = {
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
# What functions count themselves. Source: personas 15, worlds 26.
OWN_COUNTERS: dict[str, tuple[tuple[str, ...], str]] = {
    "battle_turns_total": (("side", "outcome"), "Turns of battles: stored, trimmed to their limit, or halted."),
    "cache_hits_total": (
        ("level",),
        "Ground, maps and texts of worlds that were at hand: in a process (l1), or stored (l2).",
    ),
    "cache_misses_total": (
        ("level",),
        "The same where they were not, and had to be read (l1), or drawn or written (l2).",
    ),
    "card_cache_total": (("result",), "Share cards asked for, by whether they were remembered (hit) or drawn (miss)."),
    "events_appended_total": (("aggregate",), "Events in the log of worlds, by what they happened to."),
    "hub_messages_processed_total": (
        ("type",),
        "Messages of Worlds' sockets: received (command, ping, invalid) and delivered to players (post).",
    ),
    "job_retries_total": (("type",), "Attempts of requests to the outside that were followed by another one."),
    "jobs_processed_total": (("type", "status"), "Attempts of requests to the outside: done, retry or failed."),
    "jobs_trace_total": (("type", "status", "trace"), "The same, by whether the call that asked is known."),
    "llm_calls_total": (("op", "provider", "outcome"), "Calls of the LLM."),
    "llm_fallback_total": (("kind", "reason"), "Texts of Worlds that no LLM has written, although one was to."),
    "llm_requests_total": (("kind",), "Texts of Worlds that an LLM was asked for, however many calls that took."),
    "llm_tokens_total": (("op", "direction"), "Tokens that the LLM has read (input) and written (output)."),
    "rate_limit_events_total": (
        ("scope", "endpoint"),
        "Requests that a limit has refused: of an address (ip) or an account (user).",
    ),
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
    for metric, (labels, text) in (COUNTERS | OWN_COUNTERS).items():
        yield from _family(metric, "counter", text, _counted(labels, values.counters.get(metric, {})))
    yield from _family(
        "llm_cost_dollars_total", "counter", "What the LLM has cost, by the prices in the settings.", _costs(values)
    )
    for metric, label, bounds, text in (
        ("battle_duration_seconds", "outcome", OUTSIDE_BUCKETS, "Time from a battle's creation to its end."),
        ("db_query_duration_seconds", "", BUCKETS, "Time of a round trip to the database, with all its statements."),
        ("hub_broadcast_duration_seconds", "", BUCKETS, "Time from when a post was written until its player had it."),
        ("hub_command_duration_seconds", "", BUCKETS, "Time from when a command of Worlds arrived to its answer."),
        ("job_duration_seconds", "type", OUTSIDE_BUCKETS, "Time from an attempt's claim to its end."),
        ("llm_duration_seconds", "op", OUTSIDE_BUCKETS, "Time spent on the LLM for an attempt, its retries included."),
    ):
        yield from _family(metric, "histogram", text, _observed(metric, label, bounds, values.counters))
    depths = [("", {"type": kind}, depth) for kind, depth in sorted(values.queue_depth.items())]
    yield from _family("queue_depth", "gauge", "Requests to the outside that wait or are being answered.", depths)
    ages = [("", {"kind": kind}, age) for kind, age in sorted(values.digest_ages.items())]
    yield from _family("digest_age_seconds", "gauge", "Time since a digest was last made or renewed.", ages)
    sockets = [("", {"type": kind}, count) for kind, count in sorted(values.sockets.items())]
    yield from _family("websocket_active_connections", "gauge", "Open WebSockets, by product.", sockets)
    settled = [("", {"world": each.world_id}, each.settled) for each in values.busiest_worlds]
    yield from _family(
        "world_settled_game_seconds", "gauge", "A busy world's own time, as far as people were told of it.", settled
    )
    lags = [("", {"world": each.world_id}, each.lag) for each in values.busiest_worlds]
    yield from _family(
        "projection_lag_seconds", "gauge", "Time since the first event that a busy world's tables do not know of.", lags
    )
    for metric, text, value in (
        ("events_waiting", "Events that wait to be published.", values.events_waiting),
        ("events_dead", "Events given up after the last retry.", values.events_dead),
        ("sse_clients", "Listeners of the event stream.", values.listeners),
        ("db_pool_in_use", "Connections of the functions to the database.", values.sessions),
        (
            "clock_lag_seconds",
            "Time that the oldest entry has waited for the clock, which runs once a minute.",
            values.clock_lag,
        ),
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


def _costs(values: MetricValues) -> Iterator[Sample]:
    for operation, micros in values.counters.get("llm_cost_micros_total", {}).items():
        yield "", {"op": operation}, micros / 1_000_000


def _observed(
    metric: str, label: str, bounds: Sequence[float], counters: Mapping[str, Mapping[str, int]]
) -> Iterator[Sample]:
    """Yield the histograms that are kept as counters, one for each value of a label, or one without a label."""
    counts: dict[str, dict[str, int]] = {}
    for joined, count in counters.get(f"{metric}_bucket", {}).items():
        value, _, bound = joined.rpartition(BETWEEN_LABELS)
        counts.setdefault(value, {})[bound] = count
    for value, per_bucket in sorted(counts.items()):
        labels = {label: value} if label else {}
        total = 0
        for bound in (*map(str, bounds), "+Inf"):
            total += per_bucket.get(bound, 0)
            yield "_bucket", {**labels, "le": bound if bound == "+Inf" else _number(float(bound))}, total
        yield "_sum", labels, counters.get(f"{metric}_micros", {}).get(value, 0) / 1_000_000
        yield "_count", labels, total


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
