"""What owners decide about their worlds. Source: worlds 2.4, 3, 6."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from kernel.accounts.models import Identity
from kernel.database import Tx
from kernel.rate_limits import RateLimited
from tests.support.outside import run_due
from tests.support.people import make_someone
from tests.support.worlds import code, come_to, come_to_lobby, connect, texts
from worlds import leaving
from worlds.building import service as building
from worlds.building.kinds import KINDS
from worlds.entering import service as entering
from worlds.entering.models import CharacterWish
from worlds.founding.models import NewWorld
from worlds.generation.ground import Land
from worlds.ground.models import land_of
from worlds.owning import service as owning
from worlds.owning.models import Settings
from worlds.rebuilding import service as rebuilding
from worlds.space.models import LOBBY, Space, sphere
from worlds.time.models import DilationOutOfRange
from worlds.world import rules
from worlds.world import service as worlds
from worlds.world.models import (
    MemberNotFound,
    NotYourWorld,
    OwnersOnly,
    OwnerStays,
    SystemWorld,
    UserNotFound,
    World,
    WorldInUse,
    WorldNameTaken,
    WorldNotFound,
    WorldPrivate,
)


@pytest.fixture
def ann(tx: Tx) -> Identity:
    return make_someone(tx, "Ann").identity


def make(tx: Tx, me: Identity, name: str = "Aether", space: Space = LOBBY, **fields: Any) -> World:
    """Make a world: as small as the lobby, so without ground of its own, and ready."""
    tx.execute("DELETE FROM kernel.rate_windows")  # of the world that was made in this hour
    return owning.create(tx, me, NewWorld(name=name, space=space, **fields))


def portals(tx: Tx) -> dict[str, tuple[int, int]]:
    rows = tx.execute(
        "SELECT name, x, y FROM worlds.entities WHERE world_id = %s AND name LIKE 'portal to %%'", (UUID(int=0),)
    )
    return {row["name"]: (row["x"], row["y"]) for row in rows}


def happened(tx: Tx, world_id: UUID) -> list[str]:
    rows = tx.execute("SELECT event_type FROM worlds.events WHERE aggregate_id = %s ORDER BY version", (world_id,))
    return [row["event_type"] for row in rows]


def test_a_new_world_has_its_owner_as_a_member_and_a_portal_in_the_lobby(tx: Tx, ann: Identity):
    world = make(tx, ann, seats=3)

    assert worlds.get(tx, ann, world.world_id).world == world
    assert [(each.account_id, each.role) for each in owning.members(tx, ann, world.world_id, None, 10)] == [
        (ann.account_id, "owner")
    ]
    place = rules.portal_place(world.world_id.int)
    assert portals(tx) == {"portal to Aether": (place.x, place.y)}
    assert happened(tx, world.world_id) == ["WorldCreated", "MemberAdded", "ThingPlaced"]


def test_a_new_world_gets_ground(tx: Tx, ann: Identity):
    world = make(tx, ann, space=sphere())

    assert (world.status, {each.status for each in run_due(tx, KINDS)}) == ("building", {"completed"})

    world = worlds.get(tx, ann, world.world_id).world
    assert world.status == "ready"
    assert land_of(world) == Land(world.generation["seed"], "small", 10_000)


def test_names_are_unique_ignoring_case(tx: Tx, ann: Identity):
    make(tx, ann, "Aether")

    with pytest.raises(WorldNameTaken):
        make(tx, ann, "aether")
    with pytest.raises(WorldNameTaken):
        make(tx, ann, "Lobby")


def test_one_world_an_hour_and_a_refused_one_does_not_count(tx: Tx, ann: Identity):
    make(tx, make_someone(tx).identity, "Aether")
    with pytest.raises(WorldNameTaken):
        owning.create(tx, ann, NewWorld(name="Aether", space=Space("infinite")))
    tx.execute("DELETE FROM kernel.rate_windows")  # what the refusal would have rolled back

    owning.create(tx, ann, NewWorld(name="Hydra", space=Space("infinite")))
    with pytest.raises(RateLimited) as refusal:
        owning.create(tx, ann, NewWorld(name="Ursa", space=Space("infinite")))

    seconds = refusal.value.details["seconds"]
    assert isinstance(seconds, int)
    assert 0 < seconds <= 3600


def test_the_portal_follows_the_name_and_the_privacy(tx: Tx, ann: Identity):
    world = make(tx, ann)
    seen = []
    for changes in (
        {"name": "Hydra"},
        {"privacy": "private"},
        {"name": "Ursa"},
        {"privacy": "invite"},
        {"privacy": "public"},
    ):
        owning.change(tx, ann, world.world_id, Settings(changes=changes))
        seen.append([*portals(tx)])

    assert seen == [["portal to Hydra"], [], [], [], ["portal to Ursa"]]


def test_a_change_that_changes_nothing_is_no_event(tx: Tx, ann: Identity):
    world = make(tx, ann)

    after = owning.change(tx, ann, world.world_id, Settings(changes={"name": "Aether"}, dilation=1, paused=False))

    assert after.world == world


def test_time_is_paused_resumed_and_set_to_another_pace(tx: Tx, ann: Identity):
    world = make(tx, ann)

    owning.change(tx, ann, world.world_id, Settings(dilation=0.1, paused=True))
    owning.change(tx, ann, world.world_id, Settings(paused=False, changes={"hours_per_day": 10}))

    assert happened(tx, world.world_id)[3:] == ["DilationChanged", "WorldPaused", "WorldChanged", "WorldResumed"]
    time = worlds.get(tx, ann, world.world_id).world.time
    assert (float(time.dilation), time.is_paused, time.hours_per_day) == (0.1, False, 10)
    for dilation in (0.09, 100.1, float("nan")):
        with pytest.raises(DilationOutOfRange):
            owning.change(tx, ann, world.world_id, Settings(dilation=dilation))


def test_only_the_owner_and_administrators_change_a_world_and_no_one_those_of_the_game(tx: Tx, ann: Identity):
    world = make(tx, ann)
    bob, root = make_someone(tx).identity, make_someone(tx, "Root", ("admin",)).identity
    owning.invite(tx, ann, world.world_id, "ROOT", "guest")

    for change in (
        lambda: owning.change(tx, bob, world.world_id, Settings(paused=True)),
        lambda: owning.delete(tx, bob, world.world_id),
        lambda: owning.members(tx, bob, world.world_id, None, 10),
        lambda: owning.invite(tx, bob, world.world_id, "Root"),
        lambda: owning.remove(tx, bob, world.world_id, root.account_id),
    ):
        with pytest.raises(NotYourWorld):
            change()
    for change in (
        lambda: owning.change(tx, root, UUID(int=0), Settings(paused=True)),
        lambda: owning.delete(tx, root, UUID(int=0)),
        lambda: owning.invite(tx, root, UUID(int=0), "Ann"),
    ):
        with pytest.raises(SystemWorld):
            change()
    assert owning.change(tx, root, world.world_id, Settings(paused=True)).world.time.is_paused


def test_a_private_world_is_seen_by_its_members_only_and_not_listed_for_others(tx: Tx, ann: Identity):
    world = make(tx, ann, privacy="private")
    bob = make_someone(tx, "Bob").identity

    with pytest.raises(WorldPrivate):
        worlds.get(tx, bob, world.world_id)
    assert worlds.list_all(tx, bob, None, 10) == []
    member = owning.invite(tx, ann, world.world_id, "bob")
    assert (member.user_name, member.role) == ("Bob", "guest")
    [listed] = worlds.list_all(tx, bob, None, 10)
    assert listed == worlds.get(tx, bob, world.world_id)
    assert listed.role == "guest"
    owning.remove(tx, bob, world.world_id, bob.account_id)  # who was not asked may go
    with pytest.raises(WorldPrivate):
        worlds.get(tx, bob, world.world_id)


def test_admins_of_a_world_invite_guests_only_and_members_leave_by_themselves(tx: Tx, ann: Identity):
    world = make(tx, ann)
    bob = make_someone(tx, "Bob").identity
    make_someone(tx, "Cleo")
    owning.invite(tx, ann, world.world_id, "bob", "admin")

    owning.invite(tx, bob, world.world_id, "cleo")
    with pytest.raises(NotYourWorld):
        owning.invite(tx, bob, world.world_id, "cleo", "admin")
    with pytest.raises(OwnerStays):
        owning.invite(tx, bob, world.world_id, "ann")
    for unknown in ("Nemo", "cleo@example.org"):
        with pytest.raises(UserNotFound):
            owning.invite(tx, bob, world.world_id, unknown)
    owning.remove(tx, bob, world.world_id, bob.account_id)
    with pytest.raises(MemberNotFound):
        owning.remove(tx, bob, world.world_id, bob.account_id)
    with pytest.raises(OwnerStays):
        owning.remove(tx, ann, world.world_id, ann.account_id)


def test_an_admin_of_a_world_takes_the_role_of_no_other(tx: Tx, ann: Identity):
    world = make(tx, ann)
    bob, cleo = make_someone(tx, "Bob").identity, make_someone(tx, "Cleo").identity
    for name in ("bob", "cleo"):
        owning.invite(tx, ann, world.world_id, name, "admin")

    with pytest.raises(NotYourWorld):
        owning.invite(tx, bob, world.world_id, "cleo", "guest")
    with pytest.raises(NotYourWorld):
        owning.remove(tx, bob, world.world_id, cleo.account_id)

    roles = {each.user_name: each.role for each in owning.members(tx, ann, world.world_id, None, 10)}
    assert roles == {"Ann": "owner", "Bob": "admin", "Cleo": "admin"}
    assert owning.invite(tx, ann, world.world_id, "cleo", "guest").role == "guest"


@pytest.mark.parametrize("privacy", ["private", "invite"])
def test_strangers_leave_a_world_that_is_no_longer_public(tx: Tx, ann: Identity, privacy: str):
    world = make(tx, ann)
    bob, cleo = make_someone(tx, "Bob").identity, make_someone(tx, "Cleo").identity
    root = make_someone(tx, "Root", ("admin",)).identity
    owning.invite(tx, ann, world.world_id, "cleo")
    inside = [
        connect(tx, each, entering.create(tx, each, world.world_id, wish).character_id)
        for each in (ann, bob, cleo, root)
        for wish in [CharacterWish(name=f"{each.user_name} the Watcher", species="", role="watcher")]
    ]

    owning.change(tx, ann, world.world_id, Settings(changes={"privacy": privacy}))

    rows = tx.execute("SELECT connection_id, closing FROM worlds.connections WHERE closing IS NOT NULL").fetchall()
    assert {row["connection_id"]: row["closing"] for row in rows} == {inside[1].connection_id: "uninvited"}


def test_the_name_of_a_private_world_is_told_to_no_stranger(tx: Tx, ann: Identity):
    world = make(tx, ann, "Secret Place", privacy="private")
    bob = come_to_lobby(tx)
    strange = bob.me

    for typed in ("enter {}", "watcher {}", "create character Bob player human {}"):
        known, unknown = (bob.types(tx, typed.format(name)) for name in ("Secret Place", "Hidden Place"))
        hidden = known[0]["data"]["message"].replace("Secret", "Hidden"), known[0]["data"]["code"]
        assert hidden == (unknown[0]["data"]["message"], unknown[0]["data"]["code"]), typed
        assert code(bob.types(tx, typed.format(world.world_id))) == "WORLD_PRIVATE"
    for attempt in (
        lambda: worlds.get(tx, strange, world.world_id),
        lambda: entering.select_world(tx, strange, world.world_id),
        lambda: entering.options(tx, strange, world.world_id),
        lambda: entering.create(tx, strange, world.world_id, CharacterWish(name="Bob", species="human")),
        lambda: owning.change(tx, strange, world.world_id, Settings(paused=True)),
        lambda: owning.delete(tx, strange, world.world_id),
        lambda: owning.members(tx, strange, world.world_id, None, 10),
        lambda: owning.invite(tx, strange, world.world_id, "ann"),
        lambda: owning.remove(tx, strange, world.world_id, ann.account_id),
        lambda: building.cancel(tx, strange, world.world_id),
    ):
        with pytest.raises((WorldPrivate, OwnersOnly)) as refused:
            attempt()
        assert "Secret" not in str(refused.value)


def test_a_world_is_deleted_with_its_portal_but_not_while_others_are_inside(tx: Tx, ann: Identity):
    world = make(tx, ann)
    bob = come_to(tx, world.world_id, "Bob")
    with pytest.raises(WorldInUse):
        owning.delete(tx, ann, world.world_id)
    tx.execute("UPDATE worlds.characters SET is_present = false WHERE character_id = %s", (bob.character_id,))

    owning.delete(tx, ann, world.world_id)

    assert portals(tx) == {}
    assert happened(tx, world.world_id)[-2:] == ["ThingRemoved", "WorldDeleted"]
    with pytest.raises(WorldNotFound):
        worlds.get(tx, ann, world.world_id)
    assert "portal to" not in texts(come_to_lobby(tx).types(tx, "look"))[0]


def test_the_directory_counts_who_is_there_and_goes_on_where_a_page_ends(tx: Tx, ann: Identity):
    made = [make(tx, ann, name) for name in ("One", "Two", "Three")]
    come_to(tx, made[1].world_id, "Bob")

    first = worlds.list_all(tx, ann, None, 2)
    second = worlds.list_all(tx, ann, first[-1].world.world_id, 2)

    assert {each.world.name: each.players for each in (*first, *second)} == {"One": 0, "Two": 1, "Three": 0}
    assert len(first) == 2


def test_the_log_says_what_became_of_all_worlds_and_of_who_belonged_to_them(tx: Tx, ann: Identity):
    kept, gone = make(tx, ann, "Kept"), make(tx, ann, "Gone")
    bob = make_someone(tx, "Bob").identity
    for world in (kept, gone):
        owning.invite(tx, ann, world.world_id, "bob", "admin")
        entering.create(tx, bob, world.world_id, CharacterWish(name="Bob", species="human"))
    owning.change(tx, ann, kept.world_id, Settings(changes={"name": "Kept Still"}, dilation=10, paused=True))
    entering.ghost(tx, bob)
    connect(tx, bob, entering.ghost(tx, bob).character.character_id)

    owning.delete(tx, ann, gone.world_id)

    assert rebuilding.rebuild(tx).differences == []


def test_who_deletes_their_account_belongs_to_no_world_any_more(tx: Tx, ann: Identity):
    world = make(tx, ann)
    bob = make_someone(tx, "Bob").identity
    owning.invite(tx, ann, world.world_id, "bob")

    for someone in (bob, ann):
        leaving.forget(tx, someone.account_id)
        tx.execute("DELETE FROM kernel.accounts WHERE account_id = %s", (someone.account_id,))

    assert happened(tx, world.world_id)[-3:] == ["MemberRemoved", "MemberRemoved", "WorldOwnerLeft"]
    assert rebuilding.rebuild(tx).differences == []
