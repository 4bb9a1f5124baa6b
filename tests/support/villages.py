"""Villages of worlds, for tests: time passes there, and someone stands where people are."""

from __future__ import annotations

from typing import Any

from kernel.database import Tx
from tests.support.worlds import Player, texts
from worlds.space.cells import cell_of
from worlds.space.models import Position
from worlds.time.rules import HOUR
from worlds.villages import queries
from worlds.villages.models import Village
from worlds.world.models import World


def pass_time(tx: Tx, world: World, days: float) -> None:
    """Let the clock of a world show a later time."""
    tx.execute(
        "UPDATE worlds.worlds SET game_anchor = game_anchor + %s WHERE world_id = %s",
        (round(days * 24 * HOUR), world.world_id),
    )


def set_time(tx: Tx, world: World, day: int, hour: float) -> None:
    """Let the clock of a world show a time of a day; the first day is 0."""
    tx.execute(
        "UPDATE worlds.worlds SET game_anchor = %s, real_anchor = %s WHERE world_id = %s",
        (round((day * 24 + hour) * HOUR), tx.now, world.world_id),
    )


def stand(tx: Tx, player: Player, at: Position) -> None:
    """Let a player stand somewhere, however they came there."""
    tx.execute(
        "UPDATE worlds.characters SET x = %s, y = %s, cell = %s WHERE character_id = %s",
        (at.x, at.y, cell_of(at), player.character_id),
    )


def look(tx: Tx, player: Player) -> str:
    """Return what a player sees."""
    return texts(player.types(tx, "look"))[0]


def village_of(tx: Tx, world: World) -> Village:
    """Return the only village of a world."""
    [row] = queries.list_of_world(tx, world.world_id)
    return queries.read(row)


def people_of(tx: Tx, world: World) -> list[dict[str, Any]]:
    """Return all who live in the villages of a world or have lived there, by their numbers."""
    return tx.execute(
        """
        SELECT c.character_id, c.name, c.is_present, c.x, c.y, c.role, c.occupation, n.number, n.doing, n.died, n.wed,
            n.house, n.born, n.spouse_id, n.genes, n.needs
        FROM worlds.npcs AS n JOIN worlds.characters AS c USING (character_id)
        WHERE n.world_id = %s ORDER BY n.village, n.number
        """,
        (world.world_id,),
    ).fetchall()
