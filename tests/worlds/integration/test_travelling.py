"""From the lobby into worlds and back. Source: worlds 5 and 6."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from kernel.database import Tx
from tests.support.people import make_someone
from tests.support.worlds import Player, code, come_to, come_to_lobby, connect, make_world, texts, told
from worlds.entering import service as entering
from worlds.entering.models import CharacterWish, NoEntryToTheLobby, NoWatchers
from worlds.play import closing
from worlds.play import service as play
from worlds.space.models import Position
from worlds.world import rules
from worlds.world import service as worlds
from worlds.world.events import MemberAdded, ThingPlaced
from worlds.world.models import World, WorldFull, WorldInviteOnly


def place_portal(tx: Tx, world: World, to: World, at: Position) -> World:
    portal = ThingPlaced(
        world_id=world.world_id,
        entity_id=uuid4(),
        kind="structure",
        name="arch",
        position=at,
        locked=True,
        metadata={"world_id": str(to.world_id)},
    )
    return worlds.save(tx, world, world.world_id, [portal])


def metadata(player: Player, tx: Tx, text: str):
    [line] = [each["data"] for each in player.types(tx, text) if each["type"] == "game_message"]
    return line["type"], line["metadata"]


def test_the_first_welcome_is_another_one_than_the_later_ones(tx: Tx):
    ann = come_to_lobby(tx)

    connect(tx, ann.me, ann.character_id)

    welcomes = [line["text"] for line in told(tx, ann) if line["text"].startswith("Welcome")]
    assert welcomes[0].startswith("Welcome, Ghost.")
    assert welcomes[-1] == "Welcome back, Ghost."


def test_a_portal_is_entered_from_within_five_metres(tx: Tx):
    world, aether = make_world(tx, "Home"), make_world(tx, "Aether")
    place_portal(tx, world, aether, Position(50 + 55, 50))
    ann = come_to(tx, world.world_id, "Ann")

    assert code(ann.types(tx, "enter arch")) == "TARGET_OUT_OF_RANGE"
    assert code(ann.types(tx, "enter aether")) == "TARGET_OUT_OF_RANGE"
    ann.types(tx, "e")

    kind, about = metadata(ann, tx, "enter arch")
    assert (kind, about["world_id"], about["character_id"]) == ("trigger_entry_options", str(aether.world_id), None)


def test_from_the_lobby_any_world_is_entered_by_its_name_its_id_or_its_portal(tx: Tx):
    aether = make_world(tx, "Aether's End")
    lobby = worlds.admitted(tx, make_someone(tx).identity, UUID(int=0))
    worlds.save(tx, lobby, lobby.world_id, [rules.portal_of(aether.world_id, aether.name)])
    ann = come_to_lobby(tx)

    for typed in ("aethers end", "Aether's End", str(aether.world_id), "portal to aether's end", "portal end"):
        kind, about = metadata(ann, tx, f"enter {typed}")
        assert (kind, about["world_id"]) == ("trigger_entry_options", str(aether.world_id)), typed
    assert code(ann.types(tx, "enter Nowhere")) == "WORLD_NOT_FOUND"
    assert code(ann.types(tx, "enter north portal")) == "INVALID_COMMAND"


def test_another_world_is_not_entered_without_a_portal(tx: Tx):
    world, _ = make_world(tx, "Home"), make_world(tx, "Aether")
    ann = come_to(tx, world.world_id, "Ann")

    assert code(ann.types(tx, "enter aether")) == "TARGET_OUT_OF_RANGE"


def test_who_has_a_character_there_is_told_which(tx: Tx):
    aether = make_world(tx)
    ann = come_to_lobby(tx)
    made = entering.create(tx, ann.me, aether.world_id, CharacterWish(name="Ana", species="elf"))

    _, about = metadata(ann, tx, "enter Aether")

    assert about["character_id"] == str(made.character_id)
    assert not about["can_create_custom"]


def test_lobby_answers_with_the_ghost_to_connect_as_which_is_made_when_there_is_none(tx: Tx):
    aether = make_world(tx)
    ann = come_to(tx, aether.world_id, "Ann")

    _, first = metadata(ann, tx, "lobby")
    again = [metadata(ann, tx, typed)[1] for typed in ("leave", "enter the lobby")]

    assert again == [first, first]
    ghost = connect(tx, ann.me, UUID(first["connect_as"])).character(tx)
    assert (ghost.world_id, ghost.name, ghost.role) == (UUID(int=0), "Ann", "ghost")
    assert entering.where(tx, ann.me).character == ghost


def test_the_ghost_takes_the_name_and_the_look_of_the_body_that_was_played_last(tx: Tx):
    one, other = make_world(tx, "One"), make_world(tx, "Other")
    ann = come_to_lobby(tx)
    for world, name in ((one, "Ana"), (other, "Bea")):
        wish = CharacterWish(name=name, species="human", description=f"{name} smiles.")
        made = entering.create(tx, ann.me, world.world_id, wish)
        tx.execute("UPDATE worlds.characters SET created_at = created_at - interval '1 minute'")
    connect(tx, ann.me, made.character_id)

    chosen = entering.ghost(tx, ann.me)

    assert (chosen.character.name, chosen.character.description) == ("Bea", "Bea smiles.")
    assert connect(tx, ann.me, ann.character_id).character(tx).name == "Bea"


def test_a_watcher_is_made_once(tx: Tx):
    aether = make_world(tx)
    ann = come_to_lobby(tx)

    _, first = metadata(ann, tx, "watcher aether")
    _, again = metadata(ann, tx, f"watcher {aether.world_id}")

    assert first == again == {"connect_as": first["connect_as"], "world_id": str(aether.world_id)}
    watching = connect(tx, ann.me, UUID(first["connect_as"])).character(tx)
    assert (watching.name, watching.role, watching.position) == ("Traveler", "watcher", (50, 50, 0))


def test_who_has_a_body_in_a_world_does_not_watch_it(tx: Tx):
    aether = make_world(tx)
    ann = come_to_lobby(tx)
    entering.create(tx, ann.me, aether.world_id, CharacterWish(name="Ana", species="elf"))

    assert code(ann.types(tx, "watcher aether")) == "CHARACTER_EXISTS"
    assert code(ann.types(tx, "create character Bea player elf aether")) == "CHARACTER_EXISTS"


def test_a_character_is_made_by_command(tx: Tx):
    aether = make_world(tx, "Aether's End")
    ann = come_to_lobby(tx)

    _, about = metadata(ann, tx, 'create character "Ana Maria" player Elf aethers end')

    ana = connect(tx, ann.me, UUID(about["connect_as"])).character(tx)
    assert (ana.name, ana.species, ana.world_id) == ("Ana Maria", "elf", aether.world_id)


@pytest.mark.parametrize(
    ("typed", "refused"),
    [
        ("create character Ana player elf", "INVALID_COMMAND"),
        ("create character Ana player", "INVALID_COMMAND"),
        ("create character Ana player orc aether", "INVALID_INPUT"),
        ("create character Ana admin elf aether", "FORBIDDEN"),
        ("create character Ana king elf aether", "INVALID_INPUT"),
        ("create character Ana player elf nowhere", "WORLD_NOT_FOUND"),
        ("watcher nowhere", "WORLD_NOT_FOUND"),
        ("watcher lobby", "INVALID_INPUT"),
        ("weather", "INVALID_COMMAND"),
    ],
)
def test_what_is_refused_says_why(tx: Tx, typed: str, refused: str):
    make_world(tx, "Aether")
    ann = come_to_lobby(tx)

    assert code(ann.types(tx, typed)) == refused


def test_a_private_world_lets_only_its_members_in_and_no_watchers(tx: Tx):
    secret = make_world(tx, "Secret", privacy="private")
    ann, bob = come_to_lobby(tx), come_to_lobby(tx)
    invited = MemberAdded(world_id=secret.world_id, account_id=bob.me.account_id, role="guest")
    worlds.save(tx, secret, secret.world_id, [invited])

    assert code(ann.types(tx, "enter secret")) == "WORLD_NOT_FOUND"
    assert code(ann.types(tx, f"watcher {secret.world_id}")) == "WORLD_PRIVATE"
    assert metadata(bob, tx, "enter secret")[1]["can_enter_as_watcher"] is False
    with pytest.raises(NoWatchers):
        entering.create(tx, bob.me, secret.world_id, CharacterWish(name="Bob", species="", role="watcher"))


def test_who_is_no_longer_invited_cannot_connect_with_the_character_that_they_have_there(tx: Tx):
    aether = make_world(tx)
    ann = make_someone(tx).identity
    made = entering.create(tx, ann, aether.world_id, CharacterWish(name="Ana", species="elf"))
    tx.execute("UPDATE worlds.worlds SET privacy = 'invite'")

    with pytest.raises(WorldInviteOnly):
        play.come(tx, "new", ann, made.character_id)


def test_a_world_is_full_when_its_seats_are_taken_but_not_for_those_who_are_in_it(tx: Tx):
    small = make_world(tx, "Small", seats=1)
    ann = come_to(tx, small.world_id, "Ann")
    bob = come_to_lobby(tx)

    assert code(bob.types(tx, "enter small")) == "WORLD_FULL"
    bobs = entering.create(tx, bob.me, small.world_id, CharacterWish(name="Bob", species="human"))
    with pytest.raises(WorldFull):
        entering.select(tx, bob.me, bobs.character_id)
    with pytest.raises(WorldFull):
        play.come(tx, "another", bob.me, bobs.character_id)
    assert entering.select(tx, ann.me, ann.character_id).character.name == "Ann"
    connect(tx, ann.me, ann.character_id)


def test_no_one_makes_a_character_for_the_lobby(tx: Tx):
    with pytest.raises(NoEntryToTheLobby):
        entering.create(tx, make_someone(tx).identity, UUID(int=0), CharacterWish(name="Ana", species="elf"))


def test_score_skills_and_world_info_tell_what_is_stored(tx: Tx):
    world = make_world(tx, "Aether", seats=5)
    ann = come_to(tx, world.world_id, "Ann", background_answers=("mining_town",))

    [score] = texts(ann.types(tx, "score"))
    assert score.startswith("Ann, human\nHealth ")
    assert f"Might {ann.character(tx).attributes['Might']}" in score
    assert texts(ann.types(tx, "skills")) == ["Gathering: Mining 5 (1,469.69 XP to 6)"]
    [info] = texts(ann.types(tx, "world info"))
    assert "Aether: a world without end" in info
    assert "People here now: 1 of 5." in info
    assert code(come_to_lobby(tx).types(tx, "world run")) == "FORBIDDEN"


def test_a_report_is_kept_for_the_administrators_once(tx: Tx):
    ann = come_to_lobby(tx)
    aether = make_world(tx)
    bob = come_to(tx, aether.world_id, "Rude Bob")

    ann.types(tx, "report rude bob shouts all day")
    ann.types(tx, "report rude bob still does")

    rows = tx.execute("SELECT * FROM worlds.reports").fetchall()
    assert [(row["name"], row["reason"], row["account_id"]) for row in rows] == [
        ("Rude Bob", "shouts all day", bob.me.account_id)
    ]


def test_who_is_put_out_of_a_world_leaves_it(tx: Tx):
    aether = make_world(tx)
    ann = come_to(tx, aether.world_id, "Ann")

    closing.put_out(tx, aether.world_id, ann.me.account_id)
    [farewell] = closing.take(tx)

    assert "no longer invited" in farewell.frames[0]
    assert not ann.character(tx).is_present
