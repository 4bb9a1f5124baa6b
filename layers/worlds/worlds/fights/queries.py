"""SQL on worlds.fights, worlds.fighters and worlds.fight_lease."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final, LiteralString
from uuid import UUID

import msgspec
from msgspec.structs import replace
from psycopg.types.json import Jsonb

from kernel.database import Cursor, Tx, declare_race
from worlds.characters import queries as characters
from worlds.combat.models import Fight, Fighter
from worlds.fights.witnessing import FightWitness
from worlds.minds.models import MOST_WITNESSES, Mind
from worlds.relationships import queries as relationships
from worlds.space.cells import cell_of
from worlds.world import queries as worlds

declare_race("fighters_in_one_fight")

SOON: Final[LiteralString] = "interval '40 s'"
"""For what is due later, the clock wakes someone: a body that decays may lie a minute longer."""
AT_ONCE: Final = 100
"""Fights."""

OF_CONNECTION: Final[LiteralString] = """
    SELECT f.fight_id FROM worlds.connections AS k JOIN worlds.fighters AS f USING (character_id)
    WHERE k.connection_id = %(connection)s
"""
"""SQL: the fight of a connection's character."""
OF_CHARACTER: Final[LiteralString] = "SELECT f.fight_id FROM worlds.fighters AS f WHERE f.character_id = %(character)s"
ONE: Final[LiteralString] = "SELECT %(fight)s::uuid"


def lock(tx: Tx, which: LiteralString, **parameters: Any) -> Cursor:
    """Lock fights, before their fighters; return rows of `fight_id`.

    Args:
        which: a query for their ids.
    """
    return tx.execute(
        "SELECT fight_id FROM worlds.fights WHERE fight_id IN (" + which + ") ORDER BY fight_id FOR UPDATE", parameters
    )


def lock_fighters(tx: Tx, which: LiteralString, **parameters: Any) -> None:
    """Lock the characters in fights, in the order of their ids."""
    tx.execute(
        "SELECT FROM worlds.characters WHERE character_id IN ("
        "SELECT f.character_id FROM worlds.fighters AS f WHERE f.fight_id IN ("
        + which
        + ")) ORDER BY character_id FOR NO KEY UPDATE",
        parameters,
    )


def list_fighters(tx: Tx, which: LiteralString, **parameters: Any) -> Cursor:
    """Return the fighters of fights: rows with the fight's columns, `state`, and those of the character if it is one,
    the `personality` of one of the game's own people, and whether the player is `connected`."""
    return tx.execute(
        "SELECT t.fight_id, t.world_id AS fought_in, t.version AS fight_version, t.next_number, f.fighter_id, f.state,"
        " n.personality, EXISTS (SELECT FROM worlds.connections AS k"
        " WHERE k.character_id = f.character_id AND k.closing IS NULL) AS connected,"
        + characters.COLUMNS
        + """
        FROM worlds.fights AS t
        JOIN worlds.fighters AS f USING (fight_id)
        LEFT JOIN worlds.characters AS c ON c.character_id = f.character_id
        LEFT JOIN worlds.npcs AS n ON n.character_id = f.character_id
        WHERE t.fight_id IN ("""
        + which
        + ") ORDER BY t.fight_id, f.fighter_id",
        parameters,
    )


def list_onlookers(tx: Tx, which: LiteralString, sight: int, **parameters: Any) -> Cursor:
    """Return who sees fights, and is not in them: rows of `fight_id`, `character_id`, and whether it `is_npc`."""
    return tx.execute(
        """
        WITH there AS MATERIALIZED (
            SELECT t.fight_id, t.world_id, w.circumference, p.x, p.y, p.z,
                ARRAY(SELECT worlds.cells_near(w.circumference, p.x, p.y, %(sight)s)) AS cells
            FROM worlds.fights AS t
            JOIN worlds.worlds AS w USING (world_id)
            JOIN worlds.fighters AS f USING (fight_id)
            LEFT JOIN worlds.characters AS c ON c.character_id = f.character_id,
            LATERAL (SELECT coalesce(c.x, (f.state #>> '{nature,position,0}')::bigint) AS x,
                            coalesce(c.y, (f.state #>> '{nature,position,1}')::bigint) AS y,
                            coalesce(c.z, (f.state #>> '{nature,position,2}')::bigint) AS z) AS p
            WHERE t.fight_id IN ("""
        + which
        + """))
        SELECT DISTINCT there.fight_id, near.character_id, near.account_id IS NULL AS is_npc
        FROM there, LATERAL (
            SELECT c.character_id, c.account_id, c.x, c.y, c.z FROM worlds.characters AS c
            WHERE c.is_present AND c.world_id = there.world_id AND c.cell = ANY(there.cells)) AS near
        WHERE worlds.squared_distance(there.circumference, there.x, there.y, there.z, near.x, near.y, near.z)
                <= %(squared)s
            AND NOT EXISTS (SELECT FROM worlds.fighters AS f
                            WHERE f.fight_id = there.fight_id AND f.fighter_id = near.character_id)
        """,
        {**parameters, "sight": sight, "squared": float(sight * sight)},
    )


def list_witnesses(tx: Tx, which: LiteralString, sight: int, **parameters: Any) -> Cursor:
    """Return the people of the game who see fights of players, the nearest of them, and the kin of those in them: a row
    for each of them and player in a fight, with what the one thinks of the other, which is locked from now on.

    Rows have `fight_id`, `mind_id`, `name`, `hp`, `personality`, `saw`, `kin_of`, `player_id`, `usual` and
    `is_neighbour` as `minds.queries` has them, and the columns of relationships, which are null for strangers.
    """
    return tx.execute(
        "WITH which AS MATERIALIZED ("
        + which
        + """),
        fought AS MATERIALIZED (
            SELECT f.fight_id, c.character_id, c.role, c.world_id, c.x, c.y, c.z, w.circumference,
                ARRAY(SELECT worlds.cells_near(w.circumference, c.x, c.y, %(sight)s)) AS cells
            FROM worlds.fighters AS f
            JOIN worlds.characters AS c USING (character_id)
            JOIN worlds.worlds AS w USING (world_id)
            WHERE f.fight_id IN (SELECT fight_id FROM which)),
        seen AS (
            SELECT fought.fight_id, near.character_id,
                min(worlds.squared_distance(
                    fought.circumference, fought.x, fought.y, fought.z, near.x, near.y, near.z)) AS squared
            FROM fought, LATERAL (
                SELECT c.character_id, c.x, c.y, c.z FROM worlds.characters AS c
                WHERE c.is_present AND c.role = 'npc' AND c.world_id = fought.world_id
                    AND c.cell = ANY(fought.cells)) AS near
            GROUP BY fought.fight_id, near.character_id),
        nearest AS (
            SELECT fight_id, character_id,
                row_number() OVER (PARTITION BY fight_id ORDER BY squared, character_id) AS place
            FROM seen WHERE squared <= %(squared)s),
        kin AS (
            SELECT fought.fight_id, fought.character_id AS of_id, k.character_id
            FROM fought
            JOIN worlds.npcs AS me ON me.character_id = fought.character_id
            JOIN worlds.npcs AS k ON k.world_id = me.world_id AND k.village = me.village
                AND k.character_id <> me.character_id
                AND (k.character_id IN (me.mother_id, me.father_id, me.spouse_id)
                    OR me.character_id IN (k.mother_id, k.father_id)
                    OR k.mother_id = me.mother_id OR k.father_id = me.father_id)
            WHERE fought.role = 'npc'),
        minds AS MATERIALIZED (
            SELECT fight_id, character_id, bool_or(saw) AS saw, array_remove(array_agg(of_id), NULL) AS kin_of
            FROM (SELECT fight_id, character_id, true AS saw, NULL::uuid AS of_id FROM nearest WHERE place <= %(most)s
                  UNION ALL SELECT fight_id, character_id, false, of_id FROM kin) AS found
            GROUP BY fight_id, character_id),
        locked AS MATERIALIZED (
            SELECT * FROM worlds.relationships
            WHERE (npc_id, other_id) IN (SELECT m.character_id, a.character_id FROM minds AS m JOIN fought AS a
                                         ON a.fight_id = m.fight_id AND a.role <> 'npc')
            ORDER BY npc_id, other_id FOR NO KEY UPDATE)
        SELECT m.fight_id, m.character_id AS mind_id, c.name, c.hp, n.personality, m.saw, m.kin_of,
            a.character_id AS player_id, actor.baseline AS usual,
            coalesce(actor.village = n.village, false) AS is_neighbour, """
        + relationships.COLUMNS
        + """
        FROM minds AS m
        JOIN worlds.characters AS c ON c.character_id = m.character_id AND c.is_present AND c.role = 'npc'
        JOIN worlds.npcs AS n ON n.character_id = m.character_id
        JOIN fought AS a ON a.fight_id = m.fight_id AND a.role <> 'npc'
        LEFT JOIN locked AS r ON r.npc_id = m.character_id AND r.other_id = a.character_id
        LEFT JOIN worlds.npcs AS actor ON actor.character_id = a.character_id
        ORDER BY m.fight_id, m.character_id, a.character_id
        """,
        {**parameters, "sight": sight, "squared": float(sight * sight), "most": MOST_WITNESSES},
    )


def read_witnesses(rows: Iterable[dict[str, Any]]) -> dict[UUID, list[FightWitness]]:
    """Return {fight: whom it concerns} of the rows of `list_witnesses`."""
    found: dict[UUID, dict[UUID, FightWitness]] = {}
    for row in rows:
        of_fight = found.setdefault(row["fight_id"], {})
        known = of_fight.get(row["mind_id"]) or FightWitness(
            Mind(npc_id=row["mind_id"], name=row["name"], is_alive=row["hp"] > 0, personality=row["personality"]),
            row["saw"],
            frozenset(row["kin_of"]),
        )
        if row["npc_id"] is not None:
            known = replace(known, opinions={**known.opinions, row["player_id"]: relationships.read(row)})
        usual = relationships.read_usual(row["usual"])
        if usual is not None:
            known = replace(known, inhabited={**known.inhabited, row["player_id"]: (usual, row["is_neighbour"])})
        of_fight[row["mind_id"]] = known
    return {fight_id: [*each.values()] for fight_id, each in found.items()}


def find_world(tx: Tx, fight_id: UUID) -> Cursor:
    """Return the row of the world in which a fight is."""
    return tx.execute(
        "SELECT " + worlds.COLUMNS + " FROM worlds.fights AS t JOIN worlds.worlds AS w USING (world_id)"
        " WHERE t.fight_id = %s",
        (fight_id,),
    )


def read(row: dict[str, Any]) -> Fighter:
    """Return the fighter of a row with `state`."""
    return msgspec.convert(row["state"], Fighter)


def save(tx: Tx, known: Iterable[UUID], before: Fight | None, after: Fight, next_at: datetime | None) -> None:
    """Store a fight, and who has changed in it.

    Args:
        known: fighters who were in this fight, or in one that it has taken over.
        before: as it is stored; None for a new one.
    """
    if not after.fighters:
        delete(tx, after.fight_id)
        return
    tx.execute(
        """
        INSERT INTO worlds.fights (fight_id, world_id, version, next_number, next_at, changed_at)
        VALUES (%s, %s, %s, %s, %s, %s)
        ON CONFLICT (fight_id) DO UPDATE SET version = excluded.version, next_number = excluded.next_number,
            next_at = excluded.next_at, changed_at = excluded.changed_at
        """,
        (after.fight_id, after.world_id, after.version, after.next_number, next_at, tx.now),
    )
    there, old = set(known), before.fighters if before else {}
    changed = [each for key, each in after.fighters.items() if old.get(key) != each]
    # Who is new may be in another fight by now: then this is repeated, and finds that fight.
    _insert(tx, after, [each for each in changed if each.fighter_id not in there])
    _insert(
        tx,
        after,
        [each for each in changed if each.fighter_id in there],
        "ON CONFLICT (fighter_id) DO UPDATE SET fight_id = excluded.fight_id, cell = excluded.cell,"
        " state = excluded.state",
    )
    if gone := [key for key in old if key not in after.fighters]:
        tx.execute("DELETE FROM worlds.fighters WHERE fighter_id = ANY(%s)", (gone,))


def _insert(tx: Tx, fight: Fight, fighters: Iterable[Fighter], on_conflict: LiteralString = "") -> None:
    rows = [
        (
            each.fighter_id,
            fight.fight_id,
            None if each.nature else each.fighter_id,
            cell_of(each.nature.position) if each.nature else None,
            Jsonb(msgspec.to_builtins(each)),
        )
        # Two who call the same pack to them at the same moment wait for each other in the same order.
        for each in sorted(fighters, key=lambda each: each.fighter_id)
    ]
    if rows:
        tx.insert("INSERT INTO worlds.fighters (fighter_id, fight_id, character_id, cell, state)", rows, on_conflict)


def delete(tx: Tx, fight_id: UUID) -> None:
    """Delete a fight that is over, or that another one has taken over."""
    tx.execute("DELETE FROM worlds.fights WHERE fight_id = %s", (fight_id,))


def delete_of_world(tx: Tx, world_id: UUID) -> None:
    """End the fights of a world that is emptied; one that is deleted takes them along."""
    tx.execute("DELETE FROM worlds.fights WHERE world_id = %s", (world_id,))


def list_due(tx: Tx) -> Cursor:
    """Return rows of `fight_id`: of those in which something is due."""
    return tx.execute(
        "SELECT fight_id FROM worlds.fights WHERE next_at <= %s ORDER BY next_at LIMIT %s", (tx.now, AT_ONCE)
    )


def find_next(tx: Tx) -> Cursor:
    """Return one row: when something `is` due next in any fight; null if not soon."""
    return tx.execute('SELECT min(next_at) AS "is" FROM worlds.fights WHERE next_at < %s + ' + SOON, (tx.now,))


def claim_waking(tx: Tx) -> Cursor:
    """Return a row if something is due soon, no one is awake, and the caller is the one to wake someone.

    It neither waits nor blocks.
    """
    return tx.execute(
        """
        UPDATE worlds.fight_lease SET wanted_at = clock_timestamp()
        WHERE only_row = (
            SELECT only_row FROM worlds.fight_lease
            WHERE awake_until < clock_timestamp() AND wanted_at < clock_timestamp() - interval '2 s'
                AND EXISTS (SELECT FROM worlds.fights WHERE next_at < clock_timestamp() + """
        + SOON
        + """)
            FOR UPDATE SKIP LOCKED)
        RETURNING only_row
        """
    )


def set_awake(tx: Tx) -> None:
    """Let no one else be woken for some seconds."""
    tx.execute("UPDATE worlds.fight_lease SET awake_until = clock_timestamp() + interval '10 s'")


def set_asleep(tx: Tx) -> None:
    """Let the next one who acts in a fight wake someone, however short ago that was done the last time."""
    tx.execute("UPDATE worlds.fight_lease SET awake_until = '-infinity', wanted_at = '-infinity'")
