"""The vote on the next target, and the progress towards the current one. Source: wire 7."""

from __future__ import annotations

from fastapi import Response
from fastapi.exceptions import RequestValidationError

from community.progression.content import tree
from community.voting import polls, texts
from community.voting.ballots import cast_ballot
from community.voting.board import read_board
from doors.call import Call
from doors.routes import Router
from functions.community.progression.session_views import (
    LatestSession,
    NoSession,
    NoTarget,
    OpenSession,
    PollView,
    ProgressionStatusResponse,
    SessionView,
    TargetProgress,
)
from functions.community.progression.shapes import PollResponse, VoteRequest, VoteResponse
from kernel.database import Tx

router = Router()


@router.post("/api/v1/progression/vote", response_model=VoteResponse)
async def vote(body: VoteRequest, call: Call) -> Response:
    """Vote for what comes next, once per session. A second vote is answered with the first choice.

    While a poll about a world is open, numbers and the names of its options mean the poll; what comes next is voted
    for by `node_key` then.
    """
    if body.option_index is None and body.node_key is None:
        # The same error as for a field declared as required.
        raise RequestValidationError([{"type": "missing", "loc": ("body", "option_index"), "msg": "Field required"}])

    def use_case(tx: Tx) -> VoteResponse:
        ballot = cast_ballot(tx, body.player, body.option_index, body.node_key)
        return VoteResponse(message=texts.after_vote(ballot), already_voted=ballot.already_voted or None)

    return call.act(use_case)


@router.get("/api/v1/progression/status", response_model=ProgressionStatusResponse)
async def status(call: Call) -> Response:
    """The community's status: unlocked nodes, current target and open vote."""
    return call.look(lambda tx: ProgressionStatusResponse.of(read_board(tx)))


@router.get("/api/v1/progression/session", response_model=OpenSession | LatestSession | NoSession)
async def session(call: Call) -> Response:
    """The open vote; when there is none, the previous one with a message."""

    def use_case(tx: Tx) -> OpenSession | LatestSession | NoSession:
        board = read_board(tx)
        voting = board.voting
        if voting.voting_round:
            return OpenSession.of(voting.voting_round, board)
        if voting.latest:
            view = SessionView.of(voting.latest, board)
            return LatestSession(session=view, message=texts.result(voting.latest))
        return NoSession(session=None, message=texts.never_voted())

    return call.look(use_case)


@router.get("/api/v1/progression/poll", response_model=PollResponse)
async def poll(call: Call) -> Response:
    """The poll about a turning point of a world: the one that is open, else the latest; null before the first."""

    def use_case(tx: Tx) -> PollResponse:
        latest = polls.read_latest(tx)
        if latest is None:
            return PollResponse(poll=None, message=texts.never_polled())
        return PollResponse(poll=PollView.of(latest), message=texts.poll_standing(latest))

    return call.look(use_case)


@router.get("/api/v1/progression/unlock-progress", response_model=TargetProgress | NoTarget)
async def unlock_progress(call: Call) -> Response:
    """The progress towards the current target; without a target, a message."""

    def use_case(tx: Tx) -> TargetProgress | NoTarget:
        board = read_board(tx)
        progress = board.voting.progress
        if progress and progress.node_key in tree.nodes:
            return TargetProgress.of(progress, board)
        made = board.voting.accumulated if progress else None
        return NoTarget(progress=None, contributions_accumulated=made, message=texts.no_target())

    return call.look(use_case)
