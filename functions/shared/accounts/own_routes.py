"""One's own account: who one is, what one is called, all one's data, and leaving."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Response

from doors.call import Call
from doors.people import requires_account, signed_in, with_cookie
from doors.routes import Router
from functions.shared.accounts import signing_in
from functions.shared.accounts.products import exports, forget, forget_part
from functions.shared.accounts.shapes import DeleteRequest, Done, ExportedAccount, Me, ProfileRequest
from kernel.accounts import rules, service, sessions
from kernel.accounts.models import AccountDetails, Identity
from kernel.accounts.settings import settings
from kernel.database import Tx

router = Router()


@router.get("/api/auth/me", response_model=Me)
@requires_account()
async def me(call: Call) -> Response:
    """Who is signed in. When the token is older than twelve hours, the answer brings a new one."""
    person = signed_in(call)
    if not person.is_due_for_reissue:
        return person.look(lambda tx, me: Me.of_account(service.get_account(tx, me)))

    def renew(tx: Tx, me: Identity) -> tuple[AccountDetails, str | None]:
        return service.get_account(tx, me), sessions.renew(tx, me)

    account, token = person.run(renew)
    response = call.respond(Me.of_account(account, token))
    return with_cookie(call, response, token) if token else response


@router.put("/api/auth/me", response_model=Me)
@requires_account()
async def update(body: ProfileRequest, call: Call) -> Response:
    """Set one's user name, language, or both. A user name is unique regardless of case."""
    name = None if body.username is None else rules.clean_user_name(body.username)
    return signed_in(call).act(
        lambda tx, me: Me.of_account(service.update_profile(tx, me, name, body.language)), stored=False
    )


@router.get("/api/auth/export", response_model=ExportedAccount)
@requires_account(limit=settings.exports)
async def export(
    call: Call, table: Annotated[str | None, Query()] = None, after: Annotated[str, Query(max_length=500)] = ""
) -> Response:
    """Everything that is stored about one's account, of all products.

    What does not fit into one answer is asked for by its `table`, with `after` as `more` says.
    """
    return signed_in(call).look(
        lambda tx, me: ExportedAccount.of(service.export(tx, me, exports(), table, after if table else ""))
    )


@router.post("/api/auth/delete", response_model=Done)
@requires_account(always=True)
async def delete(body: DeleteRequest, call: Call) -> Response:
    """Delete one's account for good, with everything that products store for it. It takes the password."""
    person = signed_in(call)
    attempt = signing_in.confirm(call, person, body.password, settings.password_changes)

    def use_case(tx: Tx, me: Identity) -> Done:
        forget(tx, me.account_id)
        service.delete_account(tx, me, attempt)
        return Done(message="Your account is deleted.")

    while person.run(lambda tx, me: forget_part(tx, me.account_id)):
        pass
    return with_cookie(call, person.act(use_case, stored=False), "")
