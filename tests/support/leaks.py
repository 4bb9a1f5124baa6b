"""Whether something private stands in an answer, an event or a line of the log. Source: personas 11."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

PRIVATE_FIELDS: Final = frozenset(
    {
        *("writing_samples", "do_not_say", "catchphrases"),
        *("email", "password_hash", "user_id", "account_id", "actor_id", "actor_user_id", "owner_user_id", "owner_id"),
        *("session_id", "user_name", "roles", "address", "token_hash", "jti", "sharer"),
        *("daily_draft_quota", "daily_reply_quota", "input", "dedupe_key", "trace_id", "attempts", "audience"),
    }
)
"""Names of fields that no one but the owner may get."""

SECRET: Final = "secret"
"""A word in everything private that a test writes (`persona_rows`), and in nothing else."""


def leaks_in(document: Any, secrets: Collection[str] = (), allowed: Collection[str] = ()) -> list[str]:
    """Return where something private stands in a JSON document, as paths such as `items.0.persona.email`.

    Args:
        secrets: texts that must not be in it, not even in a part of a text: ids of accounts, e-mail addresses.
        allowed: private fields that the reader may have.
    """
    return [*_walk(document, "", [SECRET, *secrets], PRIVATE_FIELDS - {*allowed})]


def leaks_in_text(text: str, secrets: Collection[str] = ()) -> list[str]:
    """Return the private texts that stand in a text, such as a page; and those in it if it is JSON."""
    try:
        return leaks_in(json.loads(text), secrets)
    except ValueError:
        return [secret for secret in (SECRET, *secrets) if secret.lower() in text.lower()]


def _walk(value: Any, path: str, secrets: Collection[str], private: Collection[str]) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            where = f"{path}.{name}" if path else str(name)
            if name in private:
                yield where
            else:
                yield from _walk(str(name), where, secrets, private)
                yield from _walk(inner, where, secrets, private)
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from _walk(inner, f"{path}.{index}", secrets, private)
    elif isinstance(value, str) and any(secret.lower() in value.lower() for secret in secrets):
        yield path
