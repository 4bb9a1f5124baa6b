"""What is stored about players, by table: for their export, and for what happens to it when they are forgotten.

The SQL is here and not with the features, because it says the same of every table. A test compares it with the schema.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import LiteralString


@dataclass(frozen=True, slots=True)
class PersonalTable:
    """A table with rows about players.

    Attributes:
        where: which rows of `t` are about `%(user_ids)s`, as far as the players may see them.
        owner: expression over `t` for the player whom a row is about.
        row: expression for a row as `jsonb`.
        order: the column of a table with many rows per player, which is exported in pages, newest first.
        forget: the statement that removes the rows of `%(user_id)s`, or gives them to `%(no_one)s`, of whom nothing
            else is known; empty where they go with the row of users.
    """

    name: LiteralString
    where: LiteralString = "t.user_id = ANY (%(user_ids)s)"
    owner: LiteralString = "t.user_id"
    row: LiteralString = "to_jsonb(t) - 'user_id'"
    order: LiteralString = ""
    forget: LiteralString = ""


_ACCOUNTS: LiteralString = (
    "(SELECT l.user_id, l.platform, l.platform_user_id, l.username, coalesce(l.name_key, lower(l.username)) AS name_key"
    " FROM user_platform_links l WHERE l.user_id = ANY (%(user_ids)s))"
)


def _deleted(name: LiteralString) -> LiteralString:
    return "DELETE FROM " + name + " WHERE user_id = %(user_id)s"


def _of_no_one(name: LiteralString, column: LiteralString = "user_id") -> LiteralString:
    return "UPDATE " + name + " SET " + column + " = %(no_one)s WHERE " + column + " = %(user_id)s"


TABLES: tuple[PersonalTable, ...] = (
    PersonalTable("users"),
    PersonalTable("user_platform_links", row="to_jsonb(t) - 'user_id' - 'name_key'"),
    PersonalTable("user_inventory"),
    PersonalTable("deliveries"),
    PersonalTable("user_jobs"),
    PersonalTable("job_xp_events", order="xp_event_id"),
    PersonalTable("user_achievements"),
    PersonalTable("quest_progress"),
    PersonalTable("user_unlocked_recipes"),
    PersonalTable("user_streaks"),
    PersonalTable("player_recent_activity"),
    PersonalTable("cooldowns"),
    PersonalTable("shields"),
    PersonalTable(
        # A trap that waits is a secret of the player who has set it.
        "traps",
        where="(t.setter_id = ANY (%(user_ids)s) OR t.target_id = ANY (%(user_ids)s) AND t.triggered_at IS NOT NULL)",
        owner="CASE WHEN t.setter_id = ANY (%(user_ids)s) THEN t.setter_id ELSE t.target_id END",
        row="to_jsonb(t)",
    ),
    PersonalTable(
        "armed_blasts",
        where="t.setter_id = ANY (%(user_ids)s)",
        owner="t.setter_id",
    ),
    PersonalTable("player_timeouts"),
    PersonalTable("active_chatters"),
    PersonalTable("ballots"),
    PersonalTable("voting_weights"),
    # Stats stay in the community's sums, which also subtract them when their day or year is over.
    PersonalTable("stats_inbox", forget=_deleted("stats_inbox")),
    PersonalTable("stats_events", order="stat_id", forget=_of_no_one("stats_events")),
    PersonalTable("stats_standings", forget=_deleted("stats_standings")),
    PersonalTable("engagement_inbox", forget=_deleted("engagement_inbox")),
    PersonalTable("engagement_totals", forget=_deleted("engagement_totals")),
    PersonalTable("engagement_scores", forget=_deleted("engagement_scores")),
    # Gambles stay the other players' history.
    PersonalTable(
        "gambles",
        where="(t.initiator_id = ANY (%(user_ids)s) OR t.winner_id = ANY (%(user_ids)s))",
        owner="CASE WHEN t.initiator_id = ANY (%(user_ids)s) THEN t.initiator_id ELSE t.winner_id END",
        row="to_jsonb(t)",
        forget="""
            UPDATE gambles
            SET initiator_id = CASE initiator_id WHEN %(user_id)s THEN %(no_one)s ELSE initiator_id END,
                winner_id = CASE winner_id WHEN %(user_id)s THEN %(no_one)s ELSE winner_id END
            WHERE initiator_id = %(user_id)s OR winner_id = %(user_id)s
        """,
    ),
    PersonalTable("gamble_participants", forget=_of_no_one("gamble_participants")),
    PersonalTable("gamble_opened_items", forget=_of_no_one("gamble_opened_items")),
    # The sums of an import stay.
    PersonalTable(
        "import_entries",
        forget="""
            UPDATE import_entries SET user_id = %(no_one)s, platform_user_id = '', username = '', name_key = ''
            WHERE user_id = %(user_id)s
        """,
    ),
    PersonalTable(
        "timeouts",
        where="EXISTS (SELECT FROM " + _ACCOUNTS + " a WHERE a.platform = t.platform"
        " AND (a.platform_user_id = t.platform_user_id OR t.platform_user_id IS NULL AND a.name_key = t.username))",
        owner="",
        row="to_jsonb(t)",
        forget="""
            DELETE FROM timeouts t USING user_platform_links l
            WHERE l.user_id = %(user_id)s AND l.platform = t.platform
              AND (l.platform_user_id = t.platform_user_id
                   OR t.platform_user_id IS NULL AND coalesce(l.name_key, lower(l.username)) = t.username)
        """,
    ),
    PersonalTable(
        "link_tokens",
        where="EXISTS (SELECT FROM " + _ACCOUNTS + " a WHERE (a.platform, a.platform_user_id)"
        " IN ((t.source_platform, t.source_platform_id), (t.target_platform, t.target_platform_id)))",
        owner="",
        row="to_jsonb(t) - 'token'",
        forget="""
            DELETE FROM link_tokens t USING user_platform_links l
            WHERE l.user_id = %(user_id)s AND (l.platform, l.platform_user_id)
                IN ((t.source_platform, t.source_platform_id), (t.target_platform, t.target_platform_id))
        """,
    ),
    PersonalTable(
        "unlink_requests",
        where="EXISTS (SELECT FROM " + _ACCOUNTS + " a WHERE (a.platform, a.platform_user_id)"
        " IN ((t.platform, t.platform_user_id), (t.target_platform, t.target_platform_id)))",
        owner="",
        row="to_jsonb(t)",
        forget="""
            DELETE FROM unlink_requests t USING user_platform_links l
            WHERE l.user_id = %(user_id)s AND (l.platform, l.platform_user_id)
                IN ((t.platform, t.platform_user_id), (t.target_platform, t.target_platform_id))
        """,
    ),
    PersonalTable(
        "excluded_accounts",
        where="EXISTS (SELECT FROM " + _ACCOUNTS + " a WHERE a.platform = t.platform"
        " AND CASE t.platform_user_id WHEN '' THEN a.name_key = t.name_key"
        " ELSE a.platform_user_id = t.platform_user_id END)",
        owner="",
        row="to_jsonb(t) - 'account_id' - 'name_key'",
        forget="""
            DELETE FROM excluded_accounts t USING user_platform_links l
            WHERE l.user_id = %(user_id)s AND t.source = 'administrator' AND l.platform = t.platform
              AND CASE t.platform_user_id WHEN '' THEN coalesce(l.name_key, lower(l.username)) = t.name_key
                  ELSE l.platform_user_id = t.platform_user_id END
        """,
    ),
    PersonalTable(
        "events",
        # The requests between our own functions, some with secrets, are no one's data.
        where="t.user_id = ANY (%(user_ids)s) AND NOT t.private",
        row="jsonb_build_object('id', t.event_id, 'type', t.event_type, 'created_at', t.created_at,"
        " 'payload', t.payload)",
        order="position",
    ),
)
"""In the order of an export. Events are rewritten by `kernel.events`."""
