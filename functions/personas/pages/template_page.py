"""The page of debate templates: look around, take one, write one."""

from __future__ import annotations

from functools import partial
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Response

from doors.call import Call
from doors.pages.door import View
from doors.routes import Router
from functions.personas.door import PUBLIC_READ
from functions.personas.pages import views
from functions.personas.pages.door import door
from kernel.accounts.models import Identity
from kernel.database import Tx
from personas.templates import service as templates

router = Router(include_in_schema=False)

KEPT_SECONDS: Final = 30


@router.get("/templates")
async def template_list(call: Call) -> Response:
    """Return the page. `battle`: which one's remix a template is looked for. `template`: which one to show."""
    asked = dict(call.query)
    reading = partial(_read, views.as_id(asked.get("battle")), views.as_id(asked.get("template")))
    return door.show(call, reading, limit=PUBLIC_READ)


def _read(battle_id: UUID | None, named_id: UUID | None, tx: Tx, me: Identity | None) -> View:
    def use(template_id: str) -> str:
        target = f"/personas/?template={template_id}"
        if battle_id is not None:
            target = f"/b/{battle_id}?remix=1&template={template_id}"
        if me is None:
            return "/signup?" + urlencode({"next": target})
        return target if battle_id is not None else target + "#composer"

    my_id = me.account_id if me else None
    offered = templates.list_offered(tx, my_id, named_id)
    values = {
        "templates": [views.template(each) for each in offered if me is None or each.account_id != my_id],
        "mine": [views.template(each) for each in offered if me is not None and each.account_id == my_id],
        "use": use,
    }
    return View("templates.html", values, active="templates", kept_seconds=KEPT_SECONDS)
