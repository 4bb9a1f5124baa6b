"""Who may reply, and what a summary is made from. Pure. Source: personas 7, 8."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from kernel.texts import translate
from personas.limits import limits
from personas.safety.models import InvalidField
from personas.threads.models import ThreadState

MAX_REPLY: Final = limits.reply
MAX_SUMMARY: Final = limits.summary
DEFAULT_PERSONAS: Final = 3
"""How many of the oldest personas reply when none is named."""
MOST_PERSONAS: Final = 10
MOST_SHOWN: Final = 500
MOST_PER_SUMMARY: Final = 20
"""Replies of a thread up to which each further one makes its summary anew; of longer ones, one in twenty does."""

_BASIS: Final = re.compile(r"(?P<replies>\d+):[0-9a-f-]*(?P<edited>(?::[\d.]+)?)")


def named_personas(given: Iterable[str]) -> tuple[str, ...]:
    """Return the ids that a request names: trimmed, each once, in their order; none if the list is empty.

    Raises:
        InvalidField: there are only blanks, or too many.
    """
    texts = list(given)
    ids = tuple(dict.fromkeys(each.strip() for each in texts if each.strip()))
    if texts and not ids:
        raise InvalidField(field="persona_ids", problem=translate("Name a persona, or leave the list out."))
    if len(ids) > MOST_PERSONAS:
        raise InvalidField(
            field="persona_ids", problem=translate("Name at most {count} personas.", count=MOST_PERSONAS)
        )
    return ids


def reply_key(post_id: UUID, persona_id: UUID) -> str:
    """Return the dedupe key of a reply."""
    return f"reply:{post_id}:{persona_id}"


def summary_key(post_id: UUID, basis: str) -> str:
    """Return the dedupe key of a summary."""
    return f"summary:{post_id}:{basis}"


def basis_of(replies: int, newest: UUID | None, edited_at: datetime | None) -> str:
    """Return what a summary is made from: when it differs, there is something new to summarise."""
    return f"{replies}:{newest or ''}{_edited(edited_at)}"


def _edited(at: datetime | None) -> str:
    return f":{at.timestamp():.6f}" if at else ""


def basis(state: ThreadState) -> str:
    return basis_of(state.replies, state.newest, state.edited_at)


def lacks_summary(state: ThreadState) -> bool:
    """Whether a summary is to be asked for. One that failed is asked for again after the next change.

    Of a long thread, a few replies more or less change little: the more there are, the more of them it takes.
    """
    if state.replies == 0 or state.summary_basis == basis(state):
        return False
    before = _BASIS.fullmatch(state.summary_basis)
    if before is None or before["edited"] != _edited(state.edited_at):
        return True
    change = max(1, abs(state.replies - int(before["replies"])))
    return change * MOST_PER_SUMMARY >= state.replies


def summary_text(state: ThreadState) -> str:
    """Return the summary, which may be of a moment ago; or what stands in for it."""
    if state.replies == 0:
        return translate("There are no replies yet.")
    return state.summary or translate("There is no summary of this thread yet.")
