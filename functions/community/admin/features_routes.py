"""/api/v1/admin/features: what is on, and turning it on and off without a deployment. Not in the original's API."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import Path, Response
from pydantic import BaseModel, StrictBool

from doors.call import Call
from doors.fields import Body, Message
from doors.routes import Router
from kernel.switches import administration
from kernel.switches.models import SwitchState

router = Router()

FeatureName = Annotated[str, Path(pattern=r"^[a-z_]{1,40}$")]


class FeatureView(BaseModel):
    """A feature. `usual` is the position in which players are refused nothing; `freeze` alone is usually off.

    `changed_at` and `changed_by` are missing as long as no administrator has set it.
    """

    name: str
    on: bool
    usual: bool
    changed_at: datetime | None = None
    changed_by: str | None = None

    @classmethod
    def of(cls, state: SwitchState) -> FeatureView:
        return cls(
            name=state.name,
            on=state.on,
            usual=state.usual,
            changed_at=state.changed_at,
            changed_by=state.changed_by,
        )


class FeatureRequest(Body):
    on: StrictBool


@router.get("/api/v1/admin/features", response_model=list[FeatureView])
async def list_features(call: Call) -> Response:
    """What can be turned off in an emergency, and whether it is on."""
    return call.look(lambda tx: [FeatureView.of(state) for state in administration.list_all(tx)])


@router.put("/api/v1/admin/features/{name}", response_model=Message)
async def turn_feature(name: FeatureName, body: FeatureRequest, call: Call) -> Response:
    """Turn a feature on or off; `freeze` pauses the whole game, except for administrators.

    It takes effect within a few seconds. What it refuses is answered with 503 and a sentence for the player.
    """

    return call.act(lambda tx: Message(message=administration.turn(tx, name, body.on, call.caller)))
