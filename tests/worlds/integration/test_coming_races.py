"""Who comes while something else happens: the world closes to them, or they still act over an earlier connection."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from uuid import UUID

import pytest

from functions.shared.accounts import products
from kernel.accounts import service as accounts
from kernel.accounts.models import Identity, SessionEnded, SignInInvalid
from kernel.database import Connection, Tx, transaction
from kernel.database import connect as connect_to
from tests.support.people import make_someone
from tests.support.races import PATIENCE, attempt, race_of, wait_for_a_lock
from tests.support.worlds import Player, come_to, connect, make_world
from worlds import leaving
from worlds.characters import service as characters
from worlds.entering import service as entering
from worlds.entering.models import CharacterWish
from worlds.owning import service as owning
from worlds.owning.models import Settings
from worlds.play import closing as closings
from worlds.tickets import service as tickets
from worlds.world import queries as worlds_sql
from worlds.world.models import World, WorldInUse, WorldInviteOnly, WorldPrivate


@pytest.fixture
def ann(conn: Connection) -> Identity:
    with transaction(conn) as tx:
        return make_someone(tx, "Ann").identity


@pytest.fixture
def aether(conn: Connection, ann: Identity) -> World:
    with transaction(conn) as tx:
        return make_world(tx, owner_id=ann.account_id)


@pytest.fixture
def bob(conn: Connection, aether: World) -> Player:
    """A stranger who is about to come."""
    with transaction(conn) as tx:
        me = make_someone(tx, "Bob").identity
        body = entering.create(tx, me, aether.world_id, CharacterWish(name="Bob", species="human"))
    return Player(me, body.character_id, "")


@pytest.mark.parametrize("privacy", ["private", "invite"])
def test_a_stranger_does_not_come_into_a_world_that_is_just_closed(
    conn: Connection, database_url: str, ann: Identity, aether: World, bob: Player, privacy: str
):
    with closing(connect_to(database_url)) as coming, ThreadPoolExecutor(1) as threads:
        with transaction(conn) as tx:
            owning.change(tx, ann, aether.world_id, Settings(changes={"privacy": privacy}))
            came = threads.submit(attempt, coming, partial(connect, me=bob.me, character_id=bob.character_id))
            wait_for_a_lock(conn)

        assert isinstance(came.result(PATIENCE), WorldPrivate | WorldInviteOnly)


def test_a_stranger_who_comes_while_a_world_is_closed_has_to_leave_it(
    conn: Connection, database_url: str, ann: Identity, aether: World, bob: Player
):
    to_private = partial(
        owning.change, me=ann, world_id=aether.world_id, wanted=Settings(changes={"privacy": "private"})
    )
    with closing(connect_to(database_url)) as changing, ThreadPoolExecutor(1) as threads:
        with transaction(conn) as tx:
            connect(tx, bob.me, bob.character_id)
            changed = threads.submit(attempt, changing, to_private)
            wait_for_a_lock(conn)
        changed.result(PATIENCE)

    with transaction(conn) as tx:
        assert [row["closing"] for row in tx.execute("SELECT closing FROM worlds.connections")] == ["uninvited"]


def test_an_owner_deletes_a_world_once_strangers_have_had_to_leave_it(conn: Connection, ann: Identity, aether: World):
    with transaction(conn) as tx:
        come_to(tx, aether.world_id, "Bob")
    with transaction(conn) as tx, pytest.raises(WorldInUse, match="Make it private"):
        owning.delete(tx, ann, aether.world_id)
    with transaction(conn) as tx:
        owning.change(tx, ann, aether.world_id, Settings(changes={"privacy": "private"}))
    with transaction(conn) as tx:
        [farewell] = closings.take(tx)
        assert "no longer" in farewell.frames[0]

    with transaction(conn) as tx:
        owning.delete(tx, ann, aether.world_id)

    with transaction(conn) as tx:
        assert tx.execute("SELECT FROM worlds.worlds WHERE world_id = %s", (aether.world_id,)).fetchone() is None


def test_a_command_over_an_earlier_connection_does_not_block_who_comes_again(conn: Connection, database_url: str):
    with transaction(conn) as tx:
        world = make_world(tx)
        player = come_to(tx, world.world_id, "Ann")

    with race_of(2, database_url) as race:
        for _ in range(20):
            [came, _] = race(
                partial(connect, me=player.me, character_id=player.character_id),
                partial(Player.types, player, text="look"),
            )
            assert isinstance(came, Player), came
            player = came


def test_who_deletes_their_account_waits_for_who_chooses_a_body_in_their_world(
    conn: Connection, database_url: str, ann: Identity, aether: World
):
    with transaction(conn) as tx:
        body = entering.create(tx, ann, aether.world_id, CharacterWish(name="Ann", species="human"))

    with closing(connect_to(database_url)) as deleting, ThreadPoolExecutor(1) as threads:
        with transaction(conn) as tx:
            worlds_sql.lock_entered(tx, body.character_id)
            assert characters.ask(tx, body.character_id)() is not None
            gone = threads.submit(attempt, deleting, partial(leaving.forget, account_id=ann.account_id))
            wait_for_a_lock(conn)
            entering.select(tx, ann, body.character_id)

        assert gone.result(PATIENCE) is None


def log_out(tx: Tx, me: Identity) -> None:
    """As the route does."""
    accounts.end_session(tx, me, me.session_id)
    products.sessions_ended(tx, me.account_id)


def test_a_connection_that_opens_while_its_session_is_ended_is_closed_at_once(
    conn: Connection, database_url: str, bob: Player
):
    with closing(connect_to(database_url)) as leaving_one, ThreadPoolExecutor(1) as threads:
        with transaction(conn) as tx:
            came = connect(tx, bob.me, bob.character_id)
            ended = threads.submit(attempt, leaving_one, partial(log_out, me=bob.me))
            wait_for_a_lock(conn)
        assert ended.result(PATIENCE) is None

    with transaction(conn) as tx:
        assert [each.connection_id for each in closings.take(tx)] == [came.connection_id]


def test_no_connection_opens_with_a_session_that_is_just_ended(conn: Connection, database_url: str, bob: Player):
    with closing(connect_to(database_url)) as coming, ThreadPoolExecutor(1) as threads:
        with transaction(conn) as tx:
            log_out(tx, bob.me)
            came = threads.submit(attempt, coming, partial(connect, me=bob.me, character_id=bob.character_id))
            wait_for_a_lock(conn)

        assert isinstance(came.result(PATIENCE), SessionEnded)


def delete_account(tx: Tx, me: Identity) -> None:
    """As an administrator does."""
    products.forget(tx, me.account_id)
    accounts.require_removable(tx, me.account_id)
    accounts.remove_account(tx, me.account_id)


@pytest.mark.parametrize("end", [log_out, delete_account])
def test_who_comes_several_times_and_who_ends_that_do_not_block_each_other(
    conn: Connection, database_url: str, aether: World, end: Callable[[Tx, Identity], None]
):
    with race_of(4, database_url) as race:
        for number in range(10):
            with transaction(conn) as tx:
                me = make_someone(tx).identity
                body = entering.create(tx, me, aether.world_id, CharacterWish(name=f"Bob {number}", species="human"))
                issued = [tickets.issue(tx, me) for _ in range(3)]

            def come(tx: Tx, ticket: str, body_id: UUID = body.character_id) -> Player:
                return connect(tx, tickets.redeem(tx, ticket), body_id)

            [*came, ended] = race(*(partial(come, ticket=each) for each in issued), lambda tx, me=me: end(tx, me))

            assert ended is None
            assert {type(each) for each in came} <= {Player, SessionEnded, SignInInvalid}, came
            with transaction(conn) as tx:
                left = tx.execute("SELECT FROM worlds.connections WHERE closing IS NULL").fetchall()
            assert left == []
