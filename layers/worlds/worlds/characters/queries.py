"""SQL on worlds.characters, worlds.holdings and worlds.ignored."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, LiteralString
from uuid import UUID

from psycopg.types.json import Jsonb

from kernel.database import Cursor, Tx, declare_race
from kernel.look_alikes import look_of
from kernel.naming import person_key
from worlds.characters import naming
from worlds.characters.models import NO_ONE, Character
from worlds.items import rules as items
from worlds.items.content import items as catalogue
from worlds.items.models import Belongings, Held, WearSlot
from worlds.space.cells import cell_of
from worlds.space.models import Position

declare_race("characters_one_per_world", "characters_one_per_name")

COLUMNS: Final[LiteralString] = """
    c.character_id, c.version, c.account_id, c.world_id, c.name, c.role, c.species, c.appearance, c.description,
    c.occupation, c.attributes, c.skills, c.xp, c.uses, c.x, c.y, c.z, c.facing, c.is_flying, c.mode, c.hp, c.stamina,
    c.settled_at, c.hurt_at, c.hp_since, c.is_present, c.created_at, c.last_played,
    (SELECT jsonb_agg(jsonb_build_array(h.holding_id, h.item, h.quantity, h.durability, h.slot, h.quality)
                      ORDER BY h.holding_id)
     FROM worlds.holdings AS h WHERE h.character_id = c.character_id) AS held,
    (SELECT array_agg(i.ignored_id) FROM worlds.ignored AS i WHERE i.character_id = c.character_id) AS ignored
"""
_LATEST_BODY: Final[LiteralString] = """
    FROM worlds.characters AS c WHERE c.account_id = %(account)s AND c.role IN ('player', 'admin')
    ORDER BY coalesce(c.last_played, c.created_at) DESC, c.character_id LIMIT 1
"""


def lock(tx: Tx, character_ids: list[UUID]) -> None:
    """Lock characters in the order of their ids, so that two who act on each other do not block each other."""
    tx.execute(
        "SELECT FROM worlds.characters WHERE character_id = ANY(%s) ORDER BY character_id FOR NO KEY UPDATE",
        (character_ids,),
    )


def find(tx: Tx, character_id: UUID) -> Cursor:
    return tx.execute("SELECT " + COLUMNS + " FROM worlds.characters AS c WHERE c.character_id = %s", (character_id,))


def find_in_world(tx: Tx, account_id: UUID, world_id: UUID) -> Cursor:
    return tx.execute(
        "SELECT " + COLUMNS + " FROM worlds.characters AS c WHERE c.account_id = %s AND c.world_id = %s",
        (account_id, world_id),
    )


_AGE: Final[LiteralString] = "coalesce(c.last_played, '-infinity'), c.created_at, c.character_id"


def list_of_account(tx: Tx, account_id: UUID, after: UUID | None = None, limit: int | None = None) -> Cursor:
    """Return the characters of an account, the one that was played last first.

    Args:
        after: the last one of the page before.
        limit: None for all.
    """
    return tx.execute(
        "SELECT "
        + COLUMNS
        + " FROM worlds.characters AS c WHERE c.account_id = %(account)s AND (%(after)s::uuid IS NULL OR ("
        + _AGE
        + ") < (SELECT "
        + _AGE
        + """ FROM worlds.characters AS c WHERE c.character_id = %(after)s))
        ORDER BY coalesce(c.last_played, '-infinity') DESC, c.created_at DESC, c.character_id DESC LIMIT %(limit)s
        """,
        {"account": account_id, "after": after, "limit": limit},
    )


def find_latest_body(tx: Tx, account_id: UUID) -> Cursor:
    """Return the body that an account has played last, or made last if it has played none since."""
    return tx.execute("SELECT " + COLUMNS + _LATEST_BODY, {"account": account_id})


def find_free_names(tx: Tx, account_id: UUID, world_id: UUID, names: Sequence[str]) -> Cursor:
    """Return one row: `free_names` for an account in a world, of these and of the name of the latest body."""
    return tx.execute(
        "SELECT "
        + naming.FREE_NAMES
        + " AS free_names FROM (SELECT %(account)s::uuid AS account_id, (SELECT c.look_key"
        + _LATEST_BODY
        + ") AS look_key) AS me, (SELECT %(world)s::uuid AS world_id) AS w",
        {"account": account_id, "world": world_id, **naming.parameters(names, tx.rng)},
    )


def save(tx: Tx, before: Character | None, after: Character) -> None:
    """Store a character: its row, and what has changed of what it holds and whom it ignores."""
    if before is None:
        tx.execute(_INSERT, _values(after))
    elif before != after:
        tx.execute(_UPDATE, _values(after))
    _save_inventory(tx, before.inventory if before else Belongings(), after)
    _save_ignored(tx, before.ignored if before else frozenset(), after)


def read(row: dict[str, Any]) -> Character:
    """Return the character of a row with COLUMNS."""
    return Character(
        character_id=row["character_id"],
        version=row["version"],
        account_id=row["account_id"] or NO_ONE,
        world_id=row["world_id"],
        name=row["name"],
        role=row["role"],
        species=row["species"],
        appearance=row["appearance"],
        description=row["description"],
        occupation=row["occupation"],
        attributes=row["attributes"],
        skills=row["skills"],
        xp=row["xp"],
        uses=row["uses"],
        position=Position(row["x"], row["y"], row["z"]),
        facing=(row["facing"][0], row["facing"][1], row["facing"][2]),
        is_flying=row["is_flying"],
        mode=row["mode"],
        hp=row["hp"],
        stamina=row["stamina"],
        settled_at=row["settled_at"],
        hurt_at=row["hurt_at"],
        hp_since=row["hp_since"],
        is_present=row["is_present"],
        created_at=row["created_at"],
        last_played=row["last_played"],
        inventory=Belongings(tuple(_held(each) for each in row["held"] or ())),
        ignored=frozenset(row["ignored"] or ()),
    )


def _held(given: list[Any]) -> Held:
    holding_id, item, quantity, durability, slot, quality = given
    worn = None if slot is None else WearSlot(slot)
    return Held(UUID(holding_id), catalogue.by_key[item], quantity, durability, worn, quality)


def _save_inventory(tx: Tx, before: Belongings, after: Character) -> None:
    change = items.changes(before, after.inventory)
    if change.removed:
        tx.execute("DELETE FROM worlds.holdings WHERE holding_id = ANY(%s)", (list(change.removed),))
    if change.saved:
        tx.insert(
            "INSERT INTO worlds.holdings (holding_id, character_id, item, quantity, durability, quality, slot)",
            [
                (
                    each.holding_id,
                    after.character_id,
                    each.item.key,
                    each.quantity,
                    each.durability,
                    each.quality,
                    each.slot,
                )
                for each in change.saved
            ],
            "ON CONFLICT (holding_id) DO UPDATE SET quantity = excluded.quantity, durability = excluded.durability,"
            " slot = excluded.slot",
        )


def _save_ignored(tx: Tx, before: frozenset[UUID], after: Character) -> None:
    for other_id in after.ignored - before:
        tx.execute(
            "INSERT INTO worlds.ignored (character_id, ignored_id) VALUES (%s, %s) ON CONFLICT DO NOTHING",
            (after.character_id, other_id),
        )
    if gone := list(before - after.ignored):
        tx.execute(
            "DELETE FROM worlds.ignored WHERE character_id = %s AND ignored_id = ANY(%s)", (after.character_id, gone)
        )


def _values(character: Character) -> dict[str, Any]:
    x, y, z = character.position
    return {
        "character_id": character.character_id,
        "version": character.version,
        "account_id": None if character.is_npc else character.account_id,
        "world_id": character.world_id,
        "name": character.name,
        "name_key": person_key(character.name),
        "look_key": look_of(character.name),
        "role": character.role,
        "species": character.species,
        "appearance": character.appearance,
        "description": character.description,
        "occupation": character.occupation,
        "attributes": Jsonb(dict(character.attributes)),
        "skills": Jsonb(dict(character.skills)),
        "xp": Jsonb(dict(character.xp)),
        "uses": Jsonb(dict(character.uses)),
        "x": x,
        "y": y,
        "z": z,
        "cell": cell_of(character.position),
        "facing": list(character.facing),
        "is_flying": character.is_flying,
        "mode": character.mode,
        "hp": character.hp,
        "stamina": character.stamina,
        "settled_at": character.settled_at,
        "hurt_at": character.hurt_at,
        "hp_since": character.hp_since,
        "is_present": character.is_present,
        "created_at": character.created_at,
        "last_played": character.last_played,
    }


_INSERT: Final[LiteralString] = """
    INSERT INTO worlds.characters (
        character_id, version, account_id, world_id, name, name_key, look_key, role, species, appearance,
        description, occupation, attributes, skills, xp, uses, x, y, z, cell, facing, is_flying, mode, hp, stamina,
        settled_at, hurt_at, hp_since, is_present, created_at, last_played
    ) VALUES (
        %(character_id)s, %(version)s, %(account_id)s, %(world_id)s, %(name)s, %(name_key)s, %(look_key)s, %(role)s,
        %(species)s, %(appearance)s, %(description)s, %(occupation)s, %(attributes)s, %(skills)s, %(xp)s, %(uses)s,
        %(x)s, %(y)s, %(z)s, %(cell)s, %(facing)s, %(is_flying)s, %(mode)s, %(hp)s, %(stamina)s, %(settled_at)s,
        %(hurt_at)s, %(hp_since)s, %(is_present)s, %(created_at)s, %(last_played)s
    )
"""

# What never changes is not written again.
_UPDATE: Final[LiteralString] = """
    UPDATE worlds.characters SET
        version = %(version)s, account_id = %(account_id)s, role = %(role)s, name = %(name)s,
        name_key = %(name_key)s, look_key = %(look_key)s,
        appearance = %(appearance)s, description = %(description)s, attributes = %(attributes)s, skills = %(skills)s,
        xp = %(xp)s, uses = %(uses)s,
        x = %(x)s, y = %(y)s, z = %(z)s, cell = %(cell)s, facing = %(facing)s, is_flying = %(is_flying)s,
        mode = %(mode)s, hp = %(hp)s, stamina = %(stamina)s, settled_at = %(settled_at)s, hurt_at = %(hurt_at)s,
        hp_since = %(hp_since)s, is_present = %(is_present)s, last_played = %(last_played)s
    WHERE character_id = %(character_id)s
"""
