"""The hero whom the community follows through worlds: chosen, seen, and no longer."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest

from community.exclusions import service as exclusions
from community.exclusions.models import ListedAccount
from community.heroes import following, texts
from community.heroes.models import HeroNotLinked, NoHero
from community.heroes.showing import on_overlay
from community.linking import accounts
from community.players.models import PlayerRef
from kernel.database import Connection, Tx, transaction
from tests.support.factories import announced, make_player
from tests.support.heroes import agree, disagree, link
from tests.support.people import make_account
from tests.support.races import race_of


@pytest.fixture
def alice(tx: Tx) -> PlayerRef:
    return make_player(tx, "alice")


@pytest.fixture
def account(tx: Tx, alice: PlayerRef) -> UUID:
    account_id = make_account(tx, "Ann")
    link(tx, account_id)
    agree(tx, account_id)
    return account_id


def seen(tx: Tx, account_id: UUID, **fields: Any) -> bool:
    """Worlds tells how a hero is now."""
    told: dict[str, Any] = {
        "account_id": str(account_id),
        "hero": "Ann",
        "world": "Temperate",
        "world_id": str(uuid4()),
        "map_x": 250,
        "map_y": 400,
        "place": "Millbrook",
        "hp": 45,
        "most_hp": 50,
        "people": ["Maren"],
        "creatures": ["wolf"],
        "players": 2,
        "lines": ["You go east."],
        "seen_at": tx.now.isoformat(),
    }
    return following.sight(tx, told | fields)


def hidden(tx: Tx, account_id: UUID, **fields: Any) -> None:
    """Worlds tells that a hero no longer shows themselves."""
    following.hide(tx, {"account_id": str(account_id), "hidden_at": tx.now.isoformat()} | fields)


def test_a_hero_who_is_followed_is_told_of_to_listeners_and_the_chat(tx: Tx, alice: PlayerRef, account: UUID):
    following.follow(tx, alice)
    assert texts.told(following.followed(tx), tx.now).startswith("alice has not been seen yet.")

    assert seen(tx, account)

    assert texts.told(following.followed(tx), tx.now + timedelta(minutes=3, seconds=5)) == (
        "Ann is in Temperate: Millbrook. Hit points: 45 of 50."
        " Near: Maren, wolf and 2 other players. Seen 3 minutes ago."
    )
    [told] = announced(tx, "hero.sighted")
    assert (told["player"], told["hero"], told["map_x"], told["lines"]) == ("alice", "Ann", 250, ["You go east."])
    assert str(account) not in str(told)


def test_no_one_else_is_seen(tx: Tx, account: UUID):
    assert not seen(tx, account)

    assert announced(tx, "hero.sighted") == []
    with pytest.raises(NoHero):
        following.followed(tx)


def test_what_comes_twice_or_late_is_no_news(tx: Tx, alice: PlayerRef, account: UUID):
    following.follow(tx, alice)
    earlier = tx.now - timedelta(seconds=1)

    assert [seen(tx, account), seen(tx, account), seen(tx, account, seen_at=earlier.isoformat(), hp=1)] == [
        True,
        False,
        False,
    ]

    sighting = following.followed(tx).sighting
    assert sighting is not None
    assert sighting.hp == 45
    assert len(announced(tx, "hero.sighted")) == 1


def test_what_was_not_looked_at_stays_in_the_same_world_and_lines_go_on(tx: Tx, alice: PlayerRef, account: UUID):
    following.follow(tx, alice)
    unknown: dict[str, Any] = {"place": None, "people": None, "creatures": None, "players": None}
    seen(tx, account)

    for number in range(7):
        tx.now += timedelta(seconds=3)
        seen(tx, account, hp=40, lines=[f"Line {number}."], **unknown)
    sighting = following.followed(tx).sighting
    assert sighting is not None
    assert (sighting.place, sighting.people, sighting.players, sighting.hp) == ("Millbrook", ("Maren",), 2, 40)
    assert sighting.lines == tuple(f"Line {number}." for number in range(1, 7))

    tx.now += timedelta(seconds=3)
    seen(tx, account, world="", world_id=None, map_x=None, map_y=None, lines=[], **unknown)
    found = following.followed(tx)
    assert texts.told(found, tx.now) == "Ann is in a world that is not public. Hit points: 45 of 50."
    assert found.sighting is not None
    assert found.sighting.lines == ()


def test_who_hides_is_not_shown_any_more_and_listeners_are_told_once(tx: Tx, alice: PlayerRef, account: UUID):
    following.follow(tx, alice)
    seen(tx, account)

    for _ in range(2):
        hidden(tx, account)

    assert following.followed(tx).sighting is None
    assert announced(tx, "hero.hidden") == [{}]


def test_who_no_longer_agrees_is_shown_nowhere_before_any_event_has_come(tx: Tx, alice: PlayerRef, account: UUID):
    following.follow(tx, alice)
    seen(tx, account)
    disagree(tx, account)

    assert on_overlay(tx) == {}
    assert following.followed(tx).sighting is None
    tx.now += timedelta(seconds=3)
    assert not seen(tx, account)
    assert len(announced(tx, "hero.sighted")) == 1


def test_what_was_seen_before_they_hid_is_no_news_when_it_comes_later(tx: Tx, alice: PlayerRef, account: UUID):
    following.follow(tx, alice)
    earlier = tx.now.isoformat()
    tx.now += timedelta(seconds=1)
    hidden(tx, account)  # and then they have agreed again

    assert not seen(tx, account, seen_at=earlier)

    assert on_overlay(tx) == {}
    tx.now += timedelta(seconds=3)
    assert seen(tx, account)


def test_that_they_hid_is_no_news_when_they_were_seen_after_it(tx: Tx, alice: PlayerRef, account: UUID):
    following.follow(tx, alice)
    earlier = tx.now.isoformat()
    tx.now += timedelta(seconds=1)
    seen(tx, account)

    hidden(tx, account, hidden_at=earlier)

    assert on_overlay(tx)["hero"] == "Ann"


def test_one_hero_is_followed_at_a_time_and_an_administrator_ends_it(tx: Tx, alice: PlayerRef, account: UUID):
    bob = make_player(tx, "bob")
    with pytest.raises(HeroNotLinked, match="bob has not linked an account"):
        following.follow(tx, bob)
    following.follow(tx, alice)
    following.follow(tx, alice)

    following.follow_no_one(tx)

    assert not seen(tx, account)
    with pytest.raises(NoHero):
        following.followed(tx)


def test_unlinking_ends_it_and_nothing_of_the_hero_stays(tx: Tx, alice: PlayerRef, account: UUID):
    following.follow(tx, alice)
    seen(tx, account)

    accounts.unlink(tx, account)

    assert tx.execute("SELECT FROM followed_hero").fetchall() == []


def test_a_player_who_is_excluded_is_shown_no_more(tx: Tx, alice: PlayerRef, account: UUID):
    following.follow(tx, alice)
    seen(tx, account)

    exclusions.exclude(tx, ListedAccount("twitch", str(alice.platform_id), "alice"))

    assert on_overlay(tx) == {}
    with pytest.raises(NoHero):
        following.followed(tx)
    tx.now += timedelta(seconds=3)
    assert not seen(tx, account)
    assert announced(tx, "hero.hidden") == [{}]


def test_administrators_who_choose_at_the_same_moment_leave_one_hero(database_url: str, conn: Connection):
    with transaction(conn) as tx:
        players = [make_player(tx, name) for name in ("alice", "bob", "carol")]
        for name in ("alice", "bob", "carol"):
            link(tx, make_account(tx, name.title()), name)

    with race_of(3, database_url) as race:
        chosen = race(*[partial(following.follow, ref=each) for each in players])

    assert not [each for each in chosen if isinstance(each, Exception)]
    with transaction(conn) as tx:
        assert following.followed(tx).player in {"alice", "bob", "carol"}


def test_an_overlay_shows_a_hero_for_ten_minutes_after_they_were_seen(tx: Tx, alice: PlayerRef, account: UUID):
    following.follow(tx, alice)
    assert on_overlay(tx) == {}
    seen(tx, account)
    assert on_overlay(tx)["hero"] == "Ann"

    tx.now += timedelta(minutes=10)

    assert on_overlay(tx) == {}
    assert texts.told(following.followed(tx), tx.now).endswith("Seen 10 minutes ago.")
