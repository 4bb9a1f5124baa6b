"""People are told apart: by names that no two of a world have, and by their number where several are called alike."""

from __future__ import annotations

from functools import partial

import pytest

from kernel.accounts.models import Identity
from kernel.database import Connection, Tx, transaction
from kernel.errors import TryAgain
from tests.support.people import make_someone
from tests.support.races import race_of
from tests.support.worlds import Player, code, come_to, come_to_lobby, connect, make_world, place_item, texts, told
from worlds.characters.models import Character, CharacterNameTaken
from worlds.entering import service as entering
from worlds.entering.models import CharacterWish
from worlds.space.models import Position
from worlds.world.models import World

HERE = Position(50, 50)


def lines(tx: Tx, player: Player) -> list[str]:
    return [each["text"] for each in told(tx, player)]


def make(tx: Tx, me: Identity, world: World, name: str, role: str = "player") -> Character:
    return entering.create(tx, me, world.world_id, CharacterWish(name=name, species="human", role=role))


@pytest.mark.parametrize("name", ["Ann", "ANN", "A\u1dc0nn", "\u00c0nn", "Ann!", "Ann\u00b7", "Ann\ufffa"])
def test_no_one_is_called_like_someone_else_of_the_world(tx: Tx, name: str):
    aether, other = make_world(tx), make_world(tx, "Other")
    make(tx, make_someone(tx).identity, aether, "Ann")
    impostor = make_someone(tx).identity

    for role in ("player", "watcher"):
        with pytest.raises(CharacterNameTaken, match=r"Someone in Aether is called"):
            make(tx, impostor, aether, name, role)
    player = come_to_lobby(tx)
    assert code(player.types(tx, f'create character "{name}" player elf aether')) == "CONFLICT"
    assert make(tx, impostor, other, name).world_id == other.world_id


def test_a_capital_i_is_not_taken_for_a_small_l(tx: Tx):
    aether = make_world(tx)
    make(tx, make_someone(tx).identity, aether, "Alice")

    for name in ("AIice", "A1ice"):
        with pytest.raises(CharacterNameTaken):
            make(tx, make_someone(tx).identity, aether, name)


def test_newcomers_and_watchers_without_a_name_get_numbers(tx: Tx):
    aether = make_world(tx)
    ghosts = [come_to_lobby(tx) for _ in range(4)]
    names = [each.character(tx).name for each in ghosts]

    assert names[0] == "Ghost"
    assert len(set(names)) == 4
    assert all(name.startswith("Ghost ") and name[6:].isdecimal() for name in names[1:])
    for each in ghosts:
        each.types(tx, "watcher aether")
    rows = tx.execute("SELECT name FROM worlds.characters WHERE world_id = %s", (aether.world_id,)).fetchall()
    assert len({row["name"] for row in rows if row["name"].startswith("Traveler")}) == 4


def test_in_the_lobby_one_of_two_with_the_same_name_gets_a_number_and_keeps_it(tx: Tx):
    players = []
    for name in ("One", "Two"):
        ann = come_to_lobby(tx)
        make(tx, ann.me, make_world(tx, name), "Ann")
        players.append(ann)

    first, second = (entering.ghost(tx, each.me).character.name for each in players)

    assert (first, second[:4], second[4:].isdecimal()) == ("Ann", "Ann ", True)
    assert entering.ghost(tx, players[1].me).character.name == second
    assert connect(tx, players[1].me, players[1].character_id).character(tx).name == second


def test_of_two_who_take_a_name_in_the_same_moment_one_gets_it(conn: Connection, database_url: str):
    with transaction(conn) as tx:
        aether = make_world(tx)
        people = [make_someone(tx).identity for _ in range(4)]

    with race_of(4, database_url) as race:
        made = race(*(partial(make, me=each, world=aether, name="Ann") for each in people))

    assert sum(isinstance(each, Character) for each in made) == 1
    assert all(isinstance(each, (Character, CharacterNameTaken, TryAgain)) for each in made)


def test_those_of_the_version_before_who_have_the_same_name_are_meant_by_their_number(tx: Tx):
    aether = make_world(tx)
    bob = come_to(tx, aether.world_id, "Bob")
    anns = [come_to(tx, aether.world_id, name) for name in ("Ann", "Bea")]
    tx.execute("DROP INDEX worlds.characters_one_per_name")
    tx.execute("UPDATE worlds.characters SET name = 'Ann', name_key = 'ann', look_key = 'ann' WHERE name = 'Bea'")
    tx.execute(
        "UPDATE worlds.characters SET created_at = created_at + interval '1 s' WHERE character_id = %s",
        (anns[1].character_id,),
    )
    near = sorted(anns, key=lambda each: str(each.character_id))  # as far away as each other

    [refusal] = bob.types(tx, "tell ann secret")
    assert refusal["data"]["message"].startswith("Which one do you mean: 1.Ann or 2.Ann?")
    for line in ("whisper ann secret", "ignore ann", "report ann shouts", "trade ann"):
        assert code(bob.types(tx, line)) == "INVALID_INPUT", line
    bob.types(tx, "tell 2.ann one")
    bob.types(tx, "tell second ann two")
    assert lines(tx, anns[1])[-2:] == ["Bob tells you: one", "Bob tells you: two"]
    assert "secret" not in " ".join(lines(tx, anns[0]) + lines(tx, anns[1]))
    bob.types(tx, "whisper 2.ann three")
    assert lines(tx, near[1])[-1] == "Bob whispers: three"
    bob.types(tx, "report 2.ann shouts")
    [row] = tx.execute("SELECT character_id, reason FROM worlds.reports").fetchall()
    assert (row["character_id"], row["reason"]) == (anns[1].character_id, "shouts")
    place_item(tx, aether, "arrow", HERE, 3)
    bob.types(tx, "get arrows")
    assert texts(bob.types(tx, "give 1 arrow to 2.ann")) == ["You give arrow to Ann."]
    assert near[1].character(tx).inventory.held
    assert texts(bob.types(tx, "trade 2.ann"))[0].startswith("You ask Ann")
    bob.types(tx, "ignore 2.ann")
    assert bob.character(tx).ignored == {anns[1].character_id}


def test_a_name_means_the_one_in_ones_own_world_and_elsewhere_it_has_to_be_clear(tx: Tx):
    worlds = [make_world(tx, name) for name in ("One", "Two", "Three")]
    one, two = (come_to(tx, world.world_id, "Ann") for world in worlds[:2])
    tx.execute(
        "UPDATE worlds.characters SET created_at = created_at + interval '1 s' WHERE character_id = %s",
        (two.character_id,),
    )
    near, far = come_to(tx, worlds[1].world_id, "Bob"), come_to(tx, worlds[2].world_id, "Bob")

    near.types(tx, "tell ann one")
    assert lines(tx, two)[-1] == "Bob tells you: one"
    near.types(tx, "tell 2.ann two")
    assert lines(tx, one)[-1] == "Bob tells you: two"
    assert code(far.types(tx, "tell ann three")) == "INVALID_INPUT"
    far.types(tx, "tell 1.ann four")
    assert lines(tx, one)[-1] == "Bob tells you: four"
    assert "three" not in " ".join(lines(tx, one) + lines(tx, two))


@pytest.fixture
def ignored(tx: Tx) -> tuple[Player, Player]:
    """Ann, whom Bob ignores; both have something."""
    world = make_world(tx)
    ann, bob = come_to(tx, world.world_id, "Ann"), come_to(tx, world.world_id, "Bob")
    for player in (ann, bob):
        world, _ = place_item(tx, world, "arrow", HERE, 5)
        player.types(tx, "get arrows")
    return ann, bob


def test_who_ignores_someone_hears_nothing_of_their_trades_and_gets_nothing_from_them(
    tx: Tx, ignored: tuple[Player, Player]
):
    ann, bob = ignored
    bob.types(tx, "ignore ann")
    before = lines(tx, bob)

    assert texts(ann.types(tx, "trade bob"))[0].startswith("You ask Bob to trade.")
    assert code(ann.types(tx, "give 1 arrow to bob")) == "CONFLICT"
    ann.types(tx, "decline")
    ann.types(tx, "trade bob")
    assert code(bob.types(tx, "trade ann")) == "CONFLICT"

    assert lines(tx, bob) == before
    assert [each.quantity for each in bob.character(tx).inventory.held] == [5]
    bob.types(tx, "ignore ann")
    assert texts(bob.types(tx, "trade ann"))[0].startswith("You trade with Ann.")


def test_ignoring_someone_ends_the_trade_with_them(tx: Tx, ignored: tuple[Player, Player]):
    ann, bob = ignored
    ann.types(tx, "trade bob")
    bob.types(tx, "trade ann")

    bob.types(tx, "ignore ann")

    assert lines(tx, ann)[-1] == "Bob does not trade. You keep what is yours."
    assert code(ann.types(tx, "offer arrow")) == "NOT_FOUND"


def test_someone_who_asked_and_ignores_since_is_not_drawn_into_a_trade(tx: Tx, ignored: tuple[Player, Player]):
    ann, bob = ignored
    bob.types(tx, "trade ann")
    tx.execute(
        "INSERT INTO worlds.ignored (character_id, ignored_id) VALUES (%s, %s)", (bob.character_id, ann.character_id)
    )

    assert texts(ann.types(tx, "trade bob"))[0].startswith("You ask Bob to trade.")

    assert code(ann.types(tx, "offer arrow")) == "NOT_FOUND"
