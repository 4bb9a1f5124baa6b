from __future__ import annotations

import pytest
from msgspec.structs import replace

from community.counters import COUNT_RULES
from functions.shared.system.exposition import COUNTERS, exposition
from functions.shared.system.queries import MetricValues, RequestCounts
from kernel.counters.rules import count
from tests.support.prometheus import parse

NOTHING = MetricValues(
    requests=(), counters={}, events_waiting=0, events_dead=0, listeners=0, sessions=1, in_transaction=0
)
BUCKETS = (0, 2, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1)


def test_a_game_that_has_not_begun():
    families = parse(exposition(NOTHING))

    assert families["http_requests_total"].samples == {}
    assert families["money_earned_total"].value() == 0
    assert families["db_pool_in_use"].value() == 1


def test_requests_by_status_and_their_duration_by_route():
    page = exposition(
        MetricValues(
            requests=(
                RequestCounts("GET", "/api/v1/prices", 200, 4, 20.5, BUCKETS),
                RequestCounts("GET", "/api/v1/prices", 503, 1, 2.0, (0,) * 12 + (1,)),
                RequestCounts("POST", "", 404, 1, 0.0005, (1,) + (0,) * 12),
            ),
            counters={},
            events_waiting=0,
            events_dead=0,
            listeners=0,
            sessions=0,
            in_transaction=0,
        )
    )

    families = parse(page)
    requests, durations = families["http_requests_total"], families["http_request_duration_seconds"]
    prices = {"method": "GET", "path": "/api/v1/prices"}
    assert (requests.value(**prices, status="200"), requests.value(**prices, status="503")) == (4, 1)
    steps = [durations.value("_bucket", **prices, le=le) for le in ("0.001", "0.005", "0.01", "0.025", "10", "+Inf")]
    assert steps == [0, 2, 2, 3, 3, 5]
    assert (durations.value("_count", **prices), durations.value("_sum", **prices)) == (5, 22.5)
    assert durations.value("_count", method="POST", path="") == 1


def test_what_the_game_counts():
    page = exposition(
        MetricValues(
            requests=(),
            counters={
                "items_sold_total": {"item_spade": 3, "item_stick": 1},
                "money_earned_total": {"": 120},
                "events_published_total": {"item.sold": 2},
                "nobody_knows_total": {"": 1},
            },
            events_waiting=7,
            events_dead=2,
            listeners=3,
            sessions=5,
            in_transaction=1,
        )
    )

    families = parse(page)
    assert families["items_sold_total"].samples == {
        ("", (("item", "item_spade"),)): 3,
        ("", (("item", "item_stick"),)): 1,
    }
    assert families["money_earned_total"].value() == 120
    assert families["sse_clients"].value() == 3
    assert families["events_published_total"].value(type="item.sold") == 2
    assert [families[f"events_{state}"].value() for state in ("waiting", "dead")] == [7, 2]
    assert [families[name].value() for name in ("db_pool_in_use", "http_requests_in_flight")] == [5, 1]
    assert "nobody_knows_total" not in families


@pytest.mark.parametrize("nasty", ['quo"te', "back\\slash", "line\nbreak", "{a=1}", "\\n", "", "🥀", 'a",b="c'])
def test_a_label_may_hold_anything(nasty: str):
    families = parse(exposition(MetricValues((), {"items_sold_total": {nasty: 1}}, 0, 0, 0, 0, 0)))

    assert families["items_sold_total"].value(item=nasty) == 1


def test_large_counts_are_exact():
    page = exposition(MetricValues((), {"money_spent_total": {"": 123456789012345}}, 0, 0, 0, 0, 0))

    assert "money_spent_total 123456789012345\n" in page


def test_whatever_the_tally_counts_is_shown():
    events = [
        ("item.sold", {"item_name": "item_spade", "quantity": 3, "money_gained": 120}),
        ("item.bought", {"item_name": "item_spade", "quantity": 2, "cost": 200}),
        ("item.used", {"item_name": "item_grenade", "quantity": 4}),
        ("item.upgraded", {"item_name": "item_lantern", "recipe_key": "lantern_upgrade", "quantity": 6}),
        ("item.disassembled", {"item_name": "item_lantern", "quantity": 2}),
        ("gamble.started", {"id": "1"}),
        ("gamble.complete", {"gamble_id": "1", "winner_id": None}),
        ("job.level_up", {"job_key": "merchant", "old_level": 1, "new_level": 2}),
        ("search.performed", {"success": False}),
        ("progression.vote_recorded", {"node_key": "feature_search"}),
    ]
    assert {event_type for event_type, _ in events} == set(COUNT_RULES)

    counters: dict[str, dict[str, int]] = {}
    for (metric, label), total in count(events, COUNT_RULES).items():
        counters.setdefault(metric, {})[label] = total

    families = parse(exposition(MetricValues((), counters, 0, 0, 0, 0, 0)))

    assert counters.keys() == COUNTERS.keys() - {"events_published_total", "events_received_total"}
    assert {metric: sum(families[metric].samples.values()) for metric in counters} == {
        metric: sum(totals.values()) for metric, totals in counters.items()
    }
    crafted = families["items_upgraded_total"]
    assert crafted.value(source_item="lantern_upgrade", result_item="item_lantern") == 6


def test_requests_to_the_outside_and_their_durations():
    counters = {
        "jobs_processed_total": {"personas.turn,done": 3},
        "llm_calls_total": {"turn,openai,ok": 3},
        "llm_cost_micros_total": {"turn": 1_500_000},
        "job_duration_seconds_bucket": {"personas.turn,0.5": 2, "personas.turn,+Inf": 1},
        "job_duration_seconds_micros": {"personas.turn": 21_250_000},
    }

    families = parse(exposition(replace(NOTHING, counters=counters, queue_depth={"personas.turn": 7})))

    assert families["jobs_processed_total"].value(type="personas.turn", status="done") == 3
    assert families["llm_calls_total"].value(op="turn", provider="openai", outcome="ok") == 3
    assert families["llm_cost_dollars_total"].value(op="turn") == 1.5
    assert families["queue_depth"].value(type="personas.turn") == 7
    durations = families["job_duration_seconds"]
    steps = [durations.value("_bucket", type="personas.turn", le=le) for le in ("0.25", "0.5", "10", "+Inf")]
    assert steps == [0, 2, 2, 3]
    assert durations.value("_sum", type="personas.turn") == 21.25
