"""/api/v1/progression: the community's tree."""

from __future__ import annotations

from doors.start_http import ready  # first: see there

from fastapi import Response
from pydantic import Field

from brandish.progression import service as progression
from doors.app import create_app, create_handler
from doors.call import Call
from doors.fields import Body, Level, Message, NodeKey
from progression.views import AvailableResponse, TreeResponse

app = create_app("Progression")


class NodeRequest(Body):
    node_key: NodeKey = Field(examples=["feature_economy"])
    level: Level = 0


@app.get("/api/v1/progression/tree", response_model=TreeResponse)
async def tree(call: Call) -> Response:
    """Every node of the tree, and how far the community has unlocked it."""
    with call.reading() as tx:
        return call.answer(tx, TreeResponse.of(progression.read_tree(tx)))


@app.get("/api/v1/progression/available", response_model=AvailableResponse)
async def available(call: Call) -> Response:
    """The nodes that could be unlocked next: their prerequisites hold and a level is left."""
    with call.reading() as tx:
        return call.answer(tx, AvailableResponse.of(progression.read_tree(tx)))


@app.post("/api/v1/progression/admin/unlock", response_model=Message)
async def unlock(body: NodeRequest, call: Call) -> Response:
    """Unlock all levels of a node up to `level`; 0 means the first."""
    with call.transaction() as tx:
        node = progression.unlock(tx, body.node_key, body.level)
        return call.answer(tx, Message(message=f"Level {body.level or 1} of {node.name} is unlocked."))


@app.post("/api/v1/progression/admin/unlock-all", response_model=Message)
async def unlock_all(call: Call) -> Response:
    """Unlock every node up to its highest level."""
    with call.transaction() as tx:
        added = progression.unlock_all(tx)
        return call.answer(tx, Message(message=f"Everything is unlocked: {added} levels were added."))


@app.post("/api/v1/progression/admin/relock", response_model=Message)
async def relock(body: NodeRequest, call: Call) -> Response:
    """Take back `level` of a node and all above it; 0 means the whole node."""
    with call.transaction() as tx:
        node = progression.relock(tx, body.node_key, body.level)
        gone = f"Level {body.level} of {node.name} and all above it" if body.level > 1 else node.name
        return call.answer(tx, Message(message=f"{gone}: locked again."))


handler = create_handler(app)
ready()
