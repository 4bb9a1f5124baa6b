"""Administrators' routes for the tree, the vote and the points; `doors.app` lets no other role in. Source: wire 7.1."""

from __future__ import annotations

from fastapi import Response

from community.contributions import service as contributions
from community.contributions.texts import contributed
from community.progression.content import tree
from community.voting import ballots, controls, polls, texts
from community.voting.board import find_option
from doors.call import Call
from doors.fields import Message
from doors.routes import Router
from functions.community.progression.session_views import OptionView, PaceView, PollView
from functions.community.progression.shapes import (
    ContributionRequest,
    InstantUnlockRequest,
    NodeRequest,
    PaceRequest,
    PaceResponse,
    PollResponse,
    ResetTreeRequest,
    UnlockResponse,
    UnlockView,
    WeightsRequest,
    WeightsResponse,
    WinnerResponse,
)
from kernel.database import Tx

router = Router()


@router.post("/api/v1/progression/admin/freeze", response_model=Message)
@router.post("/api/v1/progression/admin/end-voting", response_model=Message)
async def freeze(call: Call) -> Response:
    """Freeze the vote: no more ballots, while points still count. `start` resumes it."""

    def use_case(tx: Tx) -> Message:
        controls.freeze_voting(tx)
        return Message(message=texts.frozen())

    return call.act(use_case)


@router.post("/api/v1/progression/admin/force-end", response_model=WinnerResponse)
@router.post("/api/v1/progression/admin/force-end-voting", response_model=WinnerResponse)
async def force_end(call: Call) -> Response:
    """Decide the vote now. The winner becomes the target after the current one, or now when there is none."""

    def use_case(tx: Tx) -> WinnerResponse:
        winner = controls.force_end_voting(tx)
        view = OptionView.of(winner, *find_option(tx, winner))
        return WinnerResponse(winner=view, message=texts.won(winner))

    return call.act(use_case)


@router.post("/api/v1/progression/admin/end-poll", response_model=PollResponse)
async def end_poll(call: Call) -> Response:
    """End the poll about a world now; the votes until now count."""

    def use_case(tx: Tx) -> PollResponse:
        poll = polls.close_now(tx)
        return PollResponse(poll=PollView.of(poll), message=texts.poll_result(poll))

    return call.act(use_case)


@router.post("/api/v1/progression/admin/start", response_model=Message)
@router.post("/api/v1/progression/admin/start-voting", response_model=Message)
async def start(call: Call) -> Response:
    """Open a vote on what comes next, or resume a frozen one."""
    return call.act(lambda tx: Message(message=texts.after_start(controls.start_voting(tx))))


@router.put("/api/v1/progression/admin/weights", response_model=WeightsResponse)
@router.post("/api/v1/progression/admin/weights", response_model=WeightsResponse)
async def set_weights(body: WeightsRequest, call: Call) -> Response:
    """Set the voting weights of players, all or none of them. The default weight is 1."""

    def use_case(tx: Tx) -> WeightsResponse:
        ballots.set_weights(tx, [each.change for each in body.weights])
        updated = len(body.weights)
        return WeightsResponse(message=texts.weights_set(updated), updated=updated)

    return call.act(use_case)


@router.post("/api/v1/progression/admin/unlock", response_model=Message)
async def unlock(body: NodeRequest, call: Call) -> Response:
    """Unlock all levels of a node up to `level`; 0 means the first."""
    return call.act(
        lambda tx: Message(message=texts.unlocked(controls.unlock_node(tx, body.node_key, body.level), body.level or 1))
    )


@router.post("/api/v1/progression/admin/unlock-all", response_model=Message)
async def unlock_all(call: Call) -> Response:
    """Unlock every node up to its highest level."""
    return call.act(lambda tx: Message(message=texts.everything_unlocked(controls.unlock_all_nodes(tx))))


@router.post("/api/v1/progression/admin/relock", response_model=Message)
async def relock(body: NodeRequest, call: Call) -> Response:
    """Take back `level` of a node and all above it; 0 means the whole node."""
    return call.act(
        lambda tx: Message(message=texts.relocked(controls.relock_node(tx, body.node_key, body.level), body.level))
    )


@router.post("/api/v1/progression/admin/instant-unlock", response_model=UnlockResponse)
async def instant_unlock(body: InstantUnlockRequest, call: Call) -> Response:
    """Unlock the winner of the vote, or the given one of its options, without waiting for the points."""

    def use_case(tx: Tx) -> UnlockResponse:
        unlock = controls.instant_unlock(tx, body.node_key)
        node = next(node for node in tree.nodes.values() if node.node_id == unlock.node_id)
        return UnlockResponse(unlock=UnlockView.of(unlock), message=texts.unlocked(node, unlock.level))

    return call.act(use_case)


@router.post("/api/v1/progression/admin/reset", response_model=Message)
async def reset(body: ResetTreeRequest, call: Call) -> Response:
    """Reset the tree.

    Players keep their belongings; with `preserve_user_progression` also what they have learned and contributed.
    """

    def use_case(tx: Tx) -> Message:
        controls.reset_progression(tx, body.reset_by, body.reason, body.preserve_user_progression)
        return Message(message=texts.reset())

    return call.act(use_case)


@router.put("/api/v1/progression/admin/pace", response_model=PaceResponse)
async def fix_pace(body: PaceRequest, call: Call) -> Response:
    """Fix what the costs of new targets are multiplied by, or let it follow the number of active players again."""

    def use_case(tx: Tx) -> PaceResponse:
        pacing = controls.fix_pace(tx, body.number)
        return PaceResponse(**dict(PaceView.of(pacing)), message=texts.pace(pacing))

    return call.act(use_case)


@router.post("/api/v1/progression/admin/contribution", response_model=Message)
async def contribute(body: ContributionRequest, call: Call) -> Response:
    """Give the community points, which count like all others."""
    return call.act(lambda tx: Message(message=contributed(contributions.contribute(tx, body.amount))))
