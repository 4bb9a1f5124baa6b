"""What players earn as authors of personas: once for each event, within the day's limit."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID, uuid4

import pytest

from community.achievements.models import Achievements
from community.exclusions import service as exclusions
from community.exclusions.models import ListedAccount
from community.jobs.content import jobs
from community.jobs.rules import DAILY_CAP
from community.players.models import PlayerRef
from community.writing.service import reward
from functions.community.tally.app import handler
from kernel import connections
from kernel.database import Connection, Tx, transaction
from tests.support.dice import Dice
from tests.support.factories import announced, holdings, make_player, stored, unlock, xp
from tests.support.people import make_account

APPROVED, WON = "persona.post_approved", "persona.battle_won"
EARNS = jobs.by_key["scholar"].writing


def linked(tx: Tx) -> tuple[PlayerRef, UUID]:
    """A player with an account, whom no epiphany helps."""
    tx.rng = Dice(0.9)
    unlock(tx, "job_scholar")
    player, account_id = make_player(tx, "alice"), make_account(tx, "Alice")
    tx.execute(
        "INSERT INTO player_accounts (account_id, user_id) SELECT %s, user_id FROM users WHERE username = 'alice'",
        (account_id,),
    )
    return player, account_id


def payload(account_id: UUID) -> dict[str, Any]:
    return {"account_id": str(account_id), "post_id": str(uuid4())}


def done(tx: Tx, player: PlayerRef) -> set[str]:
    return {key for key, each in stored(tx, player)[Achievements].progress.items() if each.unlocked_at}


def test_a_post_and_a_victory_earn_what_the_content_says(tx: Tx):
    player, account_id = linked(tx)

    assert reward(tx, uuid4(), APPROVED, payload(account_id))
    assert xp(tx, player, "scholar") == EARNS["post_approved"] == 15
    assert done(tx, player) == {"first_post"}

    assert reward(tx, uuid4(), WON, payload(account_id))
    assert xp(tx, player, "scholar") == 15 + EARNS["debate_won"] + 50 == 95
    assert done(tx, player) == {"first_post", "first_victory"}
    assert holdings(tx, player)["money"] == 350
    assert len(announced(tx, "achievement.unlocked")) == 2


def test_an_event_counts_once(tx: Tx):
    player, account_id = linked(tx)
    event_id = uuid4()

    assert [reward(tx, event_id, APPROVED, payload(account_id)) for _ in range(3)] == [True, False, False]

    assert xp(tx, player, "scholar") == 15


def test_who_has_no_player_earns_nothing(tx: Tx):
    linked(tx)

    assert not reward(tx, uuid4(), APPROVED, payload(make_account(tx)))


def test_the_daily_limit_holds(tx: Tx):
    player, account_id = linked(tx)

    for _ in range(DAILY_CAP // 15 + 2):
        reward(tx, uuid4(), APPROVED, payload(account_id))

    assert xp(tx, player, "scholar") == DAILY_CAP


def test_an_excluded_player_earns_nothing(tx: Tx):
    player, account_id = linked(tx)
    exclusions.exclude(tx, ListedAccount("twitch", str(player.platform_id), "alice"))

    assert not reward(tx, uuid4(), APPROVED, payload(account_id))


@pytest.fixture
def environment(conn: Connection, monkeypatch: pytest.MonkeyPatch) -> Connection:
    monkeypatch.setattr(connections._environment, "connection", conn, raising=False)
    return conn


def test_the_consumer_of_the_queue_rewards_and_ignores_replays(environment: Connection):
    with transaction(environment) as tx:
        player, account_id = linked(tx)
    detail = {"version": "1.0", "id": str(uuid4()), "type": APPROVED, "timestamp": 1, "payload": payload(account_id)}
    first, again = detail | {"metadata": {}}, detail | {"id": str(uuid4()), "metadata": {"replay": True}}
    records = [
        {"messageId": str(number), "body": json.dumps({"detail-type": APPROVED, "detail": each})}
        for number, each in enumerate((first, first, again))
    ]

    assert handler({"Records": records}, None) == {"batchItemFailures": []}

    with transaction(environment) as tx:
        assert xp(tx, player, "scholar") in (15, 30)  # an epiphany doubles it
