"""What is counted about requests, for /metrics. Source: personas 15."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from kernel.counters.rules import BETWEEN_LABELS
from kernel.outside.models import Effort, Reply, Request
from kernel.outside.rules import BUCKETS

Counts = Mapping[tuple[str, str], int]


def processed(request: Request, status: Literal["done", "failed"], now: datetime) -> Counts:
    """Count a request that has ended, and how long its last attempt took."""
    return Counter(
        {
            ("jobs_processed_total", _joined(request.kind, status)): 1,
            **observed("job_duration_seconds", request.kind, (now - request.claimed_at).total_seconds()),
            **_traced(request, status),
        }
    )


def retried(request: Request) -> Counts:
    """Count an attempt that is to be followed by another one."""
    return Counter(
        {
            ("jobs_processed_total", _joined(request.kind, "retry")): 1,
            ("job_retries_total", request.kind): 1,
            **_traced(request, "retry"),
        }
    )


def called(operation: str, effort: Effort, reply: Reply | None) -> Counts:
    """Count calls to a provider: all but the last one have failed, and the last one too without a reply."""
    failed = effort.calls if reply is None else effort.calls - 1
    counts = no_counts()
    counts["llm_calls_total", _joined(operation, effort.provider, "failed")] = failed
    if reply is not None:
        counts["llm_calls_total", _joined(operation, effort.provider, "ok")] = 1
        counts["llm_tokens_total", _joined(operation, "input")] = reply.input_tokens
        counts["llm_tokens_total", _joined(operation, "output")] = reply.output_tokens
        counts["llm_cost_micros_total", operation] = reply.cost_micros
    counts.update(observed("llm_duration_seconds", operation, effort.seconds))
    return {key: count for key, count in counts.items() if count}


def no_counts() -> Counter[tuple[str, str]]:
    return Counter()


def observed(metric: str, label: str, seconds: float) -> Counts:
    """Return the counts of a histogram: how many took at most this long, and the sum in microseconds."""
    place = bisect_left(BUCKETS, seconds)
    bound = str(BUCKETS[place]) if place < len(BUCKETS) else "+Inf"
    return {(f"{metric}_bucket", _joined(label, bound)): 1, (f"{metric}_micros", label): round(seconds * 1_000_000)}


def _traced(request: Request, status: str) -> Counts:
    trace = "present" if request.trace_id else "missing"
    return {("jobs_trace_total", _joined(request.kind, status, trace)): 1}


def _joined(*labels: str) -> str:
    return BETWEEN_LABELS.join(labels)
