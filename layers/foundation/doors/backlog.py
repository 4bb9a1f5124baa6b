"""Reporting the numbers of unpublished events to CloudWatch."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kernel.events.service import Backlog


def report(backlog: Backlog) -> None:
    """Log the metrics behind the alarm in CloudWatch's embedded metric format."""
    from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit  # not needed at startup

    metrics = EphemeralMetrics(namespace="Brandish")
    metrics.add_metric("DeadEvents", MetricUnit.Count, backlog.dead)
    metrics.add_metric("WaitingEvents", MetricUnit.Count, backlog.waiting)
    metrics.flush_metrics()
