"""What players earn for feats in worlds: once for each event, and within a day's limit."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from community.achievements.models import Achievements
from community.exclusions import service as exclusions
from community.exclusions.models import ListedAccount
from community.heroes.queries import move_feats
from community.heroes.service import reward
from community.linking import accounts
from community.players.models import PlayerRef
from functions.community.tally.app import handler
from kernel import connections
from kernel.database import Connection, Tx, transaction
from tests.support.dice import Dice
from tests.support.factories import make_player, stored, unlock, xp
from tests.support.heroes import link
from tests.support.people import make_account
from tests.support.races import race_of


def linked(tx: Tx) -> tuple[PlayerRef, UUID]:
    """A player with an account, whom no epiphany helps."""
    tx.rng = Dice(0.9)
    for job in ("job_explorer", "job_blacksmith", "job_scholar", "job_merchant", "job_gambler"):
        unlock(tx, job)
    player, account_id = make_player(tx, "alice"), make_account(tx, "Alice")
    link(tx, account_id)
    return player, account_id


def feat(account_id: UUID, key: str, *earlier: str, once: bool = True) -> dict[str, Any]:
    return {"account_id": str(account_id), "feat": key, "once": once, "earlier": list(earlier)}


def done(tx: Tx, player: PlayerRef) -> set[str]:
    return {key for key, each in stored(tx, player)[Achievements].progress.items() if each.unlocked_at}


def test_a_feat_earns_experience_and_an_achievement_once(tx: Tx):
    player, account_id = linked(tx)
    event_id = uuid4()

    first = [reward(tx, event_id, feat(account_id, "first_craft")) for _ in range(3)]
    again = reward(tx, uuid4(), feat(account_id, "first_craft"))

    assert (first, again) == ([["first_craft"], [], []], [])
    assert xp(tx, player, "blacksmith") == 15
    assert done(tx, player) == {"made_by_hand"}


def test_what_was_done_before_linking_comes_with_the_next_feat(tx: Tx):
    player, _ = linked(tx)
    account_id = make_account(tx, "Ann")
    assert reward(tx, uuid4(), feat(account_id, "first_craft")) == []
    tx.execute("DELETE FROM player_accounts")
    link(tx, account_id)

    rewarded = reward(tx, uuid4(), feat(account_id, "hunting", "first_craft", "first_world", once=False))

    assert rewarded == ["hunting", "first_craft", "first_world"]
    assert (xp(tx, player, "blacksmith"), xp(tx, player, "explorer")) == (15, 15)


def test_another_account_does_not_earn_a_player_the_same_again(tx: Tx):
    player, account_id = linked(tx)
    reward(tx, uuid4(), feat(account_id, "first_craft"))
    accounts.unlink(tx, account_id)
    assert reward(tx, uuid4(), feat(account_id, "first_world")) == []

    other = make_account(tx, "Ann")
    link(tx, other)

    assert reward(tx, uuid4(), feat(other, "first_craft")) == []
    assert reward(tx, uuid4(), feat(other, "first_world")) == ["first_world"]
    assert xp(tx, player, "blacksmith") == 15


def test_an_account_that_is_linked_anew_does_not_earn_the_next_player_the_same(tx: Tx):
    _alice, account_id = linked(tx)
    bob = make_player(tx, "bob")
    reward(tx, uuid4(), feat(account_id, "first_craft"))
    accounts.unlink(tx, account_id)
    link(tx, account_id, "bob")

    rewarded = reward(tx, uuid4(), feat(account_id, "hunting", "first_craft", "first_world", once=False))

    assert rewarded == ["hunting", "first_world"]
    assert done(tx, bob) == {"another_world"}


def test_a_day_has_a_limit_and_what_counts_once_comes_the_day_after(tx: Tx):
    player, account_id = linked(tx)

    for _ in range(25):
        reward(tx, uuid4(), feat(account_id, "hunting", once=False))
    assert xp(tx, player, "explorer") == 100
    assert reward(tx, uuid4(), feat(account_id, "first_craft")) == []

    tx.now += timedelta(days=1)
    assert reward(tx, uuid4(), feat(account_id, "hunting", "first_craft", once=False)) == ["hunting", "first_craft"]
    assert (xp(tx, player, "explorer"), xp(tx, player, "blacksmith")) == (105, 15)


def test_two_players_who_become_one_have_been_rewarded_for_what_either_was(tx: Tx):
    _player, account_id = linked(tx)
    make_player(tx, "bob")
    reward(tx, uuid4(), feat(account_id, "first_craft"))
    rows = tx.execute("SELECT username, user_id FROM users").fetchall()
    ids = {row["username"]: row["user_id"] for row in rows}

    move_feats(tx, ids["alice"], ids["bob"])

    [row] = tx.execute("SELECT feat, xp FROM hero_feats WHERE user_id = %s", (ids["bob"],))
    assert (row["feat"], row["xp"]) == ("first_craft", 15)


def test_an_excluded_player_earns_nothing(tx: Tx):
    player, account_id = linked(tx)
    exclusions.exclude(tx, ListedAccount("twitch", str(player.platform_id), "alice"))

    assert reward(tx, uuid4(), feat(account_id, "first_craft")) == []
    assert tx.execute("SELECT FROM hero_feats").fetchall() == []


@pytest.fixture
def environment(conn: Connection, monkeypatch: pytest.MonkeyPatch) -> Connection:
    monkeypatch.setattr(connections._environment, "connection", conn, raising=False)
    return conn


def test_the_queues_consumer_rewards_and_ignores_replays(environment: Connection):
    with transaction(environment) as tx:
        player, account_id = linked(tx)
    kind = "world.feat_achieved"
    first: dict[str, Any] = {"version": "1.0", "id": str(uuid4()), "type": kind, "timestamp": 1, "metadata": {}}
    first["payload"] = feat(account_id, "hunting", once=False)
    again = first | {"id": str(uuid4()), "metadata": {"replay": True}}
    records = [
        {"messageId": str(number), "body": json.dumps({"detail-type": kind, "detail": each})}
        for number, each in enumerate((first, first, again))
    ]

    assert handler({"Records": records}, None) == {"batchItemFailures": []}

    with transaction(environment) as tx:
        assert xp(tx, player, "explorer") in (5, 10)  # an epiphany doubles it


def test_events_of_the_same_feat_at_the_same_moment_are_rewarded_once(database_url: str, conn: Connection):
    with transaction(conn) as tx:
        player, account_id = linked(tx)

    def rewarded(tx: Tx) -> list[str]:
        return reward(tx, uuid4(), feat(account_id, "first_craft"))

    with race_of(4, database_url) as race:
        assert sorted(map(str, race(*[rewarded] * 4))) == ["['first_craft']", "[]", "[]", "[]"]

    with transaction(conn) as tx:
        assert xp(tx, player, "blacksmith") in (15, 30)  # an epiphany doubles it
