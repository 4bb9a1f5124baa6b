"""Which debates strangers see first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from kernel.database import Tx
from personas.people import service as people
from personas.posts import service as posts
from personas.showcase import service as showcase
from tests.support.people import make_account
from tests.support.persona_rows import make_battle, make_persona, make_room
from tests.support.personas import make_reply

NOON = datetime(2026, 2, 18, 12, tzinfo=UTC)


@pytest.fixture
def ann(tx: Tx) -> UUID:
    tx.now = NOON
    return make_account(tx)


def reply(tx: Tx, account_id: UUID, battle_id: UUID, times: int = 1) -> None:
    post = posts.ask(tx, battle_id)()
    assert post is not None
    for _ in range(times):
        make_reply(tx, people.owned(tx, account_id, make_persona(tx, account_id)), post)


def remix(tx: Tx, account_id: UUID, room: UUID, battle_id: UUID) -> UUID:
    made = make_battle(tx, account_id, room)
    tx.execute("UPDATE personas.battles SET source_battle_id = %s WHERE post_id = %s", (battle_id, made))
    return made


def minutes_ago(number: int) -> datetime:
    return NOON - timedelta(minutes=number)


@pytest.mark.parametrize("in_room", [True, False])
def test_one_author_has_two_debates_in_each_list(tx: Tx, ann: UUID, in_room: bool):
    bob, room = make_account(tx), make_room(tx)
    anns = make_battle(tx, ann, room, at=minutes_ago(500))
    flood = [make_battle(tx, bob, room, at=minutes_ago(number)) for number in range(70)]
    reply(tx, bob, anns)
    for each in flood[:4]:
        reply(tx, ann, each, times=2)

    shown = showcase.ask_public(tx, room if in_room else None)()

    assert [each.battle_id for each in shown.latest] == [*flood[:2], anns]
    assert [each.battle_id for each in shown.discussed] == [*flood[:2], anns]


def from_address(tx: Tx, address: str, days: int = 0) -> UUID:
    """Return an account that signed up from an address some days ago."""
    account_id = make_account(tx)
    tx.execute(
        "UPDATE kernel.accounts SET signed_up_from = %s, created_at = %s WHERE account_id = %s",
        (address, tx.now - timedelta(days=days), account_id),
    )
    return account_id


def latest(tx: Tx, room: UUID | None = None) -> list[UUID]:
    return [each.battle_id for each in showcase.ask_public(tx, room)().latest]


@pytest.mark.parametrize("accounts", [1, 3])
def test_debates_of_one_address_hide_no_one_elses_however_many_there_are(tx: Tx, ann: UUID, accounts: int):
    room, bobs = make_room(tx), [from_address(tx, "bob") for _ in range(accounts)]
    anns = make_battle(tx, ann, room, at=minutes_ago(500))
    for number in range(210):
        make_battle(tx, bobs[number % accounts], room, at=minutes_ago(number))

    assert anns in latest(tx, room)
    assert anns in latest(tx)


def test_accounts_of_one_address_are_shown_last_and_only_where_there_is_room(tx: Tx, ann: UUID):
    room, others = make_room(tx), [from_address(tx, str(number), days=2) for number in range(5)]
    flood = [make_battle(tx, from_address(tx, "bob"), room, at=minutes_ago(number)) for number in range(8)]
    alone = latest(tx)
    old = [make_battle(tx, each, room, at=minutes_ago(500 + number)) for number, each in enumerate(others)]

    assert alone == flood
    assert latest(tx) == [*flood[:5], *old]


def test_new_accounts_have_half_of_a_list_that_others_could_fill(tx: Tx, ann: UUID):
    room = make_room(tx)
    new = [make_battle(tx, from_address(tx, str(n)), room, at=minutes_ago(n)) for n in range(8)]
    assert latest(tx) == new
    old = [make_battle(tx, from_address(tx, f"o{n}", days=2), room, at=minutes_ago(500 + n)) for n in range(4)]

    assert latest(tx) == [*new[:6], *old]
    old.append(make_battle(tx, from_address(tx, "o", days=2), room, at=minutes_ago(600)))
    assert latest(tx) == [*new[:5], *old]


def test_what_authors_say_to_their_own_debates_makes_none_discussed(tx: Tx, ann: UUID):
    bob, room = make_account(tx), make_room(tx)
    alone = make_battle(tx, ann, room, at=minutes_ago(3))
    quiet, loud = (make_battle(tx, bob, room, at=minutes_ago(number)) for number in (1, 2))
    reply(tx, ann, alone, times=3)
    remix(tx, ann, make_room(tx), alone)
    reply(tx, ann, quiet)
    reply(tx, ann, loud)
    remix(tx, ann, make_room(tx), loud)

    shown = showcase.ask_public(tx, room)()

    assert [each.battle_id for each in shown.discussed] == [loud, quiet]
    counted = {each.battle_id: (each.replies, each.remixes) for each in shown.latest}
    assert counted == {alone: (3, 1), quiet: (1, 0), loud: (1, 1)}  # what is counted is shown as it was
