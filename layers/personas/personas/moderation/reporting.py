"""Reporting posts, replies, profiles and templates.

A second report of the same person counts once. It may add a reason; and what was changed since an administrator has
decided is reported anew.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from kernel.database import Tx
from kernel.texts import translate
from personas.moderation import queries
from personas.posts.models import PostNotFound
from personas.profiles.models import ProfileNotFound
from personas.profiles.rules import slug_of
from personas.safety.models import InvalidField
from personas.templates.models import TemplateNotFound
from personas.threads.models import ReplyNotFound

MAX_REASON: Final = 500


def report_post(tx: Tx, account_id: UUID, post_id: UUID, reason: str) -> None:
    """Tell the administrators about a post or a battle.

    Raises:
        InvalidField; PostNotFound
    """
    if queries.insert_post_report(tx, account_id, post_id, _checked(reason)).fetchone() is None:
        raise PostNotFound


def report_reply(tx: Tx, account_id: UUID, reply_id: UUID, reason: str) -> None:
    """Tell the administrators about a reply.

    Raises:
        InvalidField; ReplyNotFound
    """
    if queries.insert_reply_report(tx, account_id, reply_id, _checked(reason)).fetchone() is None:
        raise ReplyNotFound


def report_profile(tx: Tx, account_id: UUID, slug: str, reason: str) -> None:
    """Tell the administrators about a public profile: its name, tone or bio.

    Raises:
        InvalidField; ProfileNotFound
    """
    if queries.insert_profile_report(tx, account_id, slug_of(slug), _checked(reason)).fetchone() is None:
        raise ProfileNotFound


def report_template(tx: Tx, account_id: UUID, template_id: UUID, reason: str) -> None:
    """Tell the administrators about a public template that someone has written.

    Raises:
        InvalidField; TemplateNotFound
    """
    if queries.insert_template_report(tx, account_id, template_id, _checked(reason)).fetchone() is None:
        raise TemplateNotFound


def _checked(reason: str) -> str:
    trimmed = reason.strip()
    if len(trimmed) > MAX_REASON:
        raise InvalidField(field="reason", problem=translate("Write at most {limit} characters.", limit=MAX_REASON))
    return trimmed
