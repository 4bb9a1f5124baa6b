"""/api/v1/admin/imports: bringing points in from other bots."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import Response
from pydantic import BaseModel, Field, StringConstraints

from community.imports import service as imports
from community.imports import texts
from community.imports.models import DecimalSign, Format, ImportBatch, ImportPlan, LineProblem
from doors.call import Call
from doors.fields import Body, Message, Timestamp
from doors.routes import Router
from functions.community.shapes.fields import Platform
from kernel.database import Tx

router = Router()

MOST_LISTED = 200
"""How many lines with a problem or a warning an answer lists."""


class ImportRequest(Body):
    """A file with points.

    Attributes:
        content: the whole file: CSV, or JSON where the bot exports that.
        format: whose file it is; recognised when left out.
        rate: how much money a point is: a number, or a fraction like 1/10.
        currency: which points to import, if the file has several: a table's column, or the id of Firebot's currency.
        decimal_sign: the sign before the decimals of a table's numbers; recognised when left out.
        dry_run: true to learn what would happen; false to do it.
    """

    platform: Platform
    content: str
    format: Format | None = None
    rate: Annotated[str, StringConstraints(max_length=20)] = "1"
    currency: Annotated[str, StringConstraints(min_length=1, max_length=100)] | None = None
    decimal_sign: DecimalSign | None = None
    dry_run: bool = True


class LineProblemView(BaseModel):
    """A line of the file, and what is wrong with it."""

    line: int
    problem: str


class ImportBatchView(BaseModel):
    """An import, and how far it has come; sums are money.

    Attributes:
        waiting: balances that wait for the first line of their name.
        credited: balances that have arrived.
        undone_at: absent while the import stands.
    """

    batch_id: UUID
    platform: str
    format: str
    rate: str
    imported_by: str
    imported_at: Timestamp
    undone_at: Timestamp | None = None
    waiting: int
    waiting_money: int
    credited: int
    credited_money: int
    taken_back_money: int

    @classmethod
    def of(cls, batch: ImportBatch) -> ImportBatchView:
        return cls.model_validate(batch, from_attributes=True)


class ImportReport(Message):
    """What an import does or would do.

    Attributes:
        rows: the lines that are imported; `known` of them have a player, who gets the money at once.
        total_money: the money of all of them.
        without_points: lines with nothing to import.
        problem_count: the lines that are left out; `problems` lists the first 200.
        warning_count: the lines whose money does not fit into an inventory; `warnings` lists the first 200.
        batch: absent in a dry run.
    """

    dry_run: bool
    format: Format
    rows: int
    known: int
    total_money: int
    without_points: int
    problem_count: int
    problems: Sequence[LineProblemView]
    warning_count: int
    warnings: Sequence[LineProblemView]
    batch: ImportBatchView | None = None

    @classmethod
    def of(cls, plan: ImportPlan, batch: ImportBatch | None = None) -> ImportReport:
        return cls(
            message=texts.planned(plan) if batch is None else texts.imported(plan),
            dry_run=batch is None,
            format=plan.format,
            rows=len(plan.entries),
            known=plan.known,
            total_money=plan.total,
            without_points=plan.without_points,
            problem_count=len(plan.problems),
            problems=_listed(plan.problems),
            warning_count=len(plan.warnings),
            warnings=_listed(plan.warnings),
            batch=batch and ImportBatchView.of(batch),
        )


def _listed(problems: Sequence[LineProblem]) -> list[LineProblemView]:
    return [LineProblemView(line=each.line, problem=each.text) for each in problems[:MOST_LISTED]]


class UndoRequest(Body):
    batch_id: UUID


class NotTakenBackView(BaseModel):
    """A player who had spent imported money; `missing` is how much."""

    username: str
    missing: int


class UndoReport(Message):
    """What was undone.

    Attributes:
        removed: balances that were still waiting.
        taken_back_money: money taken from players.
        not_taken_back: players who no longer had all of it.
        remaining: balances still to be taken back: repeat the request until it is 0.
    """

    removed: int
    taken_back_money: int
    not_taken_back: Annotated[Sequence[NotTakenBackView], Field()]
    remaining: int


@router.post("/api/v1/admin/imports", response_model=ImportReport)
async def import_points(body: ImportRequest, call: Call) -> Response:
    """Import points from another bot; unless `dry_run` is false, only tell what would happen.

    Players who are known get the money at once. The other balances wait for the first line of their name.
    """

    def use_case(tx: Tx) -> ImportReport:
        options = (body.format, body.rate, body.currency, body.decimal_sign)
        if body.dry_run:
            return ImportReport.of(imports.preview(tx, body.platform, body.content, *options))
        return ImportReport.of(*imports.import_points(tx, body.platform, body.content, call.caller, *options))

    return call.act(use_case)


@router.get("/api/v1/admin/imports", response_model=list[ImportBatchView])
async def list_imports(call: Call) -> Response:
    """The latest imports, the latest first; at most 100."""
    return call.look(lambda tx: [ImportBatchView.of(batch) for batch in imports.list_batches(tx)])


@router.post("/api/v1/admin/imports/undo", response_model=UndoReport)
async def undo_import(body: UndoRequest, call: Call) -> Response:
    """Undo an import: remove what waits, and take back what players still have of it; for 500 players a call."""

    def use_case(tx: Tx) -> UndoReport:
        undone = imports.undo(tx, body.batch_id)
        return UndoReport(
            message=texts.undone(undone),
            removed=undone.removed,
            taken_back_money=undone.taken_back,
            not_taken_back=[
                NotTakenBackView(username=each.username, missing=each.missing) for each in undone.not_taken_back
            ],
            remaining=undone.remaining,
        )

    return call.act(use_case)
