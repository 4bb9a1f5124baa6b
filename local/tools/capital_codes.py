"""The codes of errors on the paths and on the socket of Worlds, with what they mean. Source: worlds 2.3."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Final

from doors.error_objects import as_object
from doors.errors import STATUS
from kernel.errors import DomainError

MEANINGS: Final[Mapping[str, str]] = {
    "ACTION_COOLDOWN": "Too soon: too many commands in a second, or the last action in a fight is not over.",
    "AUTH_RATE_LIMITED": "Too many requests, or too many wrong passwords; `Retry-After` says when to try again.",
    "AUTH_TOKEN_INVALID": "The token, or the link of a mail, is none of ours or has been used.",
    "CANNOT_EQUIP": "This cannot be worn there, or is worn already; the message says which.",
    "CHARACTER_NAME_INVALID": "A character's name is too long, has characters that it may not have, or is reserved.",
    "CONFLICT": "The state does not allow it, or has changed in the meantime; the message says what to do.",
    "CHARACTER_NOT_FOUND": "There is no such character, or it is not in the game.",
    "DATABASE_ERROR": "Too many players at once, or the database cannot be reached. Send the same again in a moment.",
    "FORBIDDEN": "Not with this role, or from another site; the message says who may.",
    "INVALID_COMMAND": "The command cannot be read or makes no sense here; the message says what to write.",
    "INVALID_INPUT": "A field has a wrong value or is missing; `details`, where there is one, says which and why.",
    "ITEM_NOT_FOUND": "You carry no such thing.",
    "LINK_TOKEN": "The code is none, has expired or is used up, or cannot be claimed this way; the message says which.",
    "MOVEMENT_BLOCKED": "Something is in the way, or this way of moving is not possible here; the message says what.",
    "NOT_FOUND": "There is no such thing, or nothing at this address.",
    "PASSWORD_WEAK": "The password is too short, too long or too simple; the message says what it needs.",
    "SESSION_EXPIRED": "The session has ended. Log in again.",
    "TARGET_NOT_FOUND": "There is no such person or thing here.",
    "TARGET_OUT_OF_RANGE": "It is too far away; the message says how far it is, and how near you have to be.",
    "UNAUTHORIZED": "Log in first.",
    "UNAVAILABLE": "Turned off for the moment, or paused for maintenance.",
    "USER_EXISTS": "The address or the user name is taken.",
    "USER_NOT_FOUND": "There is no such person.",
    "INSUFFICIENT_STAMINA": "Too little stamina; the message says what it costs, and what there is.",
    "WORLD_NOT_FOUND": "There is no such world.",
    "WORLD_PRIVATE": "The world is private, and you are not invited, or no longer.",
}
"""Meanings of the codes that several refusals share, or whose one sentence is no meaning."""

_OF_PEOPLE: Final = ("kernel.accounts.", "kernel.rate_limits", "kernel.switches.models")
_LINKING: Final = "community.linking."
"""An account is linked to a player at /api/auth/player."""
_COMMANDS: Final = (
    "worlds.acting.",
    "worlds.combat.",
    "worlds.commands.",
    "worlds.crafting.",
    "worlds.ground.",
    "worlds.items.",
    "worlds.movement.",
    "worlds.play.",
    "worlds.space.",
    "worlds.technology.",
    "worlds.trading.",
)
"""Modules whose refusals are seen on the socket only."""
_NO_REFUSALS: Final = {
    "bad_json": 400,
    "not_found": 404,
    "method_not_allowed": 405,
    "body_too_large": 413,
    "websocket_required": 426,
    "rate_limited": 429,
    "internal": 500,
    "unavailable": 503,
}
"""What is wrong before a use case runs, or is no one's fault: the house's code -> status."""
_PLAIN: Final[Mapping[str, str]] = {
    "METHOD_NOT_ALLOWED": "This address does not take that method.",
    "BODY_TOO_LARGE": "The request is too large: 64 KiB for Worlds, 1 MiB elsewhere.",
    "WEBSOCKET_REQUIRED": "Open a WebSocket here.",
    "RATE_LIMITED": "Too many requests from this address.",
    "INTERNAL_ERROR": "Something went wrong on our side. Nothing was saved.",
}


def of_http() -> dict[str, tuple[int, str]]:
    """Return the codes on the paths whose errors are objects: code -> (status, meaning)."""
    found = {_capital(code): (status, _PLAIN.get(_capital(code), "")) for code, status in _NO_REFUSALS.items()}
    return _complete(found, (*_OF_PEOPLE, _LINKING, "worlds."), _COMMANDS)


def of_socket() -> dict[str, tuple[int, str]]:
    """Return the codes of `error` frames: code -> (the status that the same has over HTTP, meaning)."""
    return _complete({"DATABASE_ERROR": (503, "")}, ("worlds.", *_OF_PEOPLE, "kernel.quantities"), ())


def _complete(
    found: dict[str, tuple[int, str]], modules: tuple[str, ...], without: tuple[str, ...]
) -> dict[str, tuple[int, str]]:
    sentences: dict[str, set[str]] = {}
    for error in _refusals(DomainError):
        if error.__module__.startswith(modules) and not (without and error.__module__.startswith(without)):
            code = error.capital_code or error.code.upper()
            sentences.setdefault(code, set()).add(error.message)
            found.setdefault(code, (next(STATUS[kind] for kind in error.__mro__ if kind in STATUS), ""))
    return {code: (status, _meaning(code, text, sentences)) for code, (status, text) in sorted(found.items())}


def _meaning(code: str, text: str, sentences: Mapping[str, set[str]]) -> str:
    if text or code in MEANINGS:
        return MEANINGS.get(code, text)
    said = sentences[code]
    if len(said) > 1:
        raise LookupError(f"{code} has {len(said)} sentences, so it needs a meaning in local/tools/capital_codes.py")
    return next(iter(said))


def _capital(code: str) -> str:
    return json.loads(as_object(json.dumps({"error": "", "code": code}), ""))["error"]["code"]


def _refusals(kind: type[DomainError]) -> Iterator[type[DomainError]]:
    for each in kind.__subclasses__():
        if hasattr(each, "message") and not each.__module__.startswith("test"):
            yield each
        yield from _refusals(each)
