"""Someone deletes their account: what goes, what stays, and that the log still tells it. Source: worlds 25, 26."""

from __future__ import annotations

from collections import Counter
from random import Random
from uuid import UUID

import pytest

from functions.shared.accounts import products
from kernel.accounts import service as accounts
from kernel.database import Tx
from tests.support.world_play import begin, play_at_random
from tests.support.worlds import Player, come_to, make_world, place_item, texts
from worlds import leaving
from worlds.entering import service as entering
from worlds.entering.models import ENTRANCE, CharacterWish
from worlds.events import EVENT_TYPES
from worlds.forgetting.service import KEPT
from worlds.play import closing
from worlds.posts import service as posts
from worlds.rebuilding import service as rebuilding
from worlds.space.models import Position
from worlds.world import queries as worlds_sql
from worlds.world import service as worlds
from worlds.world.events import MemberAdded, WorldDeleted


def delete_account(tx: Tx, player: Player) -> None:
    """As the route does, but for the password."""
    products.forget(tx, player.me.account_id)
    tx.execute("DELETE FROM kernel.accounts WHERE account_id = %s", (player.me.account_id,))


def things(tx: Tx) -> Counter[str]:
    """Return how many of each item there are, on the ground and with people."""
    rows = tx.execute(
        """
        SELECT item, sum(quantity)::int AS n
        FROM (SELECT item, quantity FROM worlds.entities WHERE item IS NOT NULL
              UNION ALL SELECT item, quantity FROM worlds.holdings) AS everywhere GROUP BY item
        """
    )
    return Counter({row["item"]: row["n"] for row in rows})


def mentions(tx: Tx, secret: UUID | str) -> int:
    row = tx.execute("SELECT count(*) AS n FROM worlds.events AS e WHERE e::text LIKE %s", (f"%{secret}%",)).fetchone()
    assert row is not None
    return row["n"]


def test_the_connection_of_who_has_deleted_their_account_is_closed_and_says_no_longer_whose_it_was(tx: Tx):
    world = make_world(tx)
    ann, bob = come_to(tx, world.world_id, "Ann"), come_to(tx, world.world_id, "Bob")

    delete_account(tx, ann)
    bob.types(tx, "say hello")

    assert ann.connection_id not in {each.connection_id for each in posts.claim(tx)}
    stored = tx.execute(
        "SELECT character_id, account_id FROM worlds.connections WHERE connection_id = %s", (ann.connection_id,)
    ).fetchone()
    assert stored == {"character_id": None, "account_id": None}
    assert [each.connection_id for each in closing.take(tx)] == [ann.connection_id]


def test_what_someone_held_falls_to_the_ground_where_they_stood_and_others_can_take_it(tx: Tx):
    world = make_world(tx)
    place_item(tx, world, "lamp", Position(*ENTRANCE))
    ann = come_to(tx, world.world_id, "Ann")
    bob = come_to(tx, world.world_id, "Bob")
    ann.types(tx, "get lamp")
    ann.types(tx, "equip lamp")
    ann.types(tx, "e 2")

    delete_account(tx, ann)

    assert "lamp" in texts(bob.types(tx, "look"))[0]
    assert texts(bob.types(tx, "get lamp"))[0].startswith("Taken: lamp")
    assert tx.execute("SELECT FROM worlds.entities WHERE item = 'lamp'").fetchall() == []
    assert rebuilding.rebuild(tx).differences == []


def test_what_is_known_of_someone_goes_and_only_what_others_see_stays_without_who_it_was(tx: Tx):
    world = make_world(tx)
    place_item(tx, world, "stone", Position(*ENTRANCE), quantity=9)
    ann = come_to(tx, world.world_id, "Ann", description="Tall, and from Ghent.")
    bob = come_to(tx, world.world_id, "Bob")
    ann.types(tx, "get stone 5", "first")
    ann.types(tx, "drop stone 2", "second")
    ann.types(tx, "say hello")
    bob.types(tx, "get stone 1")
    version = bob.character(tx).version

    delete_account(tx, ann)

    for secret in (ann.character_id, ann.me.account_id, "Ghent"):
        assert mentions(tx, secret) == 0
    for table in ("characters", "holdings", "posts", "answers", "mailboxes", "connections", "snapshots"):
        column = "aggregate_id" if table == "snapshots" else "character_id"
        found = tx.execute(f"SELECT FROM worlds.{table} WHERE {column} = %s", (ann.character_id,))
        assert found.fetchall() == [], table
    ground = tx.execute(
        "SELECT event_type, version, metadata FROM worlds.events WHERE aggregate_type = 'ground' ORDER BY version"
    )
    assert [(row["event_type"], row["version"], row["metadata"]) for row in ground] == [
        ("ItemPickedUp", 1, {}),
        ("ItemDropped", 2, {}),
        ("ItemDropped", 3, {}),
    ]
    assert bob.character(tx).version == version


@pytest.mark.parametrize("seed", [1, 2])
def test_after_someone_has_left_the_log_still_tells_all_that_is_there_and_no_thing_is_lost(tx: Tx, seed: int):
    rng = Random(seed)
    players = play_at_random(tx, rng, begin(tx, rng), 120)
    for _ in range(2):
        before = things(tx)
        gone = players.pop(rng.randrange(len(players)))

        delete_account(tx, gone)

        assert things(tx) == before
        players = play_at_random(tx, rng, players, 60)
    assert rebuilding.rebuild(tx).differences == []


def test_someone_who_is_ignored_can_leave_and_who_ignores_them_keeps_their_peace(tx: Tx):
    world = make_world(tx)
    ann, bob = come_to(tx, world.world_id, "Ann"), come_to(tx, world.world_id, "Bob")
    bob.types(tx, "ignore Ann")

    delete_account(tx, ann)

    assert texts(bob.types(tx, "say hello")) == ["You say: hello"]
    assert rebuilding.rebuild(tx).differences == []


def test_a_world_stays_without_its_owner(tx: Tx):
    ann = come_to(tx, make_world(tx).world_id, "Ann")
    own = make_world(tx, "Elsewhere", owner_id=ann.me.account_id)

    delete_account(tx, ann)

    [row] = worlds_sql.find(tx, own.world_id).fetchall()
    assert worlds_sql.read(row).owner_id is None
    assert rebuilding.rebuild(tx).differences == []


def test_a_member_of_a_world_leaves_it_and_a_character_whose_world_was_deleted_is_forgotten_too(tx: Tx):
    bob = come_to(tx, make_world(tx).world_id, "Bob")
    own = make_world(tx, "Elsewhere", owner_id=bob.me.account_id)
    gone = make_world(tx, "Gone")
    body = entering.create(
        tx, bob.me, gone.world_id, CharacterWish(name="Robert", species="human", role="player", seed=1)
    )
    member = MemberAdded(world_id=gone.world_id, account_id=bob.me.account_id, role="guest")
    gone = worlds.save(tx, gone, gone.world_id, [member])
    worlds.save(tx, own, own.world_id, [member.model_copy(update={"world_id": own.world_id})])
    worlds.save(tx, gone, gone.world_id, [WorldDeleted(world_id=gone.world_id)])
    assert mentions(tx, "Robert") == 1

    delete_account(tx, bob)

    assert mentions(tx, "Robert") == mentions(tx, body.character_id) == 0
    assert rebuilding.rebuild(tx).differences == []


def test_an_export_has_what_is_of_ones_own_characters_and_no_secrets(tx: Tx):
    world = make_world(tx)
    ann, bob = come_to(tx, world.world_id, "Ann"), come_to(tx, world.world_id, "Bob")
    ann.types(tx, "n")
    bob.types(tx, "n")

    exported = accounts.export(tx, ann.me, {"worlds": leaving.EXPORTS}).data["worlds"]

    assert [row["name"] for row in exported["worlds.characters"]] == ["Ann"]
    assert {row["aggregate_id"] for row in exported["worlds.events"]} == {str(ann.character_id)}
    assert [row["command"] for row in exported["worlds.answers"]] == ["n"]
    assert str(bob.me.account_id) not in str(exported)


def test_what_stays_of_someone_needs_no_character():
    assert {"ItemDropped", "ItemPickedUp"} <= {each.type for each in KEPT}
    for each in KEPT:
        assert each in EVENT_TYPES
        assert not {"character_id", "saved", "removed"} & {
            name for name, field in each.model_fields.items() if field.is_required()
        }
