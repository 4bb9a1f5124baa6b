"""Very many worlds and people: what one reads stays short, and everything can still be found. Source: worlds 6, 27."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from msgspec.structs import replace

from kernel.database import Connection, Cursor, Tx, transaction
from tests.support.round_trips import counted
from tests.support.worlds import Player, code, come_to, come_to_lobby, make_world, place_fixture, place_item, texts
from worlds.characters import queries as characters
from worlds.play import queries
from worlds.space.cells import cell_of
from worlds.space.models import Position
from worlds.world import rules
from worlds.world.models import LOBBY

LONGEST = 16_000
"""Bytes of an answer: half of what fits into a frame of the gateway."""


def fill_lobby(tx: Tx, worlds: int = 1000, people: int = 300) -> None:
    """Make worlds with their portals, and let people stand where everyone arrives."""
    made = [uuid4() for _ in range(worlds)]
    portals = [rules.portal_of(each, f"World {number:04}") for number, each in enumerate(made)]
    tx.execute(
        """
        INSERT INTO worlds.worlds (world_id, version, name, name_key, shape, real_anchor, created_at)
        SELECT id, 1, 'World ' || lpad((n - 1)::text, 4, '0'), 'world ' || lpad((n - 1)::text, 4, '0'), 'infinite',
               now(), now()
        FROM unnest(%s::uuid[]) WITH ORDINALITY AS made (id, n)
        """,
        (made,),
    )
    tx.execute(
        """
        INSERT INTO worlds.entities (entity_id, world_id, kind, name, description, x, y, z, cell, locked, metadata)
        SELECT (p ->> 'id')::uuid, %(lobby)s, 'structure', p ->> 'name', p ->> 'description', (p ->> 'x')::bigint,
               (p ->> 'y')::bigint, 0, 0, true, jsonb_build_object('world_id', p ->> 'world_id')
        FROM jsonb_array_elements(%(portals)s::jsonb) AS p
        """,
        {
            "lobby": LOBBY,
            "portals": json.dumps(
                [
                    {
                        "id": str(each.entity_id),
                        "name": each.name,
                        "description": each.description,
                        "x": each.position[0],
                        "y": each.position[1],
                        "world_id": each.metadata["world_id"],
                    }
                    for each in portals
                ]
            ),
        },
    )
    ghost = come_to_lobby(tx).character(tx)
    for number in range(people):
        account_id = uuid4()
        tx.execute(
            "INSERT INTO kernel.accounts (account_id, email, password_hash) VALUES (%s, %s, 'none')",
            (account_id, f"{number}@example.org"),
        )
        owl = replace(ghost, character_id=uuid4(), account_id=account_id, name=f"Owl {number:03}", version=1)
        characters.save(tx, None, owl)


@pytest.fixture
def ann(tx: Tx) -> Player:
    fill_lobby(tx)
    return come_to_lobby(tx)


@pytest.mark.parametrize("line", ["look", "who", "worlds", "worlds 2", "n", "world info", "go to statue"])
def test_what_one_reads_is_short_among_1000_worlds_and_300_people(tx: Tx, ann: Player, line: str):
    answer = ann.types(tx, line)

    assert texts(answer)
    assert sum(len(json.dumps(each)) for each in answer) < LONGEST


def test_a_look_names_twenty_things_and_people_and_says_how_to_find_the_others(tx: Tx, ann: Player):
    [answer] = ann.types(tx, "look")
    [said] = texts([answer])

    people = [each["name"] for each in answer["data"]["metadata"]["entities"] if each["type"] == "character"]
    assert len(people) == 20
    assert all(each in said for each in people)
    assert "statue" in said
    assert "west portal" in said
    assert said.count("portal to World") <= 2 * 20
    assert "Write who to read their names." in said
    assert "Write worlds to read their names" in said


def test_worlds_are_listed_in_pages_and_found_by_a_part_of_their_names(tx: Tx, ann: Player):
    first, second = texts(ann.types(tx, "worlds"))[0], texts(ann.types(tx, "worlds 2"))[0]

    assert first.splitlines()[0] == "Temperate (0 there)"
    assert len(first.splitlines()) == 22
    assert "More of them: worlds 2" in first
    assert not set(first.splitlines()[:20]) & set(second.splitlines()[:20])
    assert texts(ann.types(tx, "worlds 077"))[0].splitlines()[0] == "World 0077 (0 there)"
    assert "More of them: worlds world 3" in texts(ann.types(tx, "worlds world 2"))[0]
    assert code(ann.types(tx, "worlds atlantis")) == code(ann.types(tx, "worlds 99")) == "WORLD_NOT_FOUND"


def test_private_worlds_are_listed_for_those_who_belong_to_them(tx: Tx):
    ann = come_to_lobby(tx)
    make_world(tx, "Secret", privacy="private")
    make_world(tx, "Mine", privacy="private", owner_id=ann.me.account_id)

    [said] = texts(ann.types(tx, "worlds"))

    assert "Mine (0 there)" in said
    assert "Secret" not in said
    assert "Lobby" not in said


def test_any_world_is_entered_by_its_name_or_its_portals_name(tx: Tx, ann: Player):
    for line in ("enter world 0999", "enter portal to World 0999", "enter the portal to world 0999"):
        [answer] = ann.types(tx, line)
        assert answer["data"]["metadata"]["world_name"] == "World 0999"
    assert code(ann.types(tx, "enter west portal")) == "CONFLICT"  # it leads to Temperate, which is being made


def test_who_lists_a_hundred_people_and_those_whose_names_begin_so(tx: Tx, ann: Player):
    [said] = texts(ann.types(tx, "who"))

    assert said.count(",") == 99  # a hundred others and oneself
    assert said.endswith("There are more: write who and the beginning of a name.")
    assert texts(ann.types(tx, "who owl 29")) == [
        "In Lobby: " + ", ".join(f"Owl 29{digit}" for digit in range(9)) + " and Owl 299."
    ]
    assert code(ann.types(tx, "who zaphod")) == "TARGET_NOT_FOUND"


def test_world_info_counts_everyone(tx: Tx, ann: Player):
    assert "302" in texts(ann.types(tx, "world info"))[0]  # Ann, 300 owls, and the one who came first


def test_everyone_who_is_near_hears_what_is_said_however_many_they_are(tx: Tx, ann: Player):
    ann.types(tx, "say hello")

    [row] = tx.execute("SELECT count(*) AS n FROM worlds.posts WHERE envelope #>> '{data,type}' = 'speech'")
    assert row["n"] == 301


def test_what_lies_alone_or_stands_in_the_way_is_seen_behind_heaps(tx: Tx):
    world = make_world(tx)
    ann = come_to(tx, world.world_id, "Ann")
    tx.execute(
        """
        INSERT INTO worlds.entities (
            entity_id, world_id, kind, name, x, y, z, cell, item, quantity, durability, quality)
        SELECT gen_random_uuid(), %s, 'item', 'stick', 60 + n %% 2, 50, 0, %s, 'stick', 1, 100, 1
        FROM generate_series(1, 500) AS n
        """,
        (world.world_id, cell_of(Position(60, 50))),
    )
    world, _ = place_item(tx, world, "lamp", Position(50, 90))
    place_fixture(tx, world, "boulder", Position(50, 150))

    things = queries.list_things_near(tx, ann.connection_id, 200, 100).fetchall()

    assert len(things) == 100
    assert {"stick", "lamp", "boulder"} == {row["name"] for row in things}
    assert [row["squared_distance"] for row in things] == sorted(row["squared_distance"] for row in things)


@pytest.mark.parametrize("line", ["look", "who", "worlds", "n 0.1"])
def test_the_crowd_costs_no_more_round_trips(conn: Connection, database_url: str, line: str):
    with transaction(conn) as tx:
        fill_lobby(tx, worlds=100, people=30)
        ann = come_to_lobby(tx)
    with counted(database_url) as (connection, wire):
        for _ in range(7):
            with transaction(connection) as tx:
                ann.types(tx, line)
        before = wire.round_trips()
        with transaction(connection) as tx:
            ann.types(tx, line)

        assert wire.round_trips() - before == 2


@pytest.mark.parametrize("ask", [queries.list_people_near, queries.list_things_near, queries.list_partners])
def test_the_cells_around_someone_are_computed_once_and_not_for_everyone_in_the_world(
    tx: Tx, ann: Player, monkeypatch: pytest.MonkeyPatch, ask: Callable[[Tx, str, int], Cursor]
):
    execute = tx.execute
    monkeypatch.setattr(
        Tx, "execute", lambda self, sql, params: execute("EXPLAIN (ANALYZE, FORMAT JSON) " + sql, params)
    )

    [row] = ask(tx, ann.connection_id, 200).fetchall()

    [made] = [node for node in _nodes(row["QUERY PLAN"][0]["Plan"]) if node["Node Type"] == "ProjectSet"]
    assert made["Actual Loops"] == 1


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from _nodes(below)
