"""What is stored about players, by table: for their export, and for what happens to it when they are forgotten.

The SQL is here and not with the features, because it says the same of every table. A test compares it with the schema.
"""

from __future__ import annotations

from typing import LiteralString

from msgspec import Struct

from community.players.name_key import NAME_KEY


class PersonalTable(Struct, frozen=True):
    """A table with rows about players.

    Attributes:
        where: which rows of `t` are about `%(user_ids)s`, as far as the players may see them.
        owner: expression over `t` for the player whom a row is about.
        row: expression for a row as `jsonb`.
        order: the column of a table with many rows per player, which is exported in pages, newest first.
        forget: the statement that removes the rows of `%(user_id)s`, also the only one of `%(user_ids)s`, or gives them
            to `%(no_one)s`, of whom nothing else is known; empty where they go with the row of users.
    """

    name: LiteralString
    where: LiteralString = "t.user_id = ANY (%(user_ids)s)"
    owner: LiteralString = "t.user_id"
    row: LiteralString = "to_jsonb(t) - 'user_id'"
    order: LiteralString = ""
    forget: LiteralString = ""


_ACCOUNTS: LiteralString = (
    "(SELECT l.user_id, l.platform, l.platform_user_id, l.username, " + NAME_KEY + " AS name_key"
    " FROM user_platform_links l WHERE l.user_id = ANY (%(user_ids)s))"
)
DEPARTED: LiteralString = """
    NOT EXISTS (SELECT FROM user_platform_links l WHERE (l.platform, l.platform_user_id)
        = (d.platform, d.platform_user_id) AND l.user_id <> d.user_id)
"""
"""SQL expression over `d`, a row of departed_accounts: whether the account is no one else's, who may ask for it."""
_NAMES: LiteralString = (
    "SELECT username AS name FROM user_platform_links WHERE user_id = %(user_id)s"
    " UNION SELECT unnest(earlier_names) FROM users WHERE user_id = %(user_id)s"
    " UNION SELECT username FROM departed_accounts d WHERE user_id = %(user_id)s AND " + DEPARTED
)

_MENTIONED: LiteralString = r"('(^|\W)(' || regexp_replace(a.name, '(\W)', '\\\1', 'g') || ')(\W|$)')"
"""Pattern of texts that mention `a.name`."""


def _deleted(name: LiteralString) -> LiteralString:
    return "DELETE FROM " + name + " WHERE user_id = %(user_id)s"


def _of_no_one(name: LiteralString, column: LiteralString = "user_id") -> LiteralString:
    return "UPDATE " + name + " SET " + column + " = %(no_one)s WHERE " + column + " = %(user_id)s"


def _unnamed(name: LiteralString) -> LiteralString:
    """Return a statement that empties the reasons in which the player is named, as they are or were called."""
    return "UPDATE " + name + " t SET reason = '' FROM (" + _NAMES + ") a WHERE t.reason ~* " + _MENTIONED


def _about_accounts(
    name: LiteralString, condition: LiteralString, row: LiteralString = "to_jsonb(t)", forget: LiteralString = "true"
) -> PersonalTable:
    """Return a table with rows about accounts.

    Args:
        condition: whether a row of `t` is about `a`, one of the accounts.
        forget: which of these rows are deleted.
    """
    where = "EXISTS (SELECT FROM " + _ACCOUNTS + " a WHERE " + condition + ")"
    return PersonalTable(
        name, where, owner="", row=row, forget="DELETE FROM " + name + " t WHERE " + forget + " AND " + where
    )


TABLES: tuple[PersonalTable, ...] = (
    PersonalTable("users"),
    PersonalTable("user_platform_links", row="to_jsonb(t) - 'user_id' - 'name_key'"),
    PersonalTable("player_accounts"),
    PersonalTable(
        "departed_accounts",
        # Theirs go with the row of users; what other players' say of their accounts goes as well.
        forget="""
            DELETE FROM departed_accounts d USING user_platform_links l
            WHERE l.user_id = %(user_id)s AND (l.platform, l.platform_user_id) = (d.platform, d.platform_user_id)
        """,
    ),
    PersonalTable("user_inventory"),
    PersonalTable("deliveries"),
    PersonalTable("user_jobs"),
    PersonalTable("job_xp_events", order="xp_event_id"),
    PersonalTable("user_achievements"),
    PersonalTable("hero_feats"),
    PersonalTable("quest_progress"),
    PersonalTable("user_unlocked_recipes"),
    PersonalTable("user_streaks"),
    PersonalTable("player_recent_activity"),
    PersonalTable("cooldowns"),
    PersonalTable("searches"),
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
    PersonalTable(
        "player_timeouts",
        # Also the reasons of those whom no player is known for: their rows come below.
        forget="WITH names AS ("
        + _unnamed("timeouts")
        + "), accounts AS ("
        + _unnamed("account_timeouts")
        + ") "
        + _unnamed("player_timeouts"),
    ),
    PersonalTable("active_chatters"),
    PersonalTable("ballots"),
    PersonalTable("voting_weights"),
    # Stats stay in the community's sums, which also subtract them when their day or year is over.
    PersonalTable("stats_inbox", forget=_deleted("stats_inbox")),
    PersonalTable(
        "stats_events",
        order="stat_id",
        forget="UPDATE stats_events SET user_id = %(no_one)s, event_data = NULL WHERE user_id = %(user_id)s",
    ),
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
    _about_accounts("timeouts", "(a.platform, a.name_key) = (t.platform, t.username)"),
    _about_accounts("account_timeouts", "(a.platform, a.platform_user_id) = (t.platform, t.platform_user_id)"),
    _about_accounts(
        "link_tokens",
        "(a.platform, a.platform_user_id)"
        " IN ((t.source_platform, t.source_platform_id), (t.target_platform, t.target_platform_id))",
        row="to_jsonb(t) - 'token'",
    ),
    _about_accounts(
        "link_claims",
        "(a.platform, a.platform_user_id) = (t.platform, t.platform_user_id)",
        row="to_jsonb(t) - 'token'",
    ),
    _about_accounts("code_guesses", "(a.platform, a.platform_user_id) = (t.platform, t.platform_user_id)"),
    _about_accounts(
        "unlink_requests",
        "(a.platform, a.platform_user_id)"
        " IN ((t.platform, t.platform_user_id), (t.target_platform, t.target_platform_id))",
    ),
    _about_accounts(
        "excluded_accounts",
        "a.platform = t.platform AND CASE t.platform_user_id WHEN '' THEN a.name_key = t.name_key"
        " ELSE a.platform_user_id = t.platform_user_id END",
        row="to_jsonb(t) - 'account_id' - 'name_key'",
        # A listed name is for everyone who comes with it: who else has it, or will, is not known here.
        forget="t.source = 'administrator' AND t.platform_user_id <> ''",
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
