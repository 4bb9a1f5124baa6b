"""Which counters each event increases. Source: rules 21."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kernel.counters.rules import BETWEEN_LABELS, CountRule, Counts


def _sold(payload: Mapping[str, Any]) -> Counts:
    return {
        ("items_sold_total", payload["item_name"]): int(payload["quantity"]),
        ("money_earned_total", ""): int(payload["money_gained"]),
    }


def _bought(payload: Mapping[str, Any]) -> Counts:
    return {
        ("items_bought_total", payload["item_name"]): int(payload["quantity"]),
        ("money_spent_total", ""): int(payload["cost"]),
    }


def _used(payload: Mapping[str, Any]) -> Counts:
    return {("items_used_total", payload["item_name"]): int(payload["quantity"])}


def _upgraded(payload: Mapping[str, Any]) -> Counts:
    quantity = int(payload["quantity"])
    labels = BETWEEN_LABELS.join((payload["recipe_key"], payload["item_name"]))
    return {("items_upgraded_total", labels): quantity, ("items_crafted_total", ""): quantity}


def _disassembled(payload: Mapping[str, Any]) -> Counts:
    return {("items_disassembled_total", payload["item_name"]): int(payload["quantity"])}


def _level_up(payload: Mapping[str, Any]) -> Counts:
    return {("job_level_ups_total", payload["job_key"]): int(payload["new_level"]) - int(payload["old_level"])}


def _once(metric: str) -> CountRule:
    return lambda payload: {(metric, ""): 1}


COUNT_RULES: Mapping[str, CountRule] = {
    "item.sold": _sold,
    "item.bought": _bought,
    "item.used": _used,
    "item.upgraded": _upgraded,
    "item.disassembled": _disassembled,
    "gamble.started": _once("gambles_started_total"),
    "gamble.complete": _once("gambles_completed_total"),
    "job.level_up": _level_up,
    "search.performed": _once("searches_performed_total"),
    "progression.vote_recorded": _once("votes_cast_total"),
}
