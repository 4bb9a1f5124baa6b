"""Leaderboards: players by an amount, highest first. Players with the same amount share a rank: 1, 1, 3."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from typing import Any, Final, LiteralString
from uuid import UUID

from msgspec import Struct

from community.players.name_key import NAME_KEY

_SIZES: tuple[LiteralString, ...] = ("10", "100", "1000")
MAX_PLACES: Final = int(_SIZES[-1])
"""The most places that a leaderboard shows."""

_NEIGHBOURS: LiteralString = "5"
MAX_NEIGHBOURS: Final = int(_NEIGHBOURS)
"""The most neighbours that are shown on either side of a player."""

_CAP: LiteralString = "5000"
MAX_COUNTED: Final = int(_CAP)
"""Players ahead who are counted for a rank. Beyond, the rank is unknown: counting them all would take too long."""


class Standing(Struct, frozen=True):
    """A player's place on a leaderboard.

    Attributes:
        rank: 1 is the best, and players with the same count share a rank; None beyond `MAX_COUNTED`.
    """

    user_id: UUID
    username: str
    count: int
    rank: int | None


class Neighbourhood(Struct, frozen=True):
    """A player on a leaderboard, with those right ahead and right behind.

    Attributes:
        own: None if the player is not on the leaderboard, because they have nothing of what it counts.
        places: highest first, including the player's own.
    """

    own: Standing | None
    places: tuple[Standing, ...]

    @property
    def ahead(self) -> tuple[Standing, ...]:
        """Those with a better place, the nearest last."""
        return self.places[: self._own_index]

    @property
    def behind(self) -> tuple[Standing, ...]:
        """Those with a worse place, the nearest first."""
        return self.places[self._own_index + 1 :]

    @property
    def _own_index(self) -> int:
        return self.places.index(self.own) if self.own else len(self.places)


def ranks(amounts: Sequence[int]) -> list[int]:
    """Return the ranks of amounts in descending order, beginning with the highest: 1, 1, 3."""
    found: list[int] = []
    for number, amount in enumerate(amounts, start=1):
        found.append(found[-1] if found and amount == amounts[number - 2] else number)
    return found


def ranked(rows: Iterable[Mapping[str, Any]], limit: int) -> list[Standing]:
    """Return the first standings in rows of `Board.highest`."""
    best = [(row["user_id"], row["username"], int(row["amount"])) for row in islice(rows, limit)]
    return [Standing(*row, rank) for row, rank in zip(best, ranks([row[2] for row in best]), strict=True)]


def neighbourhood(rows: Sequence[Sequence[Any]] | None, user_id: UUID, neighbours: int) -> Neighbourhood:
    """Parse the result of `around`: [[user id, name, amount, how many are ahead], ...] in the leaderboard's order.

    Args:
        neighbours: how many to keep on either side, at most `MAX_NEIGHBOURS`.
    """
    places = tuple(
        Standing(UUID(found), username, amount, ahead + 1 if ahead < MAX_COUNTED else None)
        for found, username, amount, ahead in rows or ()
    )
    index = next((index for index, place in enumerate(places) if place.user_id == user_id), None)
    if index is None:
        return Neighbourhood(None, ())
    return Neighbourhood(places[index], places[max(0, index - neighbours) : index + neighbours + 1])


@dataclass(frozen=True, slots=True)
class Board:
    """SQL for a leaderboard, whose rows are in the order of an index: the amount, descending, then the user id.

    Attributes:
        table: has `user_id`.
        amount: an expression over a row of the table.
        where: the condition for rows of this leaderboard; their amount is above 0.
        current: SELECT of `user_id` and `value` for players whose amount is not the one in the table.
        now: an expression over `value` and `stored`, the amount in the table or null: the amount that they have.
        before: common table expressions that `current` needs, each followed by a comma.
        values: {name: value} of `:name:` in all of them. The plan does not depend on them, so Postgres keeps it: to
            make one takes longer than to run it. Boards that differ only in them are equal.
    """

    table: LiteralString
    amount: LiteralString
    where: LiteralString
    current: LiteralString = "SELECT NULL::uuid AS user_id, 0::bigint AS value WHERE false"
    now: LiteralString = "value"
    before: LiteralString = ""
    values: Mapping[LiteralString, Any] = field(default_factory=dict[LiteralString, Any], compare=False)

    def highest(self, limit: int) -> tuple[LiteralString, list[Any]]:
        """Return SQL for rows with `user_id`, `username` and `amount`, the highest first, and its parameters.

        There may be more rows than `limit`, at most `MAX_PLACES`. The number is part of the SQL, because Postgres would
        otherwise plan the statement each time, which takes longer than to run it.

        The index gives the order of all players whose amount is in the table. NOT IN uses that index, while an
        anti-join might sort all rows. The few others are then compared with the best of them.
        """
        return self._fill(_HIGHEST, next(size for size in _SIZES if int(size) >= limit))

    def around(self) -> tuple[LiteralString, list[Any]]:
        """Return SQL over `u`, a row of users, for what `neighbourhood` parses, and its parameters."""
        return self._fill(_AROUND, _NEIGHBOURS)

    def _fill(self, query: LiteralString, limit: LiteralString) -> tuple[LiteralString, list[Any]]:
        return _filled(query, self, limit), list(self.values.values())

    def fill_in(self, query: LiteralString, limit: LiteralString) -> LiteralString:
        """Return a query with everything of this leaderboard but its values filled in."""
        sql = query.format(
            table=self.table,
            amount=self.amount,
            where=self.where,
            current=self.current,
            now=self.now,
            before=self._asked + self.before,
            cap=_CAP,
            limit=limit,
        )
        for name in self.values:
            sql = sql.replace(":" + name + ":", "(SELECT " + name + " FROM asked)")
        return sql

    @property
    def _asked(self) -> LiteralString:
        if not self.values:
            return ""
        columns: list[LiteralString] = ["%s AS " + name for name in self.values]
        return "asked AS MATERIALIZED (SELECT " + ", ".join(columns) + "),"


@cache
def _filled(query: LiteralString, board: Board, limit: LiteralString) -> LiteralString:
    """There are few boards, and to fill one in takes longer than to send it."""
    return board.fill_in(query, limit)


# OFFSET 0 keeps each a look-up per account, however many players the planner expects to find.
EXCLUDED: LiteralString = (
    """
    excluded AS MATERIALIZED (
        SELECT DISTINCT found.user_id
        FROM excluded_accounts e CROSS JOIN LATERAL (
            SELECT l.user_id FROM user_platform_links l
            WHERE l.platform = e.platform AND l.platform_user_id = e.platform_user_id AND e.platform_user_id <> ''
            UNION ALL
            SELECT l.user_id FROM user_platform_links l
            WHERE l.platform = e.platform AND """
    + NAME_KEY
    + """ = e.name_key AND e.platform_user_id = ''
            OFFSET 0
        ) AS found
        WHERE e.excluded
    )
"""
)
"""Common table expression with the `user_id` of players who take no part in the game, and are on no leaderboard."""

_CHANGED: LiteralString = """
    , changed AS MATERIALIZED (
        SELECT c.user_id, coalesce(stored, 0) AS stored, CASE WHEN plays THEN {now} ELSE 0 END AS amount
        FROM (
            SELECT user_id, value, true AS plays FROM ({current}) AS current
            WHERE user_id NOT IN (SELECT user_id FROM excluded)
            UNION ALL
            SELECT user_id, 0, false FROM excluded
        ) AS c
        LEFT JOIN LATERAL (SELECT {amount} AS stored FROM {table} s WHERE s.user_id = c.user_id AND {where} OFFSET 0)
            AS s ON true
    )
"""

_HIGHEST: LiteralString = (
    "WITH {before}"
    + EXCLUDED
    + _CHANGED
    + """
    SELECT user_id, username, amount
    FROM (
        (
            SELECT user_id, {amount} AS amount FROM {table}
            WHERE {where} AND user_id NOT IN (SELECT user_id FROM changed)
            ORDER BY {amount} DESC, user_id LIMIT {limit}
        )
        UNION ALL
        SELECT user_id, amount FROM changed WHERE amount > 0
        ORDER BY amount DESC, user_id LIMIT {limit}
    ) AS best JOIN users USING (user_id)
    ORDER BY amount DESC, user_id
"""
)

# Those right ahead and right behind are the ends of index scans that begin at the player's amount. Their ranks are
# counted from the best one down, so that no player is counted twice.
_AROUND: LiteralString = (
    "WITH {before}"
    + EXCLUDED
    + _CHANGED
    + """
    , mine AS MATERIALIZED (
        SELECT u.user_id,
               coalesce((SELECT amount FROM changed WHERE changed.user_id = u.user_id),
                        (SELECT {amount} FROM {table} s WHERE s.user_id = u.user_id AND {where}), 0) AS amount
    ), ahead AS MATERIALIZED (
        SELECT near.user_id, near.amount FROM (
            (
                SELECT s.user_id, s.amount FROM mine CROSS JOIN LATERAL (
                    SELECT user_id, {amount} AS amount FROM {table}
                    WHERE {where} AND {amount} > mine.amount AND user_id NOT IN (SELECT user_id FROM changed)
                    ORDER BY {amount}, user_id DESC LIMIT {limit}
                ) AS s
            )
            UNION ALL
            (
                SELECT s.user_id, s.amount FROM mine CROSS JOIN LATERAL (
                    SELECT user_id, {amount} AS amount FROM {table}
                    WHERE {where} AND {amount} = mine.amount AND user_id < mine.user_id
                      AND user_id NOT IN (SELECT user_id FROM changed)
                    ORDER BY user_id DESC LIMIT {limit}
                ) AS s
            )
            UNION ALL
            SELECT c.user_id, c.amount FROM changed c, mine
            WHERE c.amount > mine.amount OR (c.amount = mine.amount AND c.user_id < mine.user_id)
        ) AS near ORDER BY near.amount, near.user_id DESC LIMIT {limit}
    ), behind AS MATERIALIZED (
        SELECT near.user_id, near.amount FROM (
            (
                SELECT s.user_id, s.amount FROM mine CROSS JOIN LATERAL (
                    SELECT user_id, {amount} AS amount FROM {table}
                    WHERE {where} AND {amount} = mine.amount AND user_id > mine.user_id
                      AND user_id NOT IN (SELECT user_id FROM changed)
                    ORDER BY user_id LIMIT {limit}
                ) AS s
            )
            UNION ALL
            (
                SELECT s.user_id, s.amount FROM mine CROSS JOIN LATERAL (
                    SELECT user_id, {amount} AS amount FROM {table}
                    WHERE {where} AND {amount} < mine.amount AND user_id NOT IN (SELECT user_id FROM changed)
                    ORDER BY {amount} DESC, user_id LIMIT {limit}
                ) AS s
            )
            UNION ALL
            SELECT c.user_id, c.amount FROM changed c, mine
            WHERE c.amount > 0
              AND (c.amount < mine.amount OR (c.amount = mine.amount AND c.user_id > mine.user_id))
        ) AS near ORDER BY near.amount DESC, near.user_id LIMIT {limit}
    ), shown AS MATERIALIZED (
        SELECT * FROM ahead UNION ALL SELECT * FROM mine UNION ALL SELECT * FROM behind
    ), steps AS (
        SELECT amount, lag(amount, 1, 9223372036854775807) OVER (ORDER BY amount DESC) AS above
        FROM (SELECT DISTINCT amount FROM shown) AS amounts
    ), counted AS (
        -- How many have more than this amount, and at most the next higher one that is shown.
        SELECT amount,
               (SELECT count(*) FROM (SELECT FROM {table}
                                      WHERE {where} AND {amount} > steps.amount AND {amount} <= steps.above
                                      LIMIT {cap}) AS higher)
               - (SELECT count(*) FROM changed c WHERE c.stored > steps.amount AND c.stored <= steps.above)
               + (SELECT count(*) FROM changed c WHERE c.amount > steps.amount AND c.amount <= steps.above) AS n
        FROM steps
    ), ranked AS (
        SELECT amount, sum(n) OVER (ORDER BY amount DESC) AS ahead FROM counted
    )
    SELECT json_agg(json_build_array(shown.user_id, username, amount, ahead) ORDER BY amount DESC, shown.user_id)
    FROM shown JOIN ranked USING (amount) JOIN users named ON named.user_id = shown.user_id
    WHERE (SELECT amount FROM mine) > 0
"""
)
