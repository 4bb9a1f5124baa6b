"""Battles that a channel on Discord watches, and its vote."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import pytest

from kernel.database import Connection, Tx, connect, transaction
from personas.battles import turns
from personas.battles.models import HOUSE_ACCOUNT, CreatedBattle, Side, TooManyRunning
from personas.battles.rules import MOST_RUNNING
from personas.channels import clock
from personas.channels import service as channels
from personas.channels.models import (
    BattleGoingOn,
    BattlesTooOften,
    ChannelVoteOver,
    SamePersona,
    UnknownPersona,
    Watching,
    Wish,
)
from personas.channels.settings import settings
from personas.people.models import Persona
from personas.profiles import service as profiles
from personas.safety.models import ContentProfanity, InvalidField
from personas.templates.models import TemplateNotFound
from tests.support import battles as by_hand
from tests.support.battles import Script, make_template, read, spent
from tests.support.factories import announced
from tests.support.outside import run_due
from tests.support.people import make_account
from tests.support.personas import make_persona
from tests.support.races import attempt, wait_for_a_lock

TOPIC = "Should we ship weekly?"
VOTE = timedelta(seconds=settings.vote_seconds)
_numbers = count(1)


@pytest.fixture
def ada(tx: Tx) -> Persona:
    return make_public(tx, "Ada")


@pytest.fixture
def bob(tx: Tx) -> Persona:
    return make_public(tx, "Bob")


def make_public(tx: Tx, name: str, **fields: Any) -> Persona:
    """A public persona of an account of its own."""
    persona = make_persona(tx, make_account(tx, f"Owner of {name}"), name, **fields)
    profiles.publish(tx, persona.account_id, persona.persona_id)
    return persona


def begin(
    tx: Tx, *, channel: str = "1300", starter: str = "", account: UUID | None = None, **wish: str
) -> CreatedBattle:
    """Start a battle; by someone else each time, unless the starter is named."""
    watching = Watching(channel, starter or f"starter {next(_numbers)}", "https://brandish.example")
    return channels.open_battle(tx, Wish(**{"topic": TOPIC, **wish}), watching, lambda: account)


def end_vote(tx: Tx) -> int:
    tx.now += VOTE
    return clock.count_votes(tx)


def is_due(tx: Tx) -> bool:
    row = tx.execute("SELECT " + clock.DUE + " AS due", [tx.now]).fetchone()
    assert row is not None
    return row["due"]


def news(tx: Tx) -> list[tuple[str, dict[str, Any]]]:
    """What goes to the channel: the types, and the metadata without the version."""
    rows = tx.execute("SELECT event_type, metadata FROM events WHERE event_type LIKE 'battle.%' ORDER BY position")
    return [
        (row["event_type"], {name: value for name, value in row["metadata"].items() if name != "version"})
        for row in rows
    ]


def test_a_channel_hears_of_every_turn_and_of_the_vote(tx: Tx, ada: Persona, bob: Persona):
    created = begin(tx, pro="ada", con="Bob")

    run_due(tx, [turns.TURN])

    view = read(tx, created)
    assert (view.status, view.pro_name, view.con_name, view.replies_expected) == ("COMPLETED", "Ada", "Bob", 0)
    to_channel = {"discord_channel_id": "1300"}
    assert news(tx) == [
        ("battle.created", {}),
        *[("battle.turn", to_channel)] * 6,
        ("battle.completed", to_channel),
    ]
    [completed] = announced(tx, "battle.completed")
    assert completed["vote_ends_at"] == (tx.now + VOTE).isoformat().replace("+00:00", "Z")
    assert "1300" not in str(announced(tx, "battle.turn"))  # listeners do not learn which channel it is


def test_it_costs_who_began_it_and_the_owners_of_the_personas_nothing(tx: Tx, ada: Persona, bob: Persona):
    linked = make_account(tx, "Linked")
    begin(tx, pro="ada", con="bob", account=linked)
    begin(tx, pro="ada", con="bob", channel="1301")

    run_due(tx, [turns.TURN])

    assert spent(tx, [ada.persona_id, bob.persona_id, ada.account_id, bob.account_id]) == [0] * 4
    assert spent(tx, [linked, HOUSE_ACCOUNT]) == [6, 0]  # the house stands for everyone without an account


def test_who_is_linked_owns_the_battle_and_the_house_owns_the_others(tx: Tx, ada: Persona, bob: Persona):
    linked = make_account(tx, "Linked")

    assert begin(tx, account=linked).battle.account_id == linked
    assert begin(tx, channel="1301").battle.account_id == HOUSE_ACCOUNT


def test_no_one_can_log_in_to_the_house(tx: Tx):
    begin(tx)

    row = tx.execute(
        "SELECT email, password_hash FROM kernel.accounts WHERE account_id = %s", (HOUSE_ACCOUNT,)
    ).fetchone()

    assert row == {"email": "house", "password_hash": "-"}


def test_the_most_followed_speak_where_no_one_was_asked_for(tx: Tx, ada: Persona, bob: Persona):
    for number in range(12):
        make_public(tx, f"Other {number}")
        tx.now += timedelta(seconds=1)
    fans = [make_account(tx, f"Fan {number}") for number in range(2)]
    for persona in (ada, bob):
        for fan in fans:
            profiles.follow(tx, fan, persona.name)

    [first, second, *_] = profiles.ask_most_followed(tx, 12)()
    seen = {speaker.name for number in range(20) for speaker in _speakers(begin(tx, channel=f"c{number}"))}

    assert {first.name, second.name} == {"Ada", "Bob"}
    assert "Other 9" not in seen  # the eleventh and twelfth
    assert "Other 11" not in seen
    assert len(seen) > 4


def _speakers(created: CreatedBattle) -> tuple[Any, Any]:
    return created.battle.pro, created.battle.con


def test_the_house_speaks_where_there_is_no_persona(tx: Tx):
    created = begin(tx)

    assert {each.name for each in _speakers(created)} == {"House Pro", "House Con"}


def test_hidden_personas_and_those_of_people_who_blocked_one_another_are_no_choice(tx: Tx, ada: Persona, bob: Persona):
    linked = make_account(tx, "Linked")
    tx.execute(
        """
        INSERT INTO personas.mutes (mute_id, account_id, muted_account_id, name, is_block, created_at)
        VALUES (%s, %s, %s, 'Linked', true, now())
        """,
        (uuid4(), ada.account_id, linked),
    )
    profiles.unpublish(tx, bob.account_id, bob.persona_id)

    with pytest.raises(UnknownPersona):
        begin(tx, account=linked, pro="ada")
    with pytest.raises(UnknownPersona):
        begin(tx, pro="bob")
    assert {each.name for each in _speakers(begin(tx, account=linked))} == {"House Pro", "House Con"}


@pytest.mark.parametrize(
    ("wish", "refusal"),
    [
        ({"topic": "no"}, InvalidField),
        ({"topic": "What the fuck?"}, ContentProfanity),
        ({"pro": "no one"}, UnknownPersona),
        ({"pro": "ada", "con": "ADA"}, SamePersona),
        ({"template": "no such rules"}, TemplateNotFound),
        ({"template": str(uuid4())}, TemplateNotFound),
    ],
)
def test_what_cannot_be_is_refused(tx: Tx, ada: Persona, wish: dict[str, Any], refusal: type[Exception]):
    with pytest.raises(refusal):
        begin(tx, **wish)


def test_a_template_is_chosen_by_its_name_or_its_id(tx: Tx, ada: Persona):
    short = make_template(tx, ada.account_id, name="Two turns", turn_count=2)
    private = make_template(tx, ada.account_id, name="Secret", is_public=False)

    assert begin(tx, template="two TURNS").battle.turn_count == 2
    assert begin(tx, channel="1301", template=str(short.template_id)).battle.turn_count == 2
    with pytest.raises(TemplateNotFound):
        begin(tx, channel="1302", template=str(private.template_id))


def test_a_channel_watches_one_battle_at_a_time_until_the_vote_is_counted(tx: Tx):
    begin(tx)
    with pytest.raises(BattleGoingOn):
        begin(tx)

    run_due(tx, [turns.TURN])
    with pytest.raises(BattleGoingOn):
        begin(tx)
    end_vote(tx)

    assert begin(tx)


def test_the_same_person_waits_between_two_battles(tx: Tx):
    begin(tx, starter="7")

    with pytest.raises(BattlesTooOften, match="in 5 min"):
        begin(tx, channel="1301", starter="7")
    assert begin(tx, channel="1302", starter="8")
    tx.now += settings.cooldown
    assert begin(tx, channel="1303", starter="7")


def test_who_is_refused_need_not_wait(conn: Connection):
    with transaction(conn) as tx:
        begin(tx)
    with pytest.raises(BattleGoingOn), transaction(conn) as tx:
        begin(tx, starter="7")

    with transaction(conn) as tx:
        assert begin(tx, channel="1301", starter="7")


def test_the_vote_is_counted_and_who_voted_for_whom_is_forgotten(tx: Tx, ada: Persona, bob: Persona):
    created = begin(tx, pro="ada", con="bob")
    run_due(tx, [turns.TURN])
    battle_id = created.battle.battle_id
    ballots: list[tuple[str, Side]] = [("1", "PRO"), ("2", "CON"), ("3", "CON"), ("1", "CON"), ("1", "PRO")]

    names = [channels.vote(tx, battle_id, voter, side).name for voter, side in ballots]
    tx.now += VOTE - timedelta(seconds=1)
    assert not is_due(tx)
    tx.now += timedelta(seconds=1)
    assert is_due(tx)
    assert clock.count_votes(tx) == 1

    assert names == ["Ada", "Bob", "Bob", "Bob", "Ada"]
    [result] = announced(tx, "battle.vote_closed")
    assert (result["pro_votes"], result["con_votes"]) == (1, 2)
    assert result["verdict"]["winner"] in ("PRO", "CON", "DRAW")
    assert result["url"] == f"https://brandish.example/b/{battle_id}"
    assert news(tx)[-1] == ("battle.vote_closed", {"discord_channel_id": "1300"})
    assert tx.execute("SELECT FROM personas.channel_votes").fetchone() is None
    assert not is_due(tx)
    assert clock.count_votes(tx) == 0


def test_there_is_no_vote_before_and_after(tx: Tx):
    battle_id = begin(tx).battle.battle_id

    with pytest.raises(ChannelVoteOver):
        channels.vote(tx, battle_id, "1", "PRO")
    run_due(tx, [turns.TURN])
    channels.vote(tx, battle_id, "1", "PRO")
    tx.now += VOTE  # before the clock has counted
    with pytest.raises(ChannelVoteOver):
        channels.vote(tx, battle_id, "1", "CON")
    with pytest.raises(ChannelVoteOver):
        channels.vote(tx, uuid4(), "1", "CON")


def test_what_channels_watch_is_none_of_the_ten_battles_of_who_began_it(tx: Tx, ada: Persona, bob: Persona):
    ann = make_account(tx, "Ann")
    begin(tx, account=ann)

    for _ in range(MOST_RUNNING):
        by_hand.begin(tx, ann)

    begin(tx, account=ann, channel="1400")
    with pytest.raises(TooManyRunning):
        by_hand.begin(tx, ann)


def test_a_battle_that_failed_has_no_vote_and_frees_its_channel(tx: Tx):
    battle_id = begin(tx).battle.battle_id
    tx.now += timedelta(minutes=10)
    turns.close_overdue(tx)

    [halted] = announced(tx, "battle.halted")
    assert (halted["status"], halted["vote_ends_at"]) == ("FAILED", None)
    with pytest.raises(ChannelVoteOver):
        channels.vote(tx, battle_id, "1", "PRO")
    assert is_due(tx)
    assert clock.count_votes(tx) == 1

    assert announced(tx, "battle.vote_closed") == []
    assert begin(tx)


def test_a_battle_that_ended_early_is_voted_on(tx: Tx, ada: Persona, bob: Persona):
    created = begin(tx, pro="ada", con="bob")
    script = Script("A claim.", "An answer.", "fuck", "fuck")
    run_due(tx, [turns.TURN], script)

    assert read(tx, created).status == "HALTED"
    [halted] = announced(tx, "battle.halted")
    assert (halted["pro_name"], halted["con_name"], halted["turns_done"]) == ("Ada", "Bob", 2)
    assert halted["vote_ends_at"]
    assert channels.vote(tx, created.battle.battle_id, "1", "PRO").name == "Ada"


def test_what_was_taken_down_is_not_shown_at_the_end(tx: Tx):
    created = begin(tx)
    run_due(tx, [turns.TURN])
    tx.execute("UPDATE personas.posts SET hidden_at = now() WHERE post_id = %s", (created.battle.battle_id,))

    assert end_vote(tx) == 1

    assert announced(tx, "battle.vote_closed") == []


def test_suggestions_begin_with_what_was_typed(tx: Tx, ada: Persona, bob: Persona):
    make_public(tx, "Adam")
    make_account(tx)

    assert [each.slug for each in profiles.suggest(tx, "AD", 25)] == ["ada", "adam"]
    assert {each.slug for each in profiles.suggest(tx, "", 25)} == {"ada", "adam", "bob"}


def test_the_owner_of_the_winner_is_told_apart(tx: Tx, ada: Persona, bob: Persona):
    created = begin(tx, pro="ada", con="bob")
    good, bad = "Because we measured 3 releases, for example weekly ones, the data shows fewer faults.", "No."

    run_due(tx, [turns.TURN], Script(*[good, bad] * 3))

    assert announced(tx, "persona.battle_won") == [
        {"battle_id": str(created.battle.battle_id), "account_id": str(ada.account_id)}
    ]


def test_the_house_wins_for_no_one(tx: Tx):
    begin(tx)
    run_due(tx, [turns.TURN], Script(*["Because we measured 3 releases, the data shows fewer faults.", "No."] * 3))

    assert announced(tx, "persona.battle_won") == []


def test_at_the_last_moment_a_vote_is_counted_or_refused(conn: Connection, database_url: str):
    with transaction(conn) as tx:
        battle_ids = [begin(tx, channel=channel).battle.battle_id for channel in ("1300", "1301")]
    run_due(conn, [turns.TURN])
    in_time, late = datetime.now(UTC), datetime.now(UTC) + VOTE + timedelta(minutes=1)

    with closing(connect(database_url)) as other, closing(connect(database_url)) as looking:
        with transaction(other, now=in_time) as voting:
            for battle_id in battle_ids:
                channels.vote(voting, battle_id, "1", "PRO")
            with transaction(conn, now=late) as counting:
                assert channels.count_votes(counting) == 0  # the votes are on their way
        with ThreadPoolExecutor(1) as thread:
            with transaction(conn, now=late) as counting:
                assert channels.count_votes(counting) == 2
                counting.execute("SELECT").fetchone()  # sends what is queued
                vote = thread.submit(
                    attempt, other, lambda tx: channels.vote(tx, battle_ids[0], "2", "CON"), now=in_time
                )
                wait_for_a_lock(looking)
            assert isinstance(vote.result(timeout=30), ChannelVoteOver)

    with transaction(conn) as tx:
        rows = tx.execute("SELECT pro_votes, con_votes FROM personas.channel_battles").fetchall()
        assert rows == [{"pro_votes": 1, "con_votes": 0}] * 2
        assert tx.execute("SELECT FROM personas.channel_votes").fetchone() is None
