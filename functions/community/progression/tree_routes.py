"""The tree, and the community's progress in it. Source: wire 7."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import Response
from pydantic import BaseModel

from community.progression import service as progression
from community.progression.rules import find_node
from community.progression.service import Tree
from community.voting.board import read_board
from doors.call import Call, answer
from doors.routes import Router
from functions.community.progression.session_views import EstimateResponse
from functions.community.progression.views import AvailableResponse, TreeResponse
from kernel.idempotency import Answer

router = Router()


@router.get("/api/v1/progression/tree", response_model=TreeResponse)
async def tree(call: Call) -> Response:
    """All nodes of the tree, with their unlocked levels."""
    return call.look(lambda tx: _made_once(progression.read_tree(tx), TreeResponse.of))


@router.get("/api/v1/progression/available", response_model=AvailableResponse)
async def available(call: Call) -> Response:
    """The nodes that could be unlocked next: their prerequisites are met and a level is left."""
    return call.look(lambda tx: _made_once(progression.read_tree(tx), AvailableResponse.of))


def _made_once(tree: Tree, make: Callable[[Tree], BaseModel]) -> Answer:
    """Return the answer that is made from the tree alone."""
    name = make.__qualname__
    body = tree.answers.get(name)
    if body is None:
        body = tree.answers[name] = answer(make(tree)).body
    return Answer(200, body)


@router.get("/api/v1/progression/estimate/{node_key}", response_model=EstimateResponse)
async def estimate(node_key: str, call: Call) -> Response:
    """When a node's next level could be unlocked, at the pace of the last seven days."""
    node = find_node(node_key)
    return call.look(lambda tx: EstimateResponse.of(node, read_board(tx)))
