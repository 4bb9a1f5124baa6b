"""/api/v1/admin/recipes: teaching recipes to players."""

from __future__ import annotations

from fastapi import Response

from community.crafting import learning, texts
from doors.call import Call
from doors.fields import Message
from doors.routes import Router
from functions.community.shapes.fields import NodeKey
from functions.community.shapes.player_selector import PlayerSelector
from kernel.database import Tx

router = Router()


class UnlockRequest(PlayerSelector):
    recipe_key: NodeKey


@router.post("/api/v1/admin/recipes/unlock", response_model=Message)
async def unlock_recipe(body: UnlockRequest, call: Call) -> Response:
    """Teach a player a recipe, regardless of its requirements."""

    def use_case(tx: Tx) -> Message:
        player, recipe, new = learning.teach(tx, body.only_player, body.recipe_key)
        return Message(message=texts.learned_text(player.username, recipe.target_item, new=new))

    return call.act(use_case)
