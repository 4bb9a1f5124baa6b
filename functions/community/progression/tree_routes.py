"""The tree, and the community's progress in it. Source: wire 7."""

from __future__ import annotations

from fastapi import Response

from community.progression import service as progression
from community.progression.rules import find_node
from community.voting.board import read_board
from doors.call import Call
from doors.routes import Router
from functions.community.progression.session_views import EstimateResponse
from functions.community.progression.views import AvailableResponse, TreeResponse

router = Router()


@router.get("/api/v1/progression/tree", response_model=TreeResponse)
async def tree(call: Call) -> Response:
    """All nodes of the tree, with their unlocked levels."""
    return call.look(lambda tx: TreeResponse.of(progression.read_tree(tx)))


@router.get("/api/v1/progression/available", response_model=AvailableResponse)
async def available(call: Call) -> Response:
    """The nodes that could be unlocked next: their prerequisites are met and a level is left."""
    return call.look(lambda tx: AvailableResponse.of(progression.read_tree(tx)))


@router.get("/api/v1/progression/estimate/{node_key}", response_model=EstimateResponse)
async def estimate(node_key: str, call: Call) -> Response:
    """When a node's next level could be unlocked, at the pace of the last seven days."""
    node = find_node(node_key)
    return call.look(lambda tx: EstimateResponse.of(node, read_board(tx)))
