"""What a persona may consist of. Pure. Source: personas 6."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from kernel.look_alikes import sounds_like_ours
from kernel.naming import clean_name, visible
from kernel.texts import translate
from personas.limits import limits
from personas.people.models import PersonaFields
from personas.safety import rules as safety
from personas.safety.models import InvalidField

MAX_NAME: Final = 60
MAX_BIO: Final = 400
MAX_TONE: Final = 40
WRITING_SAMPLES: Final = 3
MAX_WRITING_SAMPLE: Final = 180
MOST_DO_NOT_SAY: Final = 20
MAX_DO_NOT_SAY: Final = 120
MOST_CATCHPHRASES: Final = 10
MAX_CATCHPHRASE: Final = 80
MAX_FORMALITY: Final = 3
LANGUAGES: Final = ("tr", "en")
MOST_PERSONAS: Final = 100
"""Personas of an account: each has a digest of every day, and all are deleted at once with the account."""

# What joins the parts of an emoji, or makes one of a letter-like sign, cannot be seen and is wanted.
_JOINED: Final = re.compile("(?<=[\u00a9\u00ae\u203c-\u3299\U0001f000-\U0001faff\ufe0f])[\u200d\ufe0e\ufe0f]")

NEUTRAL: Final = "neutral"
DEFAULT_DRAFTS: Final = limits.drafts
DEFAULT_REPLIES: Final = limits.replies
MOST_DRAFTS: Final = 20
MOST_REPLIES: Final = 100


def checked(given: PersonaFields) -> PersonaFields:
    """Return the fields as they are stored: trimmed, without blank entries.

    Raises:
        InvalidField, UnsafeText: the first that breaks a rule.
    """
    name, tone = _shown("name", given.name, MAX_NAME), _shown("tone", given.tone, MAX_TONE)
    if not name:
        raise InvalidField(field="name", problem=translate("Give the persona a name."))
    if sounds_like_ours(name):
        raise InvalidField(field="name", problem=translate("Choose a name that does not sound like one of ours."))
    language = given.preferred_language.strip().lower()
    if language not in LANGUAGES:
        raise InvalidField(field="preferred_language", problem=translate("Choose en or tr."))
    if not 0 <= given.formality <= MAX_FORMALITY:
        raise InvalidField(field="formality", problem=translate("Choose a number from 0 to 3."))
    samples = _entries("writing_samples", given.writing_samples, MAX_WRITING_SAMPLE)
    if len(samples) != WRITING_SAMPLES:
        raise InvalidField(field="writing_samples", problem=translate("Give exactly three samples."))
    return replace(
        given,
        name=name,
        bio=_short("bio", given.bio.strip(), MAX_BIO),
        tone=tone or NEUTRAL,
        writing_samples=samples,
        do_not_say=_entries("do_not_say", given.do_not_say, MAX_DO_NOT_SAY, MOST_DO_NOT_SAY),
        catchphrases=_entries("catchphrases", given.catchphrases, MAX_CATCHPHRASE, MOST_CATCHPHRASES),
        preferred_language=language,
        daily_draft_quota=_quota("daily_draft_quota", given.daily_draft_quota, MOST_DRAFTS),
        daily_reply_quota=_quota("daily_reply_quota", given.daily_reply_quota, MOST_REPLIES),
    )


def with_default_quotas(given: PersonaFields) -> PersonaFields:
    """Return the fields of a new persona: quotas that are not positive are the defaults."""
    return replace(
        given,
        daily_draft_quota=given.daily_draft_quota if given.daily_draft_quota > 0 else DEFAULT_DRAFTS,
        daily_reply_quota=given.daily_reply_quota if given.daily_reply_quota > 0 else DEFAULT_REPLIES,
    )


def _shown(field: str, given: str, limit: int) -> str:
    """Return a text that stands wherever the persona speaks: with nothing in it that cannot be seen, or may not.

    Raises:
        InvalidField, UnsafeText
    """
    text = given.strip()
    if text and not visible(text):
        return ""
    if visible(_JOINED.sub("", text)) != _JOINED.sub("", text):
        raise InvalidField(field=field, problem=translate("Leave out the characters that cannot be seen."))
    text = _short(field, clean_name(text), limit)
    return safety.check(text, limit) if text else ""


def _short(field: str, text: str, limit: int) -> str:
    if len(text) > limit:
        raise InvalidField(field=field, problem=translate("Write at most {limit} characters.", limit=limit))
    return text


def _entries(field: str, given: Sequence[str], limit: int, most: int | None = None) -> tuple[str, ...]:
    kept = tuple(_short(field, each.strip(), limit) for each in given if visible(each))
    if most is not None and len(kept) > most:
        raise InvalidField(field=field, problem=translate("Give at most {count} entries.", count=most))
    return kept


def _quota(field: str, given: int, most: int) -> int:
    if not 1 <= given <= most:
        raise InvalidField(field=field, problem=translate("Choose a number from 1 to {most}.", most=most))
    return given
