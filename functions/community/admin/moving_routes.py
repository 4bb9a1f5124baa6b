"""/api/v1/admin/players and /api/v1/admin/export: taking players and the community out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response
from pydantic import BaseModel, Field, StringConstraints

from community.privacy import exporting, forgetting, texts
from community.privacy.models import CommunityExport, PlayerExport
from doors.call import Call
from doors.fields import Message, Timestamp, is_whole_number
from doors.routes import Router
from functions.community.shapes.player_selector import PlayerSelector
from kernel.database import Tx

router = Router()

Records = Mapping[str, Sequence[Mapping[str, Any]]]


class ExportQuery(PlayerSelector):
    """Whom to export; with `table` and `before`, the next page of a table."""

    table: Annotated[str, StringConstraints(max_length=100)] | None = None
    before: Annotated[int, Field(ge=0, lt=2**63), is_whole_number] | None = None


class PlayerExportView(BaseModel):
    """Everything that is stored about a player.

    Attributes:
        records: for each table of the database, its rows about the player, the newest first.
        more: the tables with further rows, and the `before` with which to ask for them.
    """

    user_id: UUID
    username: str
    exported_at: Timestamp
    records: Records
    more: Mapping[str, int]

    @classmethod
    def of(cls, export: PlayerExport) -> PlayerExportView:
        return cls.model_validate(export, from_attributes=True)


class CommunityExportQuery(BaseModel):
    """Which page: `after` is the `next` of the last one."""

    after: UUID | None = None


class CommunityExportView(BaseModel):
    """A page of the export of the community.

    Attributes:
        community: on the first page, for each table its rows that belong to no player.
        players: without the tables that have many rows for each player; their own exports have those.
        next: absent on the last page.
    """

    exported_at: Timestamp
    community: Records
    players: Sequence[PlayerExportView]
    next: UUID | None = None

    @classmethod
    def of(cls, export: CommunityExport) -> CommunityExportView:
        return cls.model_validate(export, from_attributes=True)


class ForgetRequest(PlayerSelector):
    """Whom to forget; without `confirm`, nothing happens, and the answer has the code to send."""

    confirm: Annotated[str, StringConstraints(max_length=20)] | None = None


class ForgetResponse(Message):
    """What has happened.

    Attributes:
        confirm: the code that confirms it; absent when it is done.
    """

    forgotten: bool
    confirm: str | None = None


@router.get("/api/v1/admin/players/export", response_model=PlayerExportView)
async def export_player(query: Annotated[ExportQuery, Query()], call: Call) -> Response:
    """Everything that is stored about a player."""

    def use_case(tx: Tx) -> PlayerExportView:
        if query.table is not None:
            return PlayerExportView.of(exporting.export_more(tx, query.only_player, query.table, query.before))
        return PlayerExportView.of(exporting.export_player(tx, query.only_player))

    return call.look(use_case)


@router.post("/api/v1/admin/players/forget", response_model=ForgetResponse)
async def forget_player(body: ForgetRequest, call: Call) -> Response:
    """Forget a player: all that says who they were is deleted. The first request asks, the second one does it."""

    def use_case(tx: Tx) -> ForgetResponse:
        if body.confirm is None:
            player = forgetting.ask(tx, body.only_player)
            return ForgetResponse(
                message=texts.question(player.username), forgotten=False, confirm=forgetting.confirmation(player.id)
            )
        forgetting.forget(tx, body.only_player, body.confirm)
        return ForgetResponse(message=texts.forgotten(), forgotten=True)

    # Stored for a retry, the answer would name the player.
    return call.act(use_case, stored=body.confirm is not None)


@router.get("/api/v1/admin/export", response_model=CommunityExportView)
async def export_community(query: Annotated[CommunityExportQuery, Query()], call: Call) -> Response:
    """A page of the whole community: its state, and 200 players by their ids."""
    return call.look(lambda tx: CommunityExportView.of(exporting.export_community(tx, query.after)))
