"""Why we close a connection. API Gateway closes it with 1000 and no reason, so a last message has to say it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from doors.answers import error_body
from functions.shared.sockets.posting import PackedMessage
from kernel.keys.models import KEY_REVOKED, CallerRevoked

TICKET_EXPIRED: Final = "ticket_expired"
TOO_SLOW: Final = "too_slow"

SENTENCES: Final[Mapping[str, str]] = {
    TICKET_EXPIRED: "The ticket has expired. Request a new one.",
    KEY_REVOKED: CallerRevoked.message,
    TOO_SLOW: "Three rounds of messages in a row did not reach you. Reconnect with the id of your last frame.",
}
"""{code: sentence}. Source: docs/listening.md."""

_NO_FRAME = UUID(int=0)


def farewell(code: str) -> PackedMessage:
    """Return the last message of a connection."""
    return PackedMessage(error_body(code, SENTENCES[code]).encode(), _NO_FRAME)
