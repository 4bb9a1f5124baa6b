"""The pages of accounts: sign up, log in, one's own account, a forgotten password."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from fastapi import Response

from doors.call import Call
from doors.pages.addresses import own_path
from doors.pages.door import View, redirect
from doors.people import signed_in
from doors.routes import Router
from functions.personas.pages.door import door
from functions.personas.pages.views import Shown
from kernel.accounts import service as accounts
from kernel.accounts.devices import device_of
from kernel.accounts.models import AccountDetails, AccountSession, ForeignOrigin, Identity
from kernel.database import Tx
from kernel.errors import Unauthenticated
from personas.mutes import service as mutes
from personas.mutes.models import Mute

router = Router(include_in_schema=False)

HOME: Final = "/personas/"
KEPT_SECONDS: Final = 300


@router.get("/signup")
async def sign_up(call: Call) -> Response:
    """Return the form to sign up or log in; who is signed in already is led on."""
    asked = dict(call.query)
    target = own_path(asked.get("next"), HOME)
    mode = "login" if asked.get("mode") == "login" else "signup"
    try:
        signed_in(call).read(lambda tx, me: tx.execute("SELECT 1").fetchone())
    except (Unauthenticated, ForeignOrigin):
        view = View("signup.html", {"mode": mode, "next": target}, active="signup")
        return door.show(call, lambda tx, me: view)
    return redirect(target)


@router.get("/account")
async def account(call: Call) -> Response:
    """Return the page of one's own account."""
    return door.show_own(call, _read_account)


def _read_account(tx: Tx, me: Identity) -> View:
    found = accounts.get_account(tx, me)
    sessions = accounts.list_sessions(tx, me)
    muted = mutes.list_own(tx, me.account_id)
    return View("account.html", _shown(found, sessions, muted), active="account")


def _shown(found: AccountDetails, sessions: Sequence[AccountSession], muted: Sequence[Mute]) -> Shown:
    return {
        "account": {"email": found.email, "language": found.language},
        "sessions": [
            {
                "session_id": str(each.session_id),
                "device": device_of(each.user_agent),
                "address": each.address,
                "began_at": each.began_at,
                "current": each.is_current,
            }
            for each in sessions
        ],
        "mutes": [
            {"id": str(each.mute_id), "kind": each.kind, "name": each.name, "block": each.is_block} for each in muted
        ],
    }


@router.get("/reset-password")
async def reset_password(call: Call) -> Response:
    """Return the page for a forgotten password. Its secret is behind the address's "#", which no server sees."""
    return door.show(call, lambda tx, me: View("reset.html", {}, active="signup", kept_seconds=KEPT_SECONDS))
