"""A turning point is decided once, no matter what happens meanwhile: kills between writes, repeats, several owners."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import closing
from functools import partial
from typing import Any
from uuid import UUID

import psycopg

from community.players.models import PlayerRef
from community.voting import polls
from community.voting.ballots import cast_ballot
from kernel.database import Connection, Tx, connect, transaction
from kernel.errors import DomainError, OutcomeUnknown, TryAgain
from kernel.outside import desk, queries
from tests.promises.test_votes import VOTERS, act, assert_tallies_equal_ballots, together, working_through
from tests.support.factories import hold_target, make_player, stored
from tests.support.grounds import make_ground
from tests.support.killed import connect_killed_after
from tests.support.outside import run_due
from tests.support.people import Someone, make_someone
from tests.support.worlds import Player
from tests.support.worlds import connect as come
from worlds.deep_time.chat import KINDS
from worlds.deep_time.models import AgeStanding, standing_of
from worlds.entering import service as entering
from worlds.entering.models import CharacterWish
from worlds.world import queries as worlds_sql
from worlds.world import service as worlds
from worlds.world.events import DeepTimeAdvanced
from worlds.world.models import World

MOST_STATEMENTS = 60
SEEN = {"species": 9, "kinds": [3, 3, 3], "oxygen": 0.2, "extinctions": 0, "most": []}


def owner_of_world(tx: Tx, name: str) -> Player:
    """A moderator of the chat, who owns a world at a turning point."""
    someone = make_someone(tx)
    lead(tx, someone, name)
    world = make_ground(tx, name=name, owner_id=someone.identity.account_id)
    aged = DeepTimeAdvanced(world_id=world.world_id, run=0, year=1_000_000, intervened=0, seen=SEEN, happened=[])
    worlds.save(tx, world, world.world_id, [aged])
    made = entering.create(tx, someone.identity, world.world_id, CharacterWish(name=name, species="human", seed=1))
    return come(tx, someone.identity, made.character_id)


def lead(tx: Tx, someone: Someone, name: str) -> None:
    player = make_player(tx, name, platform_id=name)
    tx.execute(
        "INSERT INTO player_accounts (account_id, user_id) VALUES (%s, %s)",
        (someone.identity.account_id, stored(tx, player).id),
    )
    tx.execute(
        "UPDATE user_platform_links SET roles = '{moderator}', roles_at = %s WHERE platform_user_id = %s",
        (tx.now, name),
    )


def world_of(tx: Tx, player: Player) -> World:
    [row] = worlds_sql.find(tx, player.character(tx).world_id)
    return worlds_sql.read(row)


def standing(conn: Connection, player: Player) -> AgeStanding:
    with transaction(conn) as tx:
        return standing_of(world_of(tx, player).generation)


def questions(conn: Connection) -> list[tuple[UUID, dict[str, Any]]]:
    rows = conn.execute(
        "SELECT event_id, payload FROM events WHERE event_type = 'world.turning_point_put' ORDER BY position"
    )
    return [(row["event_id"], row["payload"]) for row in rows.fetchall()]


def log_of_worlds(conn: Connection) -> Counter[str]:
    rows = conn.execute("SELECT event_type FROM worlds.events WHERE event_type ~ 'Turning|Intervened'").fetchall()
    return Counter(row["event_type"] for row in rows)


def log(conn: Connection) -> Counter[str]:
    rows = conn.execute("SELECT event_type FROM events WHERE event_type ~ '^(poll|world[.]turning)'").fetchall()
    return Counter(row["event_type"] for row in rows)


def through_kills(url: str, step: Callable[[Tx], object]) -> None:
    """Do a step with a program that is killed after each of its statements; then three times more."""
    for statements in range(MOST_STATEMENTS):
        try:
            with closing(connect_killed_after(url, statements)) as killed, transaction(killed) as tx:
                step(tx)
        except (psycopg.OperationalError, TryAgain, OutcomeUnknown):
            continue
        break
    else:
        raise AssertionError("it was killed each time")
    assert statements > 2
    for _ in range(3):
        with closing(connect(url)) as conn:
            act(conn, step)


def answered(conn: Connection, url: str) -> None:
    """Let Worlds work on the answer, killed after each statement that stores it."""
    known = {kind.name: kind for kind in KINDS}
    with transaction(conn) as tx:
        [due] = queries.list_due(tx).fetchall()
    with transaction(conn) as tx:
        claimed = desk.claim(tx, known, due["request_id"])
    request = claimed.request
    assert request is not None
    through_kills(url, lambda tx: desk.finish(tx, known, request.request_id, request.claim_id, claimed.task))


def test_a_turning_point_is_decided_once_through_kills_and_repeats(conn: Connection, database_url: str):
    with transaction(conn) as tx:
        hold_target(tx)
        owner = owner_of_world(tx, "Gaia")
    through_kills(database_url, lambda tx: owner.types(tx, "world vote", "one command"))
    [(event_id, question)] = questions(conn)
    through_kills(database_url, lambda tx: polls.open_asked(tx, event_id, question))
    for number, voter in ((4, VOTERS[0]), (2, VOTERS[1]), (4, VOTERS[2])):
        through_kills(database_url, partial(cast_ballot, voter=voter, number=number))
    through_kills(database_url, polls.close_due)
    assert log(conn)["poll.closed"] == 0
    conn.execute("UPDATE voting_sessions SET voting_deadline = now() WHERE poll_id IS NOT NULL")
    through_kills(database_url, polls.close_due)
    answered(conn, database_url)

    assert log(conn) == {"world.turning_point_put": 1, "poll.opened": 1, "poll.closed": 1}
    assert log_of_worlds(conn) == {"TurningPointPut": 1, "TurningPointClosed": 1, "Intervened": 1}
    after = standing(conn, owner)
    assert (after.pending, after.energy, after.turned) == ([["cataclysm", None]], 70, 1_000_000)
    assert_tallies_equal_ballots(conn)


def test_of_two_owners_who_ask_at_once_one_is_asked_about_and_the_other_told(conn: Connection, database_url: str):
    with transaction(conn) as tx:
        owners = [owner_of_world(tx, name) for name in ("Gaia", "Terra")]
        for owner in owners:
            owner.types(tx, "world vote")

    def deliver(event_id: UUID, question: dict[str, Any], own: Connection) -> bool:
        return act(own, lambda tx: polls.open_asked(tx, event_id, question))

    opened = together(database_url, *[partial(deliver, *each) for each in questions(conn) for _ in range(3)])
    run_due(conn, KINDS)

    assert sorted(opened) == [False] * 5 + [True]
    assert log(conn)["poll.opened"] == 1
    assert sorted(standing(conn, owner).vote is None for owner in owners) == [False, True]


def test_votes_of_a_crowd_count_in_the_poll_until_it_ends(conn: Connection, database_url: str):
    with transaction(conn) as tx:
        hold_target(tx)
        owner_of_world(tx, "Gaia").types(tx, "world vote")
    [(event_id, question)] = questions(conn)
    with transaction(conn) as tx:
        polls.open_asked(tx, event_id, question)
    accepted: list[str] = []

    def vote(voter: PlayerRef, tx: Tx) -> str:
        try:
            return cast_ballot(tx, voter, 2).option.node_key
        except DomainError as refusal:
            return refusal.code

    jobs = [partial(vote, voter) for voter in VOTERS[:80]]
    closing_time = jobs[:40], jobs[40:]
    work = working_through(closing_time[0], accepted)
    together(database_url, *[work] * 4)
    late = working_through(closing_time[1], accepted)
    together(database_url, *[late] * 4, lambda own: act(own, polls.close_now))

    counted = Counter(accepted)
    assert counted["nudge"] + counted["no_voting_session"] == 80
    [closed] = conn.execute("SELECT payload FROM events WHERE event_type = 'poll.closed'").fetchall()
    assert sum(option["vote_count"] for option in closed["payload"]["options"]) == counted["nudge"] >= 40
    assert_tallies_equal_ballots(conn)
