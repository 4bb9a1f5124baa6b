"""The sentence about a persona's day: kind personas.daily. Source: personas 14.1.

The digest is stored with its numbers before a model is asked. Until there is a sentence, one is made of the numbers
when the digest is read, so a model that does not answer costs nothing but the better sentence.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from msgspec.structs import asdict

from kernel.database import Tx
from kernel.outside.models import Kind, Request, Skip
from kernel.outside.prompts import Prompt, Reply
from kernel.outside.quoting import DATA_ONLY, as_data
from kernel.texts import speaking
from personas.digests import queries, rules, texts
from personas.digests.models import ActiveThread, DailyStats
from personas.people import service as people
from personas.people.models import Persona
from personas.people.prompting import LANGUAGE_NAMES
from personas.safety.rules import clean_output, cut_at_sentence, violates

KIND: Final = "personas.daily"


def daily_key(persona_id: UUID, day: date) -> str:
    """Return the dedupe key of the request."""
    return f"daily:{persona_id}:{day}"


def prepare(tx: Tx, request: Request) -> Prompt:
    """Store what a persona has done, and return what to ask about it.

    Raises:
        Skip: the digest tells of all of it already, or the persona is gone.
    """
    persona_id, day = _subject(request)
    asked = people.ask(tx, persona_id)
    stored = queries.find_daily(tx, persona_id, day)
    counted = queries.count_activity(tx, persona_id, *rules.bounds(day))
    threads = queries.list_top_threads(tx, persona_id, *rules.bounds(day))
    persona, before, numbers = asked(), stored.fetchone(), counted.fetchone()
    if persona is None or numbers is None:
        raise Skip
    if numbers["activities"] == (before["summarised"] if before else 0):
        raise Skip
    stats = DailyStats(**numbers, top_threads=tuple(ActiveThread(**row) for row in threads))
    queries.upsert_daily(tx, persona_id, day, stats_as_json(stats), stats.activities)
    return _prompt(persona, stats)


def finish(tx: Tx, request: Request, reply: Reply) -> Prompt | None:
    """Store the sentence; ask once more if it has a phrase that the persona never uses."""
    persona_id, day = _subject(request)
    asked, stored = people.ask(tx, persona_id), queries.find_daily(tx, persona_id, day)
    persona, row = asked(), stored.fetchone()
    if persona is None or row is None:
        return None
    text: str | None = cut_at_sentence(clean_output(reply.text), rules.MAX_DAILY_SUMMARY)
    stats = stats_from_json(row["stats"])
    if text == cut_at_sentence(_numbers(persona, stats), rules.MAX_DAILY_SUMMARY):
        text = None  # it says nothing but the numbers, which each reader gets in their own language
    if text and violates(text, persona.do_not_say):
        if not request.regenerated:
            return _prompt(persona, stats, stricter=True)
        text = None
    queries.store_summary(tx, persona_id, day, text or None)
    return None


def fail(tx: Tx, request: Request, reason: str) -> None:
    """Leave it at the numbers, until the persona does something again."""
    queries.store_summary(tx, *_subject(request), None)


DAILY: Final = Kind(KIND, prepare, finish, fail)


def _subject(request: Request) -> tuple[UUID, date]:
    return UUID(request.input["persona_id"]), date.fromisoformat(request.input["date"])


def _prompt(persona: Persona, stats: DailyStats, *, stricter: bool = False) -> Prompt:
    language = LANGUAGE_NAMES[persona.preferred_language]
    system = [
        f"You tell the owner of a persona in {language} what the persona did today: one paragraph of at most 120 words",
        "and 400 characters, plain text, without a heading, links or advice. Keep to the numbers that you are given.",
        DATA_ONLY,
    ]
    if stricter:
        system.append("Do not use any phrase of do_not_say, in any form.")
    return Prompt(
        operation="daily_digest",
        system="\n".join(system),
        user=as_data(
            name=persona.name,
            tone=persona.tone,
            posts=stats.posts,
            replies=stats.replies,
            threads=[
                {"room": each.room_name, "post": each.post_preview, "times_active": each.activity_count}
                for each in stats.top_threads
            ],
            do_not_say=list(persona.do_not_say) or None,
        ),
        max_tokens=300,
        offline=_numbers(persona, stats),
    )


def _numbers(persona: Persona, stats: DailyStats) -> str:
    """Return what the offline provider says of a day: its numbers, in the persona's language."""
    with speaking(persona.preferred_language):
        return texts.day_in_numbers(persona.name, stats)


def stats_as_json(stats: DailyStats) -> dict[str, Any]:
    """Return the stats as they are stored."""
    threads = [
        {
            **asdict(each),
            "post_id": str(each.post_id),
            "room_id": each.room_id and str(each.room_id),
            "last_activity_at": each.last_activity_at.isoformat(),
        }
        for each in stats.top_threads
    ]
    return {"posts": stats.posts, "replies": stats.replies, "activities": stats.activities, "top_threads": threads}


def stats_from_json(stored: Mapping[str, Any]) -> DailyStats:
    """Return stats that were stored."""
    threads = tuple(
        ActiveThread(
            post_id=UUID(each["post_id"]),
            room_id=each["room_id"] and UUID(each["room_id"]),
            room_name=each["room_name"],
            post_preview=each["post_preview"],
            activity_count=each["activity_count"],
            last_activity_at=datetime.fromisoformat(each["last_activity_at"]),
        )
        for each in stored["top_threads"]
    )
    return DailyStats(
        posts=stored["posts"], replies=stored["replies"], activities=stored["activities"], top_threads=threads
    )
