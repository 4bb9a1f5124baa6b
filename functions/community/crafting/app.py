"""/api/v1/crafting, and /api/v1/user/item/upgrade and /disassemble: crafting."""

from __future__ import annotations

from doors.start_http import ready  # first: see there

from typing import Annotated

from fastapi import Query, Response

from community.crafting import recipes as book
from community.crafting import service as workshop
from community.crafting import timed_crafting
from community.crafting.content import upgrades
from doors.app import create_app, create_handler
from doors.call import Call
from functions.community.crafting.shapes import (
    CancelRequest,
    CancelResponse,
    CraftingJobView,
    CraftRequest,
    DisassembleResponse,
    JobsResponse,
    KnownRecipe,
    KnownRecipesResponse,
    RecipeResponse,
    RecipesQuery,
    RecipesResponse,
    RecipeView,
    UpgradeResponse,
)
from functions.community.shapes.player_selector import PlayerSelector
from kernel.database import Tx

app = create_app("Crafting")


@app.post("/api/v1/user/item/upgrade", response_model=UpgradeResponse)
async def upgrade(body: CraftRequest, call: Call) -> Response:
    """Make an item out of others: up to `quantity`, as far as the ingredients last. Some recipes take time."""
    return call.act(
        lambda tx: UpgradeResponse.of(
            workshop.upgrade_item(tx, body.player, body.item, body.quantity, body.quality_level)
        )
    )


@app.post("/api/v1/user/item/disassemble", response_model=DisassembleResponse)
async def disassemble(body: CraftRequest, call: Call) -> Response:
    """Take items apart: up to `quantity`, as many as the player has."""
    return call.act(
        lambda tx: DisassembleResponse.of(
            workshop.disassemble_item(tx, body.player, body.item, body.quantity, body.quality_level)
        )
    )


@app.get("/api/v1/crafting/recipes", response_model=RecipesResponse | KnownRecipesResponse | RecipeResponse)
@app.get("/api/v1/recipes", response_model=RecipesResponse | KnownRecipesResponse | RecipeResponse)
async def recipes(query: Annotated[RecipesQuery, Query()], call: Call) -> Response:
    """The recipe for an `item`; or the recipes that a `user` knows; or all recipes."""

    def use_case(tx: Tx) -> RecipeResponse | KnownRecipesResponse | RecipesResponse:
        if query.item is not None:
            return RecipeResponse.of(*book.recipe_of(tx, query.item, query.player))
        if query.player is not None:
            known = book.known_recipes(tx, query.player)
            return KnownRecipesResponse(recipes=[KnownRecipe.of(recipe) for recipe in known])
        everything = upgrades.by_key.values()
        return RecipesResponse(recipes=[RecipeView.of(recipe) for recipe in everything])

    return call.look(use_case)


@app.get("/api/v1/crafting/jobs", response_model=JobsResponse)
async def jobs(query: Annotated[PlayerSelector, Query()], call: Call) -> Response:
    """A player's crafting jobs: those in progress, and finished ones that wait for room."""

    def use_case(tx: Tx) -> JobsResponse:
        found = timed_crafting.jobs_of(tx, query.player)
        return JobsResponse(jobs=[CraftingJobView.of(job, tx.now) for job in found])

    return call.look(use_case)


@app.post("/api/v1/crafting/cancel", response_model=CancelResponse)
async def cancel(body: CancelRequest, call: Call) -> Response:
    """Cancel a crafting job and return all its ingredients."""

    def use_case(tx: Tx) -> CancelResponse:
        job, refunded = timed_crafting.cancel(tx, body.player, body.job_id)
        return CancelResponse.of(job, refunded)

    return call.act(use_case)


handler = create_handler(app)
ready()
