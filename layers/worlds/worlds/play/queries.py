"""What commands see, a statement for each need; and worlds.answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, LiteralString
from uuid import UUID

from psycopg.types.json import Jsonb

from kernel.database import Cursor, Tx
from kernel.naming import key
from worlds.acting.models import Bystander, Destination, Mine, SeenPerson
from worlds.acting.needs import MOST_SEEN, WORLDS_PER_PAGE, WorldSearch
from worlds.characters import queries as characters
from worlds.characters.models import LONGEST_SLEEP, NO_ONE, SLEEPING
from worlds.characters.naming import FREE_NAMES, parameters
from worlds.crafting import queries as crafting
from worlds.entities import queries as entities
from worlds.fights.queries import OF_CONNECTION
from worlds.following.queries import SHOWN_AT
from worlds.relationships import queries as relationships
from worlds.resources.models import Stock
from worlds.space.models import Position
from worlds.world import queries as worlds
from worlds.world.models import LOBBY, ListedWorld

COMMANDS_PER_SECOND: Final = 20
"""Source: worlds 3."""
MOST_NAMED: Final = 1000
"""People of one name: at most one in each world, but for those whom an earlier version has let in."""

ACCOUNT_OF: Final[LiteralString] = """
    SELECT coalesce((SELECT account_id::text FROM worlds.connections WHERE connection_id = %(key)s), %(key)s)
"""
"""SQL: the account of a connection; the connection itself if there is none any more."""

ADDRESS_OF: Final[LiteralString] = """
    SELECT coalesce((SELECT coalesce(a.signed_up_from, a.account_id::text)
                     FROM worlds.connections AS k JOIN kernel.accounts AS a USING (account_id)
                     WHERE k.connection_id = %(key)s), %(key)s)
"""
"""SQL: where the account of a connection was signed up from; of old accounts it is not known."""

SIGNED_UP_FROM: Final[LiteralString] = """
    SELECT coalesce((SELECT signed_up_from FROM kernel.accounts WHERE account_id = %(key)s::text::uuid), %(key)s::text)
"""
"""SQL: where an account was signed up from."""

_ME: Final[LiteralString] = """
    (SELECT c.character_id, c.account_id, c.look_key, c.world_id, c.x, c.y, c.z, w.circumference
     FROM worlds.connections AS k
     JOIN worlds.characters AS c USING (character_id)
     JOIN worlds.worlds AS w USING (world_id)
     WHERE k.connection_id = %(connection)s)
"""
# Once, and then looked for in the index: as parts of a condition, Postgres makes the cells for each row of the world.
_WITH_ME: Final[LiteralString] = (
    "WITH me AS MATERIALIZED (SELECT *, ARRAY(SELECT worlds.cells_near(circumference, x, y, %(radius)s)) AS cells FROM "
    + _ME
    + " AS found) "
)
_PERSON: Final[LiteralString] = """
    p.character_id, p.account_id, p.name, p.species, p.role, p.description, p.world_id, p.x, p.y, p.z,
    p.account_id IS NOT NULL
        AND NOT EXISTS (SELECT FROM worlds.ignored AS i JOIN worlds.characters AS o ON o.character_id = i.ignored_id
                        WHERE i.character_id = p.character_id AND o.account_id = me.account_id) AS hears_me
"""
# Players are not looked up among the game's own people: there are thousands of them in a crowd.
_OF_NPCS: Final[LiteralString] = """
    CASE WHEN p.account_id IS NULL THEN (SELECT n.born FROM worlds.npcs AS n WHERE n.character_id = p.character_id) END
        AS born,
    CASE WHEN p.account_id IS NULL THEN (SELECT n.doing FROM worlds.npcs AS n WHERE n.character_id = p.character_id)
         WHEN p.mode = %(sleeping)s AND p.settled_at > %(asleep_since)s
              AND (p.hurt_at IS NULL OR p.hurt_at < p.settled_at) THEN 'sleeps' END
        AS doing
"""


def lock_connection(tx: Tx, connection_id: str) -> Cursor:
    """Count a command of a connection, and lock it: its commands run one after the other.

    Returns:
        One row: character_id, account_id, session_id, closing, language, `tiles` around it, and `commands` of this
        second.
    """
    return tx.execute(
        """
        UPDATE worlds.connections SET
            heard_at = %(now)s,
            commands = CASE WHEN window_began BETWEEN %(now)s - interval '1 second' AND %(now)s
                       THEN commands + 1 ELSE 1 END,
            window_began = CASE WHEN window_began BETWEEN %(now)s - interval '1 second' AND %(now)s
                           THEN window_began ELSE %(now)s END
        WHERE connection_id = %(connection)s
        RETURNING character_id, account_id, session_id, closing, language, commands, tiles
        """,
        {"connection": connection_id, "now": tx.now},
    )


FIGHTS_NEAR: Final[LiteralString] = (
    _WITH_ME
    + """
    SELECT f.fight_id FROM me JOIN worlds.fighters AS f ON f.character_id = me.character_id
    UNION
    SELECT f.fight_id FROM me, LATERAL (
        SELECT p.character_id FROM worlds.characters AS p
        WHERE p.is_present AND p.world_id = me.world_id AND p.cell = ANY(me.cells)
          AND worlds.squared_distance(me.circumference, me.x, me.y, me.z, p.x, p.y, p.z)
              <= %(radius)s::float * %(radius)s) AS near
    JOIN worlds.fighters AS f ON f.character_id = near.character_id
    UNION
    SELECT f.fight_id FROM me JOIN worlds.fighters AS f ON f.cell = ANY(me.cells)
    JOIN worlds.fights AS t ON t.fight_id = f.fight_id AND t.world_id = me.world_id
    """
)
"""SQL: the fights of a player, and of those around them; of creatures also some that are farther away."""
_FIGHTERS: Final[LiteralString] = (
    "UNION ALL SELECT f.character_id FROM worlds.fighters AS f WHERE f.fight_id IN (" + OF_CONNECTION + ")"
)


def list_bystanders(tx: Tx, connection_id: str, radius: int) -> Cursor:
    """Return the people of the game around a player who are in no fight, the nearest of them, with their kin and what
    they think of the player."""
    return tx.execute(
        _WITH_ME
        + """
        SELECT n.character_id, n.personality, n.village, n.mother_id, n.father_id, n.spouse_id,
            coalesce(r.affection, 0) AS affection
        FROM me CROSS JOIN LATERAL (
            SELECT p.character_id,
                worlds.squared_distance(me.circumference, me.x, me.y, me.z, p.x, p.y, p.z) AS squared
            FROM worlds.characters AS p
            WHERE p.is_present AND p.role = 'npc' AND p.hp > 0 AND p.world_id = me.world_id AND p.cell = ANY(me.cells)
        ) AS near
        JOIN worlds.npcs AS n ON n.character_id = near.character_id
        LEFT JOIN worlds.relationships AS r ON r.npc_id = n.character_id AND r.other_id = me.character_id
        WHERE near.squared <= %(squared)s
            AND NOT EXISTS (SELECT FROM worlds.fighters AS f WHERE f.character_id = n.character_id)
        ORDER BY near.squared, n.character_id LIMIT %(most)s
        """,
        {"connection": connection_id, "radius": radius, "squared": float(radius * radius), "most": MOST_SEEN},
    )


def read_bystander(row: Mapping[str, Any]) -> Bystander:
    """Return the one of a row."""
    return Bystander(
        character_id=row["character_id"],
        personality=row["personality"] or {},
        village=row["village"],
        parents=frozenset(each for each in (row["mother_id"], row["father_id"]) if each is not None),
        spouse_id=row["spouse_id"],
        affection=row["affection"],
    )


def lock_player(tx: Tx, connection_id: str, fights: LiteralString, radius: int) -> None:
    """Lock the character of a connection with those in fights that are locked, in the order of their ids.

    Args:
        fights: the query for their ids.
    """
    tx.execute(
        """
        SELECT FROM worlds.characters WHERE character_id IN (
            SELECT character_id FROM worlds.connections WHERE connection_id = %(connection)s
            UNION ALL
            SELECT f.character_id FROM worlds.fighters AS f WHERE f.fight_id IN ("""
        + fights
        + ")) ORDER BY character_id FOR NO KEY UPDATE",
        {"connection": connection_id, "radius": radius},
    )


def lock_administered_world(tx: Tx, connection_id: str) -> Cursor:
    """Lock the world of a connection's character, and return a row, if its player may change it for everyone: the
    owner, an admin of the world, or an administrator. Before the connection, as who enters does.
    """
    return tx.execute(
        """
        SELECT FROM worlds.connections AS k
        JOIN worlds.characters AS c USING (character_id)
        JOIN worlds.worlds AS w ON w.world_id = c.world_id
        JOIN kernel.accounts AS a ON a.account_id = c.account_id
        LEFT JOIN worlds.members AS m ON m.world_id = c.world_id AND m.account_id = c.account_id
        WHERE k.connection_id = %s
          AND (w.owner_id = c.account_id OR m.role IN ('owner', 'admin') OR 'admin' = ANY (a.roles))
        FOR NO KEY UPDATE OF w
        """,
        (connection_id,),
    )


def lock_player_and_partners(tx: Tx, connection_id: str, radius: int) -> None:
    """Lock the character of a connection with those within a radius, in the order of their ids.

    Two who hand each other something at the same moment would otherwise each hold what the other one needs.
    """
    tx.execute(
        _WITH_ME
        + """
        SELECT FROM worlds.characters WHERE character_id IN (
            SELECT me.character_id FROM me
            UNION ALL
            SELECT p.character_id FROM me, LATERAL (
                SELECT character_id FROM worlds.characters AS p
                WHERE p.is_present AND p.world_id = me.world_id
                  AND p.cell = ANY(me.cells)
                  AND worlds.squared_distance(me.circumference, me.x, me.y, me.z, p.x, p.y, p.z) <= %(squared)s) AS p
        """
        + _FIGHTERS
        + ") ORDER BY character_id FOR NO KEY UPDATE",
        {"connection": connection_id, "radius": radius, "squared": float(radius * radius)},
    )


def lock_player_and_trader(tx: Tx, connection_id: str) -> None:
    """Lock the character of a connection with the one whom it trades with, in the order of their ids; the trades are
    locked already."""
    tx.execute(
        """
        WITH me AS MATERIALIZED (SELECT character_id FROM worlds.connections WHERE connection_id = %(connection)s)
        SELECT FROM worlds.characters WHERE character_id IN (
            SELECT me.character_id FROM me
            UNION ALL
            SELECT t.second_id FROM me JOIN worlds.trades AS t ON t.first_id = me.character_id AND t.is_open
            UNION ALL
            SELECT t.first_id FROM me JOIN worlds.trades AS t ON t.second_id = me.character_id AND t.is_open
        """
        + _FIGHTERS
        + ") ORDER BY character_id FOR NO KEY UPDATE",
        {"connection": connection_id},
    )


def find_player(tx: Tx, connection_id: str) -> Cursor:
    """Return one row: the character of a connection, its world, and whether its session is still open."""
    return tx.execute(
        "SELECT "
        + characters.COLUMNS
        + ", "
        + worlds.COLUMNS
        + """,
            EXISTS (SELECT FROM kernel.sessions AS s
                    WHERE s.session_id = k.session_id AND s.account_id = k.account_id
                      AND s.ended_at IS NULL AND s.expires_at > %(now)s) AS has_session,
            (SELECT last_seq FROM worlds.mailboxes AS m WHERE m.character_id = c.character_id) AS last_seq,
            """
        + SHOWN_AT
        + """ AS shown_at
        FROM worlds.connections AS k
        JOIN worlds.characters AS c USING (character_id)
        JOIN worlds.worlds AS w USING (world_id)
        WHERE k.connection_id = %(connection)s
        """,
        {"connection": connection_id, "now": tx.now},
    )


def lock_fixtures_near(tx: Tx, connection_id: str, radius: int) -> None:
    """Lock the things around a player that cannot be carried away, so that each is opened once."""
    tx.execute(
        _WITH_ME
        + """
        SELECT FROM worlds.entities WHERE entity_id IN (
            SELECT e.entity_id FROM me,
            LATERAL (SELECT * FROM worlds.entities AS e
                     WHERE e.world_id = me.world_id AND e.metadata ? 'fixture'
                       AND e.cell = ANY(me.cells)) AS e
            WHERE worlds.squared_distance(me.circumference, me.x, me.y, me.z, e.x, e.y, e.z) <= %(squared)s)
        ORDER BY entity_id FOR NO KEY UPDATE
        """,
        {"connection": connection_id, "radius": radius, "squared": float(radius * radius)},
    )


def list_things_near(tx: Tx, connection_id: str, radius: int, most: int | None = None) -> Cursor:
    """Return the things around a player, wherever they stand when this runs, nearest first.

    Args:
        radius: decimetres; what is exactly that far away belongs to it.
        most: only so many, and all that is solid. Where things lie in one spot, a few of them: what lies alone is not
            hidden by a heap that is nearer.
    """
    near: LiteralString = (
        "SELECT "
        + entities.COLUMNS
        + ", worlds.squared_distance(me.circumference, me.x, me.y, me.z, e.x, e.y, e.z) AS squared_distance FROM me,"
        + """
        LATERAL (SELECT * FROM worlds.entities AS e
                 WHERE e.world_id = me.world_id
                   AND e.cell = ANY(me.cells)) AS e
        """
    )
    # OFFSET 0 keeps the distance from being computed again for each place where it is compared.
    found: LiteralString = "SELECT * FROM (" + near + " OFFSET 0) AS near WHERE squared_distance <= %(squared)s"
    if most is not None:
        in_spot: LiteralString = "row_number() OVER (PARTITION BY x, y, z ORDER BY entity_id)"
        first: LiteralString = "SELECT *, row_number() OVER (ORDER BY in_spot, squared_distance, entity_id) AS place"
        found = (
            "SELECT * FROM ("
            + first
            + " FROM (SELECT *, "
            + in_spot
            + " AS in_spot FROM ("
            + found
            + ") AS a) AS b) AS c"
            " WHERE place <= %(most)s OR radius > 0"
        )
    return tx.execute(
        _WITH_ME + found + " ORDER BY squared_distance, entity_id",
        {"connection": connection_id, "radius": radius, "squared": float(radius * radius), "most": most},
    )


def list_people_near(tx: Tx, connection_id: str, radius: int, most: int | None = None) -> Cursor:
    """Return the other people around a player, nearest first; `most` of them, or all."""
    return tx.execute(
        _WITH_ME
        + "SELECT * FROM (SELECT "
        + _PERSON
        + ","
        + _OF_NPCS
        + ", worlds.squared_distance(me.circumference, me.x, me.y, me.z, p.x, p.y, p.z) AS squared_distance FROM me,"
        + """
        LATERAL (SELECT * FROM worlds.characters AS p
                 WHERE p.is_present AND p.world_id = me.world_id AND p.character_id <> me.character_id
                   AND p.cell = ANY(me.cells)) AS p
        ) AS near
        WHERE squared_distance <= %(squared)s
        ORDER BY squared_distance, character_id LIMIT %(most)s
        """,
        {
            "connection": connection_id,
            "radius": radius,
            "squared": float(radius * radius),
            "most": most,
            "sleeping": SLEEPING,
            "asleep_since": tx.now - LONGEST_SLEEP,
        },
    )


def list_partners(tx: Tx, connection_id: str, radius: int) -> Cursor:
    """Return the other people within reach of a player, whole, after `lock_player_and_partners`.

    Someone who has come since is not locked: what changes them is repeated if they have changed in the meantime,
    because each event has a version of its own.
    """
    return tx.execute(
        _WITH_ME
        + "SELECT "
        + characters.COLUMNS
        + """ FROM me,
        LATERAL (SELECT * FROM worlds.characters AS p
                 WHERE p.is_present AND p.world_id = me.world_id AND p.character_id <> me.character_id
                   AND p.cell = ANY(me.cells)) AS c
        WHERE worlds.squared_distance(me.circumference, me.x, me.y, me.z, c.x, c.y, c.z) <= %(squared)s
        ORDER BY worlds.squared_distance(me.circumference, me.x, me.y, me.z, c.x, c.y, c.z), c.character_id
        """,
        {"connection": connection_id, "radius": radius, "squared": float(radius * radius)},
    )


def list_found_veins_near(tx: Tx, connection_id: str, radius: int) -> Cursor:
    """Return rows of `vein`: those around a player that they have found, and some farther away."""
    return tx.execute(
        _WITH_ME
        + """
        SELECT f.vein
        FROM me JOIN worlds.found_veins AS f ON f.character_id = me.character_id AND f.cell = ANY(me.cells)
        """,
        {"connection": connection_id, "radius": radius},
    )


def lock_grounds_near(tx: Tx, connection_id: str, radius: int) -> None:
    """Lock the squares of 100 m around a player, so that each ground in them is gathered from by one after the other.

    Squares, because most grounds have no row: what no one has gathered from follows from the seed.
    """
    tx.execute(
        _WITH_ME
        + """
        SELECT pg_advisory_xact_lock(square) FROM (
            SELECT hashtextextended(me.world_id || '/' || cell, 0) AS square FROM me, unnest(me.cells) AS cell
            ORDER BY square) AS squares
        """,
        {"connection": connection_id, "radius": radius},
    )


def list_stocks_near(tx: Tx, connection_id: str, radius: int) -> Cursor:
    """Return what is left of the resource grounds around a player that someone has gathered from."""
    return tx.execute(
        _WITH_ME
        + """
        SELECT s.ground, s.quantity, s.settled_at, s.rests_until
        FROM me JOIN worlds.stocks AS s ON s.world_id = me.world_id AND s.cell = ANY(me.cells)
        """,
        {"connection": connection_id, "radius": radius},
    )


def read_stocks(rows: Iterable[Mapping[str, Any]]) -> dict[str, Stock]:
    """Return {ground: what is left of it} of rows."""
    return {row["ground"]: Stock(row["quantity"], row["settled_at"], row["rests_until"]) for row in rows}


def find_crafts(tx: Tx, connection_id: str, left_after: int) -> Cursor:
    """Return one row for `crafting.queries.read`: what a player knows about making things, and their work.

    Args:
        left_after: decimetres east or north from where it was begun; who has been farther away since has left it.
    """
    return tx.execute(
        "SELECT "
        + crafting.KNOWN
        + """,
            (SELECT to_jsonb(w) || jsonb_build_object('is_left', w.kind <> 'done' AND EXISTS (
                 SELECT FROM worlds.events AS e
                 WHERE e.aggregate_id = w.character_id AND e.version > w.version AND e.event_type = 'PlayerMoved'
                   AND greatest(abs((e.payload #>> '{to,0}')::bigint - w.x),
                                abs((e.payload #>> '{to,1}')::bigint - w.y)) > %(left_after)s))
             FROM worlds.works AS w WHERE w.character_id = p.character_id) AS work
        FROM worlds.connections AS p WHERE p.connection_id = %(connection)s
        """,
        {"connection": connection_id, "left_after": left_after},
    )


def list_pupils(tx: Tx, connection_id: str, radius: int) -> Cursor:
    """Return what the people within reach of a player know about making things: rows for `crafting.queries.read`, with
    their `character_id`."""
    return tx.execute(
        _WITH_ME
        + """
        SELECT p.character_id,
            (SELECT to_jsonb(w) || jsonb_build_object('is_left', false)
             FROM worlds.works AS w WHERE w.character_id = p.character_id) AS work,
        """
        + crafting.KNOWN
        + """
        FROM me JOIN worlds.characters AS p ON p.is_present AND p.world_id = me.world_id
            AND p.character_id <> me.character_id AND p.cell = ANY(me.cells)
        WHERE worlds.squared_distance(me.circumference, me.x, me.y, me.z, p.x, p.y, p.z) <= %(squared)s
        """,
        {"connection": connection_id, "radius": radius, "squared": float(radius * radius)},
    )


def list_demand_near(tx: Tx, connection_id: str, radius: int) -> Cursor:
    """Return rows of `item`, `day` and what was `wanted`, of the markets around a player, and some farther away."""
    return tx.execute(
        _WITH_ME
        + """
        SELECT d.item, d.day, sum(d.wanted)::bigint AS wanted
        FROM me JOIN worlds.demand AS d ON d.world_id = me.world_id AND d.cell = ANY(me.cells)
        GROUP BY d.item, d.day
        """,
        {"connection": connection_id, "radius": radius},
    )


def list_supply_near(tx: Tx, connection_id: str, radius: int) -> Cursor:
    """Return rows of `item` and `quantity`: what the game's own people around a player have in their bags."""
    return tx.execute(
        _WITH_ME
        + """
        SELECT h.item, sum(h.quantity)::bigint AS quantity
        FROM me
        JOIN LATERAL (SELECT * FROM worlds.characters AS p
                      WHERE p.is_present AND p.world_id = me.world_id AND p.account_id IS NULL
                        AND p.cell = ANY(me.cells)) AS p
            ON worlds.squared_distance(me.circumference, me.x, me.y, me.z, p.x, p.y, p.z) <= %(squared)s
        JOIN worlds.holdings AS h ON h.character_id = p.character_id AND h.slot IS NULL
        GROUP BY h.item
        """,
        {"connection": connection_id, "radius": radius, "squared": float(radius * radius)},
    )


def list_sellers_near(tx: Tx, connection_id: str, radius: int) -> Cursor:
    """Return the game's own people around a player, and some others: rows of `character_id`, `personality`, `born` and
    `doing`, with what they think of the player, which is null for strangers.
    """
    return tx.execute(
        _WITH_ME
        + """
        SELECT n.character_id, n.personality, n.born, n.doing, """
        + relationships.COLUMNS
        + """
        FROM me
        JOIN LATERAL (SELECT * FROM worlds.characters AS p
                      WHERE p.is_present AND p.world_id = me.world_id AND p.cell = ANY(me.cells)) AS p ON true
        JOIN worlds.npcs AS n ON n.character_id = p.character_id
        LEFT JOIN worlds.relationships AS r ON r.npc_id = n.character_id AND r.other_id = me.character_id
        """,
        {"connection": connection_id, "radius": radius},
    )


def find_counter(tx: Tx, connection_id: str) -> Cursor:
    """Return the offer that a player was made last, if any."""
    return tx.execute(
        "SELECT b.* FROM worlds.connections AS k JOIN worlds.barters AS b USING (character_id)"
        " WHERE k.connection_id = %s",
        (connection_id,),
    )


def find_search(tx: Tx, connection_id: str) -> Cursor:
    """Return a row of `x`, `y` and `begun_at` if a player has ever searched the ground."""
    return tx.execute(
        """
        SELECT s.x, s.y, s.begun_at FROM worlds.connections AS k JOIN worlds.searches AS s USING (character_id)
        WHERE k.connection_id = %s
        """,
        (connection_id,),
    )


def list_people_in_world(tx: Tx, connection_id: str, begun: str = "", most: int | None = None) -> Cursor:
    """Return the other people in a player's world whose names begin with something, by name; `most` of them, or all."""
    return tx.execute(
        "SELECT "
        + _PERSON
        + ", NULL AS squared_distance FROM "
        + _ME
        + """ AS me
        JOIN worlds.characters AS p ON p.world_id = me.world_id AND p.is_present AND p.character_id <> me.character_id
            AND p.account_id IS NOT NULL AND starts_with(p.name_key, %(begun)s)
        ORDER BY p.name_key, p.character_id LIMIT %(most)s
        """,
        {"connection": connection_id, "begun": begun, "most": most},
    )


def list_people_named(tx: Tx, connection_id: str, keys: list[str]) -> Cursor:
    """Return the people anywhere who are called so: those in the player's world first, then by age, so that no one who
    takes a name later comes before someone who has it.

    Args:
        keys: names, as `kernel.naming.person_key` makes them.
    """
    return tx.execute(
        "SELECT "
        + _PERSON
        + ", NULL AS squared_distance,"
        + " EXISTS (SELECT FROM worlds.reports AS r WHERE r.reporter_id = me.account_id"
        + " AND r.character_id = p.character_id AND r.decided_at IS NULL) AS is_reported,"
        + " ARRAY(SELECT i.ignored_id FROM worlds.ignored AS i"
        + " JOIN worlds.characters AS o ON o.character_id = i.ignored_id"
        + " WHERE i.character_id = me.character_id AND o.account_id = p.account_id) AS ignored FROM "
        + _ME
        + " AS me JOIN worlds.characters AS p ON p.name_key = ANY(%(keys)s) AND p.is_present"
        + " AND p.account_id IS NOT NULL"
        + " AND p.character_id <> me.character_id"
        + " ORDER BY p.world_id = me.world_id DESC, p.created_at, p.character_id LIMIT %(limit)s",
        {"connection": connection_id, "keys": keys, "limit": MOST_NAMED},
    )


def list_directory(tx: Tx, connection_id: str, search: WorldSearch, most: int) -> Cursor:
    """Return the worlds that a player may know of, by name: rows of worlds with their `players`."""
    return tx.execute(
        "SELECT "
        + worlds.COLUMNS
        + """,
            (SELECT count(*) FROM worlds.characters AS c WHERE c.world_id = w.world_id AND c.is_present
                AND c.account_id IS NOT NULL) AS players,
            (SELECT m.role FROM worlds.members AS m
             WHERE m.world_id = w.world_id AND m.account_id = me.account_id) AS role
        FROM """
        + _ME
        + """ AS me
        JOIN worlds.worlds AS w ON w.world_id <> %(lobby)s AND position(%(part)s IN w.name_key) > 0
            AND (w.privacy <> 'private' OR w.owner_id = me.account_id
                 OR (SELECT 'admin' = ANY (a.roles) FROM kernel.accounts AS a WHERE a.account_id = me.account_id)
                 OR EXISTS (SELECT FROM worlds.members AS m
                            WHERE m.world_id = w.world_id AND m.account_id = me.account_id))
        ORDER BY w.name_key OFFSET %(skipped)s LIMIT %(most)s
        """,
        {
            "connection": connection_id,
            "lobby": LOBBY,
            "part": key(search.part),
            "skipped": (search.page - 1) * WORLDS_PER_PAGE,
            "most": most,
        },
    )


def read_listed(row: dict[str, Any]) -> ListedWorld:
    """Return the world of a row of the directory."""
    return ListedWorld(worlds.read(row), row["players"], row["role"])


def list_last_tellers(tx: Tx, connection_id: str) -> Cursor:
    """Return at most one row: who has told a player something last, as a person."""
    return tx.execute(
        "SELECT "
        + _PERSON
        + ", NULL AS squared_distance FROM "
        + _ME
        + """ AS me JOIN worlds.characters AS p ON p.character_id = (
            SELECT (t.envelope #>> '{data,metadata,sender_id}')::uuid FROM worlds.posts AS t
            WHERE t.character_id = me.character_id AND t.envelope #>> '{data,type}' = 'tell'
            ORDER BY t.post_id DESC LIMIT 1)
        """,
        {"connection": connection_id},
    )


def list_destinations(
    tx: Tx,
    connection_id: str,
    worlds_named: Sequence[str],
    portals_within: int,
    *,
    here: bool = False,
    names: Sequence[str] = (),
) -> Cursor:
    """Return the worlds that a player may go to, with what decides whether they may, and their character there.

    Args:
        worlds_named: names of worlds, or their ids, as they were typed.
        portals_within: decimetres; also the worlds behind the portals that are that near.
        here: also the world where the player is.
        names: of a character that may be made, to see whether they are free; without any, nothing is said of that.
    """
    return tx.execute(
        _WITH_ME
        + "SELECT "
        + worlds.COLUMNS
        + """,
            (SELECT m.role FROM worlds.members AS m
             WHERE m.world_id = w.world_id AND m.account_id = me.account_id) AS role,
            (SELECT count(*) FROM worlds.characters AS i
             WHERE i.world_id = w.world_id AND i.is_present AND i.account_id <> me.account_id) AS inside,
            (SELECT 'admin' = ANY (a.roles) FROM kernel.accounts AS a WHERE a.account_id = me.account_id) AS is_admin,
            mine.character_id AS mine_id, mine.name AS mine_name, mine.role AS mine_role,
            CASE WHEN %(makes)s THEN """
        + FREE_NAMES
        + """ END AS free_names
        FROM me
        -- A list that is made once: asked for each world anew, it would be made a thousand times.
        CROSS JOIN LATERAL (
            SELECT named.world_id FROM worlds.worlds AS named
            WHERE named.name_key = ANY(%(keys)s) OR named.world_id = ANY(%(ids)s)
            UNION
            SELECT me.world_id WHERE %(here)s
            UNION
            (SELECT (e.metadata ->> 'world_id')::uuid FROM worlds.entities AS e
             -- As `list_things_near` chooses them where there are many.
             WHERE %(radius)s > 0 AND e.world_id = me.world_id AND e.metadata ->> 'world_id' IS NOT NULL
               AND e.cell = ANY(me.cells)
             ORDER BY row_number() OVER (PARTITION BY e.x, e.y, e.z ORDER BY e.entity_id),
                      worlds.squared_distance(me.circumference, me.x, me.y, me.z, e.x, e.y, e.z) LIMIT %(most)s)
        ) AS meant
        JOIN worlds.worlds AS w ON w.world_id = meant.world_id
        LEFT JOIN worlds.characters AS mine ON mine.world_id = w.world_id AND mine.account_id = me.account_id
        """,
        {
            "connection": connection_id,
            "keys": [key(name) for name in worlds_named],
            "ids": [UUID(name) for name in worlds_named if _is_id(name)],
            "radius": portals_within,
            "most": MOST_SEEN,
            "here": here,
            "makes": bool(names),
            **parameters(names, tx.rng),
        },
    )


def read_destination(row: dict[str, Any]) -> Destination:
    """Return the destination of a row."""
    mine = Mine(row["mine_id"], row["mine_name"], row["mine_role"]) if row["mine_id"] else None
    return Destination(
        worlds.read(row), worlds.read_admission(row, is_admin=bool(row["is_admin"])), mine, row["free_names"] or {}
    )


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def read_person(row: dict[str, Any]) -> SeenPerson:
    """Return the person of a row."""
    return SeenPerson(
        character_id=row["character_id"],
        name=row["name"],
        species=row["species"],
        role=row["role"],
        description=row["description"],
        world_id=row["world_id"],
        position=Position(row["x"], row["y"], row["z"]),
        squared_distance=row["squared_distance"],
        hears_me=row["hears_me"],
        account_id=row["account_id"] or NO_ONE,
        doing=row.get("doing") or "",
        born=row.get("born"),
        is_reported=row.get("is_reported", False),
        ignored=frozenset(row.get("ignored", ())),
    )


def find_answer(tx: Tx, connection_id: str, command_id: str) -> Cursor:
    """Return one row with `body` if the player's command of this id was answered before."""
    return tx.execute(
        """
        SELECT body FROM worlds.answers JOIN worlds.connections USING (character_id)
        WHERE connection_id = %s AND command_id = %s
        """,
        (connection_id, command_id),
    )


def insert_answer(tx: Tx, character_id: UUID, command_id: str | None, command: str, body: list[Any]) -> None:
    tx.execute(
        """
        INSERT INTO worlds.answers (character_id, command_id, command, body, answered_at)
        VALUES (%s, %s, %s, %s, %s)
        """,
        (character_id, command_id, command, Jsonb(body), tx.now),
    )


def delete_repeats(tx: Tx, character_id: UUID) -> None:
    """Delete what waits since an earlier connect and is sent anew by this one: lines that were said before, the map,
    what is around and the state. What has its number already is on its way."""
    tx.execute(
        """
        DELETE FROM worlds.posts
        WHERE character_id = %s AND delivered_at IS NULL AND seq IS NULL
            AND (envelope ? 'again' OR envelope ->> 'type' IN ('map_update', 'around_update', 'state_update'))
        """,
        (character_id,),
    )


def list_scrollback(tx: Tx, character_id: UUID, limit: int) -> Cursor:
    """Return the last lines that a character was posted or answered: rows of `at` and `envelope`, newest first.

    Lines that are sent again are not kept (`posts.queries.set_delivered`), so each is there once however often someone
    connects.
    """
    return tx.execute(
        """
        (SELECT posted_at AS at, envelope FROM worlds.posts
         WHERE character_id = %(character)s AND delivered_at IS NOT NULL
             AND envelope ->> 'type' = 'game_message' AND NOT envelope ? 'again'
         ORDER BY post_id DESC LIMIT %(limit)s)
        UNION ALL
        (SELECT answered_at, line - '{command_id,posts}'::text[]
         FROM (SELECT answered_at, body FROM worlds.answers WHERE character_id = %(character)s
               ORDER BY answer_id DESC LIMIT %(limit)s) AS answered, jsonb_array_elements(body) AS line
         WHERE line ->> 'type' IN ('game_message', 'error'))
        ORDER BY at DESC LIMIT %(limit)s
        """,
        {"character": character_id, "limit": limit},
    )
