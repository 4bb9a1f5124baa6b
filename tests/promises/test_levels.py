"""64 concurrent actions of one player, through the real handlers on eight connections, award exactly the right XP."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import partial
from importlib import import_module
from typing import Any

import pytest

from community.catalog.content import items
from community.inventory.models import Inventory
from community.jobs import rules
from community.jobs.models import Jobs
from community.jobs.rules import DAILY_CAP, level_for
from community.players import service as players
from kernel.database import Connection, Tx, transaction
from tests.promises.calls import PLAYERS, trade
from tests.promises.environment_pool import Environments, environments, send_call
from tests.support.api import proxy_event
from tests.support.factories import announced, stored, unlock

CONNECTIONS, ACTIONS = 8, 64
ALICE = PLAYERS[0]


@pytest.fixture
def together(database_url: str) -> Iterator[Environments]:
    with environments(database_url, CONNECTIONS) as run:
        yield run


@pytest.fixture
def town(conn: Connection) -> None:
    with transaction(conn) as tx:
        unlock(tx, "feature_economy", "job_merchant", "item_spade")
        player = players.load_or_create(tx, ALICE)
        spade = items.by_name["item_spade"].item_id
        players.save(tx, player.having(player[Inventory].give(spade, 1000)))


@pytest.fixture
def endless_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "DAILY_CAP", 1_000_000)


def award(amount: int, source: str) -> tuple[int, Any]:
    """Status and answer."""
    body = {
        "platform": ALICE.platform,
        "platform_id": ALICE.platform_id,
        "job_key": "merchant",
        "xp_amount": amount,
        "source": source,
    }
    answer = import_module("functions.community.jobs.app").handler(
        proxy_event("POST", "/api/v1/jobs/award-xp", body), None
    )
    return answer["statusCode"], json.loads(answer["body"])


def sell() -> tuple[int, Any]:
    told = send_call(trade("sell", 0, "spade", 1))
    return told.status, told.body


def at_once(together: Environments, *actions: partial[tuple[int, Any]]) -> list[tuple[int, Any]]:
    rounds = [actions[n : n + CONNECTIONS] for n in range(0, len(actions), CONNECTIONS)]
    return [answer for each in rounds for answer in together(each)]


def listed(tx: Tx) -> Mapping[str, int]:
    """The player's XP history, {source: XP}."""
    rows = tx.execute("SELECT source, sum(xp)::int AS xp FROM job_xp_events GROUP BY source").fetchall()
    return {row["source"]: row["xp"] for row in rows}


def assert_one_of_each_level(tx: Tx, level: int) -> None:
    steps = [(number, number + 1) for number in range(level)]
    assert [(up["old_level"], up["new_level"]) for up in announced(tx, "job.level_up")] == steps
    counted = tx.execute(
        """
        SELECT stat_id, event_data FROM stats_inbox WHERE event_type = 'job_level_up'
        UNION ALL SELECT stat_id, event_data FROM stats_events WHERE event_type = 'job_level_up' ORDER BY stat_id
        """
    )
    assert [row["event_data"]["level"] for row in counted.fetchall()] == list(range(1, level + 1))


@pytest.mark.usefixtures("town", "endless_day")
def test_no_xp_is_lost_and_every_level_is_announced_once(conn: Connection, together: Environments):
    answers = at_once(together, *[partial(award, 60 + 3 * (n % 7), "api") for n in range(ACTIONS)])

    assert Counter(status for status, _ in answers) == {200: ACTIONS}
    with transaction(conn) as tx:
        progress = stored(tx, ALICE)[Jobs].progress["merchant"]
        assert listed(tx) == {"api": progress.xp}
        assert progress.xp == progress.daily_xp == sum(body["xp_gained"] for _, body in answers)
        assert sum(60 + 3 * (n % 7) for n in range(ACTIONS)) <= progress.xp
        assert sorted(body["new_xp"] for _, body in answers)[-1] == progress.xp
        assert len({body["new_xp"] for _, body in answers}) == ACTIONS
        assert progress.level == level_for(progress.xp, 10) >= 7
        assert_one_of_each_level(tx, progress.level)


@pytest.mark.usefixtures("town")
def test_the_daily_cap_is_reached_exactly(conn: Connection, together: Environments):
    answers = at_once(together, *[partial(award, 9, "api")] * ACTIONS)

    with transaction(conn) as tx:
        progress = stored(tx, ALICE)[Jobs].progress["merchant"]
        assert (progress.xp, progress.daily_xp) == (DAILY_CAP, DAILY_CAP)
        assert listed(tx) == {"api": DAILY_CAP}
        assert_one_of_each_level(tx, 1)
    assert sum(body["xp_gained"] for status, body in answers if status == 200) == DAILY_CAP
    refused = [body["code"] for status, body in answers if status != 200]
    assert set(refused) == {"daily_cap"}
    assert ACTIONS - len(refused) <= -(-DAILY_CAP // 9)


@pytest.mark.usefixtures("town", "endless_day")
def test_concurrent_trades_and_awards_add_up(conn: Connection, together: Environments):
    answers = at_once(together, *[partial(sell) if n % 2 else partial(award, 20, "api") for n in range(ACTIONS)])

    assert Counter(status for status, _ in answers) == {200: ACTIONS}
    with transaction(conn) as tx:
        progress = stored(tx, ALICE)[Jobs].progress["merchant"]
        sums = listed(tx)
        assert sum(sums.values()) == progress.xp == progress.daily_xp
        assert sums["api"] == sum(body["xp_gained"] for _, body in answers if "xp_gained" in body)
        assert len(announced(tx, "item.sold")) == ACTIONS // 2
        assert sums["item.sold"] > 0
        assert_one_of_each_level(tx, level_for(progress.xp, 10))
