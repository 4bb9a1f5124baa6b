"""SQL on the engagement_ tables."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, LiteralString
from uuid import UUID

from community.inboxes import LONG
from community.ranking import EXCLUDED, Board
from kernel.database import Cursor, Tx

if TYPE_CHECKING:  # the clock starts without players
    from community.engagement.models import Engagement

# The same rule as `rules.weight`; a test holds the two together.
_WEIGHT: LiteralString = """
    coalesce(
        nullif(((SELECT body FROM world_documents WHERE name = 'engagement_weights') ->> metric)::numeric, 0),
        CASE metric WHEN 'command' THEN 2 ELSE 1 END
    )
"""

# These are columns of larger statements: entries in the inbox are not in the sums yet, and a single statement sees
# both as of the same moment.

TOTALS_OF_PLAYER: LiteralString = """
    SELECT jsonb_object_agg(metric, total)
    FROM (SELECT metric, sum(n) AS total
          FROM (SELECT metric, total AS n FROM engagement_totals WHERE user_id = u.user_id
                UNION ALL
                SELECT metric, value FROM engagement_inbox WHERE user_id = u.user_id) AS counted
          GROUP BY metric) AS totals
"""
"""SQL expression over `u`, a row of users: {metric: total}, or null without any."""

TOTALS: LiteralString = """
    (SELECT coalesce(jsonb_object_agg(metric, total), '{}')
     FROM (SELECT metric, sum(n) AS total
           FROM (SELECT metric, total AS n FROM engagement_past
                 UNION ALL
                 SELECT metric, total FROM engagement_days WHERE day >= (SELECT day FROM engagement_past_until)
                 UNION ALL
                 SELECT metric, value FROM engagement_inbox) AS counted
           GROUP BY metric) AS totals)
"""
"""SQL expression: {metric: total} of the community. It sums days, because there are far fewer days than players."""

DAYS_SINCE: LiteralString = """
    (SELECT coalesce(jsonb_agg(jsonb_build_array(day, metric, total)), '[]')
     FROM (SELECT day, metric, sum(n) AS total
           FROM (SELECT day, metric, total AS n FROM engagement_days
                 UNION ALL
                 SELECT (recorded_at AT TIME ZONE 'UTC')::date, metric, value FROM engagement_inbox) AS counted
           WHERE day >= %s
           GROUP BY day, metric) AS days)
"""
"""SQL expression: [[day, metric, total], ...] of the community, unordered. Its parameter is the first day."""


def insert_engagements(tx: Tx, user_id: UUID, engagements: Sequence[Engagement]) -> None:
    tx.insert(
        "INSERT INTO engagement_inbox (user_id, metric, value, recorded_at)",
        [(user_id, each.metric, each.value, tx.now) for each in engagements],
    )


def lock_sums(tx: Tx) -> None:
    """Serialise everything that empties the inbox or writes the sums; actions and readers do not wait.

    This lock is taken last, after those of players and the community state. It is a separate statement, so that the
    following ones see what the previous holder committed.
    """
    tx.execute("SELECT pg_advisory_xact_lock(hashtextextended('engagement sums', 0))")


def try_lock_sums(tx: Tx) -> Cursor:
    """Like `lock_sums`, without waiting: returns no row when the lock is taken."""
    return tx.execute(
        "SELECT FROM pg_try_advisory_xact_lock(hashtextextended('engagement sums', 0)) AS ours WHERE ours"
    )


def find_long_inbox(tx: Tx) -> Cursor:
    """Return a row if the inbox is long."""
    return tx.execute("SELECT FROM engagement_inbox ORDER BY entry_id OFFSET %s LIMIT 1", (LONG - 1,))


def add_up_inbox(tx: Tx, limit: int) -> Cursor:
    """Move the oldest entries into the sums. Returns one row: `moved`, and the `user_ids` whose scores changed."""
    return tx.execute(
        """
        WITH moved AS (
            DELETE FROM engagement_inbox
            WHERE entry_id IN (SELECT entry_id FROM engagement_inbox ORDER BY entry_id LIMIT %s)
            RETURNING user_id, metric, value, (recorded_at AT TIME ZONE 'UTC')::date AS day
        ), totals AS (
            INSERT INTO engagement_totals AS sums (user_id, metric, total)
            SELECT user_id, metric, sum(value) FROM moved GROUP BY user_id, metric
            ON CONFLICT (user_id, metric) DO UPDATE SET total = sums.total + excluded.total
        ), days AS (
            INSERT INTO engagement_days AS sums (day, metric, total)
            SELECT day, metric, sum(value) FROM moved GROUP BY day, metric
            ON CONFLICT (day, metric) DO UPDATE SET total = sums.total + excluded.total
        ), past AS (
            INSERT INTO engagement_past AS sums (metric, total)
            SELECT metric, sum(value) FROM moved WHERE day < (SELECT day FROM engagement_past_until) GROUP BY metric
            ON CONFLICT (metric) DO UPDATE SET total = sums.total + excluded.total
        )
        SELECT count(*) AS moved, coalesce(array_agg(DISTINCT user_id), '{}') AS user_ids FROM moved
        """,
        (limit,),
    )


def close_days(tx: Tx, until: date) -> None:
    """Add the days before `until` to the past, which `TOTALS` reads as a whole. The sums must be locked."""
    tx.execute(
        """
        WITH closed AS (
            INSERT INTO engagement_past AS sums (metric, total)
            SELECT metric, sum(total) FROM engagement_days
            WHERE day >= (SELECT day FROM engagement_past_until) AND day < %(until)s
            GROUP BY metric
            ON CONFLICT (metric) DO UPDATE SET total = sums.total + excluded.total
        )
        UPDATE engagement_past_until SET day = %(until)s WHERE day < %(until)s
        """,
        {"until": until},
    )


_SCORES: LiteralString = (
    """
    INSERT INTO engagement_scores AS scores (user_id, score)
    SELECT user_id, sum(trunc(total * """
    + _WEIGHT
    + ")) FROM engagement_totals "
)
_REPLACED: LiteralString = """
    GROUP BY user_id
    ON CONFLICT (user_id) DO UPDATE SET score = excluded.score WHERE scores.score <> excluded.score
"""


def upsert_scores(tx: Tx, user_ids: Sequence[UUID]) -> None:
    tx.execute(_SCORES + "WHERE user_id = ANY (%s)" + _REPLACED, (list(user_ids),))


def upsert_all_scores(tx: Tx) -> None:
    tx.execute(_SCORES + _REPLACED)


def list_highest_scores(tx: Tx, limit: int) -> Cursor:
    """Return rows with `user_id`, `username` and the score as `amount`, the highest first.

    The inbox can only raise scores. So a leader is either among the highest stored scores, or in the inbox with enough
    to get there; only the scores of the latter are computed.

    The plan does not depend on the limit, so Postgres keeps it: to make one takes longer than to run it.
    """
    return tx.execute(
        """
        WITH asked AS MATERIALIZED (SELECT %s::bigint AS places), """
        + EXCLUDED
        + """
        , kept AS MATERIALIZED (
            SELECT user_id, score FROM engagement_scores WHERE user_id NOT IN (SELECT user_id FROM excluded)
            ORDER BY score DESC, user_id LIMIT (SELECT places FROM asked)
        ), entries AS MATERIALIZED (
            SELECT user_id, metric, sum(value) AS n FROM engagement_inbox
            WHERE user_id NOT IN (SELECT user_id FROM excluded)
            GROUP BY user_id, metric
        ), gains AS (
            -- At most: each metric's share is truncated, which loses less than 1.
            SELECT user_id, sum(n * """
        + _WEIGHT
        + """ + 1) AS gain FROM entries GROUP BY user_id
        ), risen AS MATERIALIZED (
            SELECT user_id
            -- OFFSET keeps it a look-up for each, however many the planner takes the inbox to hold.
            FROM gains LEFT JOIN LATERAL (SELECT score FROM engagement_scores
                                          WHERE user_id = gains.user_id OFFSET 0) AS stored ON true
            WHERE coalesce(score, 0) + gain >= (
                SELECT CASE WHEN count(*) < (SELECT places FROM asked) THEN 0 ELSE min(score) END FROM kept)
        ), fresh AS (
            SELECT user_id, sum(trunc(total * """
        + _WEIGHT
        + """))::bigint AS score
            FROM (SELECT user_id, metric, sum(n) AS total
                  FROM (SELECT user_id, metric, n FROM entries WHERE user_id IN (SELECT user_id FROM risen)
                        UNION ALL
                        SELECT risen.user_id, stored.metric, stored.total
                        FROM risen
                        CROSS JOIN LATERAL (SELECT metric, total FROM engagement_totals
                                            WHERE user_id = risen.user_id OFFSET 0) AS stored) AS counted
                  GROUP BY user_id, metric) AS totals
            GROUP BY user_id
        ), highest AS (
            SELECT user_id, score FROM fresh
            UNION ALL
            SELECT user_id, score FROM kept WHERE user_id NOT IN (SELECT user_id FROM entries)
            ORDER BY score DESC, user_id
            LIMIT (SELECT places FROM asked)
        )
        SELECT user_id, username, score AS amount FROM highest JOIN users USING (user_id) ORDER BY score DESC, user_id
        """,
        (limit,),
    )


BOARD = Board(
    table="engagement_scores",
    amount="score",
    where="score > 0",
    current="""
        SELECT user_id, sum(trunc(total * """
    + _WEIGHT
    + """))::bigint AS value
        FROM (SELECT user_id, metric, sum(n) AS total
              FROM (SELECT user_id, metric, value AS n FROM engagement_inbox
                    UNION ALL
                    SELECT waiting.user_id, stored.metric, stored.total
                    FROM (SELECT DISTINCT user_id FROM engagement_inbox) AS waiting
                    CROSS JOIN LATERAL (SELECT metric, total FROM engagement_totals
                                        WHERE user_id = waiting.user_id OFFSET 0) AS stored) AS counted
              GROUP BY user_id, metric) AS totals
        GROUP BY user_id""",
)
"""The leaderboard of scores."""


def read_days_since(tx: Tx, day: date) -> Cursor:
    """Return one row: the community state's `version` and `days`."""
    return tx.execute("SELECT version, " + DAYS_SINCE + " AS days FROM world", (day,))


def move_engagements(tx: Tx, from_id: UUID, to_id: UUID) -> None:
    tx.execute("UPDATE engagement_inbox SET user_id = %s WHERE user_id = %s", (to_id, from_id))
    tx.execute(
        """
        WITH moved AS (DELETE FROM engagement_totals WHERE user_id = %s RETURNING metric, total)
        INSERT INTO engagement_totals AS sums (user_id, metric, total) SELECT %s, metric, total FROM moved
        ON CONFLICT (user_id, metric) DO UPDATE SET total = sums.total + excluded.total
        """,
        (from_id, to_id),
    )
    tx.execute("DELETE FROM engagement_scores WHERE user_id = %s", (from_id,))


def delete_everything(tx: Tx) -> None:
    tx.execute("DELETE FROM engagement_inbox")
    tx.execute("DELETE FROM engagement_totals")
    tx.execute("DELETE FROM engagement_scores")
    tx.execute("DELETE FROM engagement_days")
    tx.execute("DELETE FROM engagement_past")
    tx.execute("UPDATE engagement_past_until SET day = '0001-01-01'")
