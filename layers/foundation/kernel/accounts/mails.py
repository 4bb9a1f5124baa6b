"""Mails to people with accounts: the link for a forgotten password. They leave through `kernel.outside`."""

from __future__ import annotations

from hashlib import sha256
from secrets import token_urlsafe
from typing import Any, Final

from kernel.accounts import queries, rules
from kernel.database import Tx
from kernel.outside.models import Kind, Mail, Prompt, Request, Skip
from kernel.texts import speaking, translate, translate_n

RESET: Final = "accounts.reset"
PAGE: Final = "/reset-password#token="
"""Where the link leads. What follows `#` is not sent to any server, so it is in no log."""


def digest(token: str) -> bytes:
    """Return what is stored of a token. It is long and random, so a plain hash is safe."""
    return sha256(token.encode(errors="surrogatepass")).digest()


def _prepare(tx: Tx, request: Request) -> Mail:
    """Write the mail. Its token is made only now, and is stored nowhere: a repetition makes another one."""
    email: str = request.input["email"]
    row = queries.find_by_email(tx, email).fetchone()
    if row is None:
        raise Skip
    token = token_urlsafe(32)
    queries.replace_reset(tx, digest(token), row["account_id"], tx.now + rules.RESET_LIFE)
    with speaking(row["language"] or ""):
        return Mail(
            row["email"], translate("Choose a new password"), _text(f"{request.input['public_url']}{PAGE}{token}")
        )


def _text(link: str) -> str:
    return "\n\n".join(
        (
            translate("You asked for a new password for your Brandish account. Choose it here:"),
            link,
            translate_n(
                "The link works once, within {n} hour.",
                "The link works once, within {n} hours.",
                int(rules.RESET_LIFE.total_seconds()) // 3600,
            ),
            translate("If you did not ask for this, ignore it: your password stays as it is."),
        )
    )


def _finish(tx: Tx, request: Request, reply: Any) -> Prompt | None:
    return None


def _fail(tx: Tx, request: Request, reason: str) -> None:
    """Leave it at that: someone who waits for the mail asks for another one."""


KINDS: Final = (Kind(RESET, _prepare, _finish, _fail),)
