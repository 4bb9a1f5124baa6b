"""Making digests, a part of them a minute, and reading them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from kernel.database import Cursor, Tx
from kernel.outside.service import Asked, ask_all
from personas.digests import queries, rules, texts
from personas.digests.candidates import list_candidates
from personas.digests.daily import KIND, daily_key, stats_as_json, stats_from_json
from personas.digests.models import Candidate, DailyDigest, DailyStats, WeeklyDigest, WeeklyItem
from personas.feed.rules import topic_in, topic_of
from personas.happenings.rules import SEEN_EVENTS
from personas.people import service as people
from personas.rooms.texts import room_name
from personas.safety.rules import cut
from personas.threads import service as threads

MOST_IDLE = 5000
"""Personas whose day has been quiet that get their digest in one run of the clock: a fraction of a second's work."""
MOST_ASKED = 500
"""Personas whose day is told in one run of the clock."""
MOST_REFRESHED = 100
"""Accounts whose week is looked through in one run of the clock."""


def write_daily(tx: Tx) -> int:
    """Give idle personas their digest of today, and have those told that are active: a bounded number of each.

    The days are today and yesterday (UTC): what is done just before midnight is told after it.

    Returns:
        How many digests were written or asked for.
    """
    written = queries.insert_idle_digests(tx, stats_as_json(DailyStats()), MOST_IDLE)
    untold = queries.list_untold(tx, MOST_ASKED).fetchall()
    row = written.fetchone()
    assert row is not None
    if not untold:
        return row["count"]
    asked = ask_all(
        tx,
        KIND,
        [
            Asked(
                daily_key(each["persona_id"], each["day"]),
                {"persona_id": str(each["persona_id"]), "date": each["day"].isoformat()},
                account_id=each["account_id"],
            )
            for each in untold
        ],
    )
    return row["count"] + len(asked.fetchall())


def read_today(tx: Tx, account_id: UUID, persona_id: UUID) -> DailyDigest:
    """Return today's digest of one's persona; an empty one if there is none yet.

    Raises:
        PersonaNotFound
    """
    return _read_daily(tx, account_id, persona_id, queries.find_daily(tx, persona_id, tx.now.date()))


def read_latest(tx: Tx, account_id: UUID, persona_id: UUID) -> DailyDigest:
    """Return the newest digest of one's persona; an empty one of today if there is none.

    Raises:
        PersonaNotFound
    """
    return _read_daily(tx, account_id, persona_id, queries.find_latest_daily(tx, persona_id))


def _read_daily(tx: Tx, account_id: UUID, persona_id: UUID, found: Cursor) -> DailyDigest:
    persona = people.owned(tx, account_id, persona_id)
    row = found.fetchone()
    if row is None:
        return DailyDigest(persona_id=persona_id, date=tx.now.date(), summary="", stats=DailyStats(), updated_at=None)
    stats = stats_from_json(row["stats"])
    threads = tuple(replace(each, room_name=each.room_name and room_name(each.room_name)) for each in stats.top_threads)
    return DailyDigest(
        persona_id=persona_id,
        date=row["date"],
        summary=row["summary"] or cut(texts.day_in_numbers(persona.name, stats), rules.MAX_DAILY_SUMMARY),
        stats=replace(stats, top_threads=threads),
        updated_at=row["updated_at"],
    )


def refresh_weekly(tx: Tx) -> int:
    """Choose what some accounts have missed this week; returns how many accounts.

    No model is asked for an account: a battle's summary is that of its thread, made once for everyone who reads it.
    """
    week = rules.week_of(tx.now)
    due = [row["account_id"] for row in queries.list_accounts_due(tx, week, MOST_REFRESHED)]
    found = {account_id: list_candidates(tx, account_id, SEEN_EVENTS) for account_id in due}
    chosen = {account_id: rules.best([Candidate(**row) for row in rows], tx.now) for account_id, rows in found.items()}
    if chosen:
        queries.upsert_weekly(tx, week, {each: [_item_as_json(*item) for item in chosen[each]] for each in chosen})
        battles = {candidate.battle_id for items in chosen.values() for candidate, _ in items}
        threads.ask_first_summaries(tx, sorted(battles))
    return len(due)


def _item_as_json(candidate: Candidate, score: float) -> dict[str, Any]:
    return {
        "battle_id": str(candidate.battle_id),
        "room_id": str(candidate.room_id),
        "room_name": candidate.room_name,
        "topic": topic_of(candidate.content),
        "shares": candidate.shares,
        "remixes": candidate.remixes,
        "score": score,
        "created_at": candidate.created_at.isoformat(),
    }


def read_weekly(tx: Tx, account_id: UUID) -> WeeklyDigest:
    """Return the digest of this week, else that of the last week that has one, else an empty one: one round trip."""
    week = rules.week_of(tx.now)
    row = queries.find_weekly(tx, account_id, week).fetchone()
    if row is None:
        return WeeklyDigest(week_start=week, generated_at=None, items=(), is_current_week=True)
    items, summaries = row["items"], row["summaries"] or {}
    return WeeklyDigest(
        week_start=row["week_start"],
        generated_at=row["updated_at"],
        items=tuple(_item(each, summaries[each["battle_id"]]) for each in items if each["battle_id"] in summaries),
        is_current_week=row["week_start"] == week,
    )


def _item(stored: Mapping[str, Any], summary: str) -> WeeklyItem:
    room = room_name(stored["room_name"])
    line = texts.weekly_line(stored["shares"], stored["remixes"], room)
    return WeeklyItem(
        battle_id=UUID(stored["battle_id"]),
        room_id=UUID(stored["room_id"]),
        room_name=room,
        topic=stored["topic"] or topic_in(room),
        summary=rules.weekly_sentence(summary) or line,
        score=stored["score"],
        created_at=datetime.fromisoformat(stored["created_at"]),
    )
