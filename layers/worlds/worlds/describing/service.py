"""Descriptions that a model writes: read with what a command reads, asked for behind it, posted when they come."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from kernel import texts
from kernel.database import Tx
from kernel.outside import service as outside
from kernel.outside.models import DROPPED, Kind, Permanent, Prompt, Reply, Request, Skip
from worlds.characters.models import Character
from worlds.describing import cache, queries
from worlds.describing.asking import (
    LONGEST,
    SHORTEST,
    WantedText,
    WrittenTexts,
    closer,
    description_prompt,
    prompt_input,
)
from worlds.posts import envelopes
from worlds.posts import service as posts
from worlds.wording import cache as wording_cache
from worlds.wording import service as wording
from worlds.wording import settings as wording_settings
from worlds.wording.cache import WrittenText
from worlds.wording.models import AREA_DESCRIPTION, Tier
from worlds.wording.rules import betrays_a_model, cleaned, is_dropped, tier_of

AWAITED: Final = timedelta(seconds=AREA_DESCRIPTION.seconds)


def ask(tx: Tx, connection_id: str) -> Callable[[], WrittenTexts | None]:
    """Ask for what models have written about the place of a player; the answer comes with the next round trip.

    It is None where no model is configured: nothing is better than what is composed then.
    """
    if not wording_settings.settings.has_model:
        return lambda: None
    last = cache.last_keys.get(connection_id)
    known = None if last is None else wording_cache.texts.find(last, tx.now)
    found = queries.find_texts_around(tx, connection_id, [] if known is None or last is None else [last])
    health = wording.ask_health(tx)

    def written() -> WrittenTexts:
        row = found.fetchone()
        if row is None:
            return WrittenTexts(health=health())
        stored = {
            key: WrittenText(text, datetime.fromtimestamp(until, UTC))
            for key, (text, until) in (row["texts"] or {}).items()
        }
        if known is not None and last is not None:
            stored[last] = known
        return WrittenTexts(stored, health(), row["awaits"])

    return written


def follow_up(tx: Tx, me: Character, connection_id: str, wanted: WantedText, known: WrittenTexts) -> None:
    """Remember the text that someone has read; or ask for it, unless they wait for one, or too much is asked."""
    remembered = wording_cache.texts.find(wanted.written_key, tx.now)
    wording.count_lookup(tx, wording.L1, hit=remembered is not None)
    if remembered is None:
        wording.count_lookup(tx, wording.L2, hit=wanted.written is not None)
    if wanted.written is not None:
        wording_cache.texts.put(wanted.written_key, wanted.written)
        cache.last_keys.put(connection_id, wanted.written_key)
    elif known.awaits:
        return
    elif tier_of(known.health) is Tier.TEMPLATES:
        wording.count_fallback(tx, AREA_DESCRIPTION, wording.DEGRADED)
    elif is_dropped(AREA_DESCRIPTION.priority, known.health):
        wording.count_fallback(tx, AREA_DESCRIPTION, DROPPED)
    else:
        queries.await_text(tx, me.character_id, wanted.key, wanted.place, tx.now + AWAITED)
        outside.ask(tx, AREA_DESCRIPTION.name, prompt_input(wanted), dedupe_key=wanted.key, account_id=me.account_id)


def prepare(tx: Tx, request: Request) -> Prompt:
    """Return the prompt for a place.

    Raises:
        Skip: the text is there already.
    """
    row = wording.ask(tx, request.dedupe_key).fetchone()
    if row is not None:
        _tell(tx, request, row["text"])
        raise Skip
    return description_prompt(request.input)


def finish(tx: Tx, request: Request, reply: Reply) -> None:
    """Keep a text, and post it to those who wait for it where it describes.

    Raises:
        Permanent: it cannot be used.
    """
    text = cleaned(reply.text)
    if not SHORTEST <= len(text) <= LONGEST[request.input["perception"]] or betrays_a_model(text):
        raise Permanent(wording.UNFIT)
    wording.keep(tx, request.dedupe_key, text, request.input["place"])
    _tell(tx, request, text)


def fall_back(tx: Tx, request: Request, reason: str) -> None:
    """Do nothing: who has looked around has read what was composed."""


def _tell(tx: Tx, request: Request, text: str) -> None:
    with texts.speaking(request.input["language"]):
        line = envelopes.game_message("area_description", closer(text), tx.now)
    waiting: list[UUID] = [row["character_id"] for row in queries.take_awaiting(tx, request.dedupe_key)]
    posts.post(tx, [(character_id, line) for character_id in waiting])


KINDS: Final[tuple[Kind, ...]] = (wording.answered(AREA_DESCRIPTION, prepare, finish, fall_back),)
