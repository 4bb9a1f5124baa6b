"""Asking for a mail with a link for a forgotten password. `mails` writes it."""

from __future__ import annotations

from contextlib import ExitStack

from kernel.accounts import rules
from kernel.accounts.mails import RESET
from kernel.accounts.settings import settings
from kernel.database import Tx
from kernel.outside import service as outside
from kernel.rate_limits import RateLimited, limited


def ask_for_reset(tx: Tx, email: str, public_url: str, network: str) -> None:
    """Ask for a mail with a link for a forgotten password, if there is such an account.

    Whether there is one is looked up when the mail is written, so this is the same work for every address. Too many
    mails to one address, or because of one, are silently left out.

    Args:
        public_url: our address, as far as the door can trust it: anyone can write one into a request.
        network: who asks.
    """
    key = rules.account_key(email)
    try:
        with ExitStack() as counted:
            for limit in settings.reset_mails:
                counted.enter_context(limited(tx, limit, network if limit.per == "ip" else key))
    except RateLimited:
        return
    outside.ask(tx, RESET, {"email": email, "public_url": public_url}, dedupe_key=f"{RESET}:{key}")
