"""Tokens for remixes: signed, good for half an hour, one room and one battle. Source: personas 9.5."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from kernel.accounts import tokens
from kernel.accounts.key_ring import ring
from kernel.accounts.tokens import InvalidToken
from personas.battles.models import RemixIntent, RemixTokenInvalid

TOKEN_TYPE: Final = "remix_intent"
LIFETIME: Final = timedelta(minutes=30)


def sign(intent: RemixIntent, now: datetime) -> str:
    """Return the token of an intent."""
    claims = {
        "jti": str(intent.token_id),
        "battle_id": str(intent.battle_id),
        "room_id": str(intent.room_id),
        "topic": intent.topic,
        "pro_style": intent.pro_style,
        "con_style": intent.con_style,
        "template_id": str(intent.template_id) if intent.template_id else "",
    }
    return tokens.sign(ring(TOKEN_TYPE)[0], TOKEN_TYPE, claims, now, LIFETIME)


def read(text: str, now: datetime) -> RemixIntent:
    """Return what a token says.

    Raises:
        RemixTokenInvalid: it is none of ours, is of another type, was changed, or has expired.
    """
    try:
        claims = tokens.verify(ring(TOKEN_TYPE), TOKEN_TYPE, text, now)
        return RemixIntent(
            UUID(claims["jti"]),
            UUID(claims["battle_id"]),
            UUID(claims["room_id"]),
            str(claims["topic"]),
            str(claims["pro_style"]),
            str(claims["con_style"]),
            UUID(claims["template_id"]) if claims["template_id"] else None,
        )
    except (InvalidToken, KeyError, TypeError, ValueError, AttributeError) as error:
        raise RemixTokenInvalid from error
