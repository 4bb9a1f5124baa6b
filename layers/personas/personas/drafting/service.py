"""Drafts and previews: checked and reserved before the provider is asked, stored and spent afterwards.

Failures cost nothing: a unit is held for half a minute, and spent together with what it was held for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final
from uuid import UUID

from msgspec.structs import replace

from kernel.database import Tx
from kernel.outside.consultations import Again, NoReply
from kernel.outside.prompts import Prompt
from personas.drafting.models import Preview, Reservation
from personas.drafting.prompts import draft_prompt
from personas.happenings import service as happenings
from personas.people import service as people
from personas.people.models import Persona
from personas.posts import service as posts
from personas.posts.models import NewPost, Post
from personas.posts.rules import MAX_POST
from personas.quotas import rules as quota_rules
from personas.quotas import service as quotas
from personas.quotas.models import QuotaType
from personas.quotas.service import LockedQuota
from personas.rooms import service as rooms
from personas.rooms.models import Room
from personas.safety.models import UnsafeText
from personas.safety.rules import check, clean_output, violates

PREVIEW_VARIANTS: Final = (1, 2)


def prepare_draft(tx: Tx, account_id: UUID, room_id: UUID, persona_id: UUID) -> tuple[list[Prompt], Reservation]:
    """Hold a unit of a persona's drafts and return what to ask.

    Raises:
        PersonaNotFound, RoomNotFound, DraftQuotaUsedUp: the first in this order.
    """
    persona, room, reservation = _reserve(tx, account_id, room_id, persona_id, "draft")
    return [draft_prompt(persona, room, variant) for variant in reservation.variants], reservation


def prepare_preview(tx: Tx, account_id: UUID, room_id: UUID, persona_id: UUID) -> tuple[list[Prompt], Reservation]:
    """Hold one preview of a persona and return what to ask: two variants.

    Raises:
        PersonaNotFound, RoomNotFound, PreviewQuotaUsedUp: the first in this order.
    """
    persona, room, reservation = _reserve(tx, account_id, room_id, persona_id, "preview")
    return [draft_prompt(persona, room, variant) for variant in reservation.variants], reservation


def finish_draft(tx: Tx, account_id: UUID, held: Reservation, texts: Sequence[str]) -> Post | Again:
    """Store a draft and spend the unit that was held for it.

    Args:
        texts: what the provider wrote: one.

    Raises:
        PersonaNotFound, RoomNotFound, NoReply; DraftQuotaUsedUp: the unit was held for too long.
    """
    persona, room, quota = _resume(tx, account_id, held, "draft")
    found = _checked(persona, room, held, texts)
    if isinstance(found, Again):
        return found
    _spend(tx, quota, "draft", persona)
    new = NewPost(
        room_id=room.room_id,
        account_id=account_id,
        persona_id=persona.persona_id,
        authored_by="AI",
        status="DRAFT",
        content=found[0],
    )
    return posts.insert_post(tx, new, persona.name)


def finish_preview(tx: Tx, account_id: UUID, held: Reservation, texts: Sequence[str]) -> Preview | Again:
    """Return both variants and spend the one unit that was held for them. Nothing else is stored.

    Raises:
        PersonaNotFound, RoomNotFound, NoReply; PreviewQuotaUsedUp: the unit was held for too long.
    """
    persona, room, quota = _resume(tx, account_id, held, "preview")
    found = _checked(persona, room, held, texts)
    if isinstance(found, Again):
        return found
    _spend(tx, quota, "preview", persona)
    ids = {"persona_id": persona.persona_id, "room_id": room.room_id}
    happenings.record(tx, "preview_generated", account_id, ids)
    return Preview(found, quota.use.by_persona + 1, quota_rules.PREVIEWS)


def give_up(tx: Tx, held: Reservation) -> None:
    """Give back the unit: the provider has failed."""
    quotas.release(tx, held.lease_id)


def _reserve(
    tx: Tx, account_id: UUID, room_id: UUID, persona_id: UUID, quota_type: QuotaType
) -> tuple[Persona, Room, Reservation]:
    asked_persona = people.ask_owned(tx, account_id, persona_id)
    asked_room = rooms.ask_existing(tx, room_id)
    quota = quotas.lock(tx, persona_id, account_id, quota_type)
    persona, room = asked_persona(), asked_room()
    if not quota.has_room(_limit(persona, quota_type)):
        raise _USED_UP[quota_type](tx)
    use = quota.use
    variants = PREVIEW_VARIANTS if quota_type == "preview" else (use.by_persona + use.held_by_persona + 1,)
    return persona, room, Reservation(persona_id, room_id, quota.reserve(), use.day, variants)


def _resume(tx: Tx, account_id: UUID, held: Reservation, quota_type: QuotaType) -> tuple[Persona, Room, LockedQuota]:
    asked_persona = people.ask_owned(tx, account_id, held.persona_id)
    asked_room = rooms.ask_existing(tx, held.room_id)
    quota = quotas.lock(tx, held.persona_id, account_id, quota_type, held.day, held.lease_id)
    return asked_persona(), asked_room(), quota


def _spend(tx: Tx, quota: LockedQuota, quota_type: QuotaType, persona: Persona) -> None:
    if not quota.has_room(_limit(persona, quota_type)):
        raise _USED_UP[quota_type](tx)
    quota.spend()


def _checked(persona: Persona, room: Room, held: Reservation, texts: Sequence[str]) -> tuple[str, ...] | Again:
    """Return texts that may be shown, or what to ask once more.

    Raises:
        NoReply: what the provider wrote must not be shown, which is not the fault of the person who waits.
    """
    try:
        found = tuple(check(clean_output(text), MAX_POST) for text in texts)
    except UnsafeText as error:
        raise NoReply from error
    if not any(violates(text, persona.do_not_say) for text in found):
        return found
    if held.regenerated:
        raise NoReply
    prompts = [draft_prompt(persona, room, variant, stricter=True) for variant in held.variants]
    return Again(prompts, replace(held, regenerated=True).as_json())


def _limit(persona: Persona, quota_type: QuotaType) -> int:
    return persona.daily_draft_quota if quota_type == "draft" else quota_rules.PREVIEWS


_USED_UP: Final[dict[QuotaType, Callable[[Tx], Exception]]] = {
    "draft": quotas.draft_quota_used_up,
    "preview": quotas.preview_quota_used_up,
}
