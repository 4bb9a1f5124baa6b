"""/api/auth/users: what administrators do with the accounts of others. Each is noted in the log. Source: worlds 26."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from doors.call import Call
from doors.people import requires_account, signed_in
from doors.routes import Router
from functions.shared.accounts.products import exports, forget, forget_part
from functions.shared.accounts.shapes import Done, ExportedAccount, User, UserList
from kernel.accounts import service
from kernel.accounts.models import Identity
from kernel.database import Tx

router = Router()

MOST = 100
PageSize = Annotated[int, Query(ge=1, le=MOST, description="How many, at most.")]
PageAfter = Annotated[UUID | None, Query(description="The id of the last one of the page before.")]


@router.get("/api/auth/users", response_model=UserList)
@requires_account(administrator=True)
async def list_users(call: Call, after: PageAfter = None, limit: PageSize = MOST) -> Response:
    """The accounts of all people, newest first; for administrators."""
    return signed_in(call).look(
        lambda tx, me: UserList(users=[User.of_account(each) for each in service.list_accounts(tx, after, limit)])
    )


@router.post("/api/auth/users/{user_id}/export", response_model=ExportedAccount)
@requires_account(administrator=True)
async def export_user(
    call: Call,
    user_id: UUID,
    table: Annotated[str | None, Query()] = None,
    after: Annotated[str, Query(max_length=500)] = "",
) -> Response:
    """Everything that is stored about someone, as they get it themselves; for administrators, before a deletion.

    What does not fit into one answer is asked for by its `table`, with `after` as `more` says.
    """

    def use_case(tx: Tx, me: Identity) -> ExportedAccount:
        from worlds.administering import service as administering  # people log in far more often
        from worlds.administering.events import UserExported

        exported = service.export_of(tx, user_id, exports(), table, after if table else "")
        if table is None:
            administering.note(tx, me, user_id, UserExported(user_id=user_id))
        return ExportedAccount.of(exported)

    return signed_in(call).act(use_case, stored=False)


@router.delete("/api/auth/users/{user_id}", response_model=Done)
@requires_account(administrator=True)
async def delete_user(call: Call, user_id: UUID) -> Response:
    """Delete someone's account for good, with everything that products store for it; for administrators."""
    person = signed_in(call)

    def forget_some(tx: Tx, me: Identity) -> bool:
        service.require_removable(tx, user_id)
        return forget_part(tx, user_id)

    def use_case(tx: Tx, me: Identity) -> Done:
        from worlds.administering import service as administering
        from worlds.administering.events import UserDeleted

        forget(tx, user_id)  # locks what it leaves behind before the account
        service.require_removable(tx, user_id)
        service.remove_account(tx, user_id)
        administering.note(tx, me, user_id, UserDeleted(user_id=user_id))
        return Done(message="The account is deleted.")

    while person.run(forget_some):
        pass
    return person.act(use_case, stored=False)
