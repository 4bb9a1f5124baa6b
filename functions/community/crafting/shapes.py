"""Requests and responses of the crafting group. Source: wire 6."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from math import ceil
from typing import Annotated, Any
from uuid import UUID

from pydantic import AliasChoices, BaseModel, Field, model_validator

from community.catalog.content import Ingredient, items
from community.crafting import texts
from community.crafting.content import Upgrade
from community.crafting.models import Crafted, CraftingJob, Salvage
from community.crafting.rules import SALVAGE_MULTIPLIER
from community.players.models import PlayerRef
from doors.fields import Body, Message, Timestamp
from functions.community.shapes.fields import Caller, ItemName, Platform, PlatformId, Quantity, Username
from functions.community.shapes.player_selector import NamedAccount
from functions.community.shapes.qualities import AskedQuality


class CraftRequest(Caller):
    item: Annotated[ItemName, Field(validation_alias=AliasChoices("item", "item_name"))]
    quantity: Quantity
    quality_level: AskedQuality = None


class UpgradeResponse(Message):
    """What was made. A recipe that takes time has `job_id` and `due_at`; its bonus is rolled when it is done."""

    new_item: str
    quantity_upgraded: int
    is_masterwork: bool
    bonus_quantity: int
    job_id: UUID | None = None
    due_at: Timestamp | None = None

    @classmethod
    def of(cls, crafted: Crafted) -> UpgradeResponse:
        batch, job = crafted.batch, crafted.job
        quantity, bonus = (batch.certain, 0) if job else (batch.produced, batch.bonus)
        return cls(
            message=texts.crafted_text(crafted),
            new_item=batch.item.internal_name,
            quantity_upgraded=quantity,
            is_masterwork=bonus > 0,
            bonus_quantity=bonus,
            job_id=job.job_id if job else None,
            due_at=job.due_at if job else None,
        )


class DisassembleResponse(Message):
    outputs: dict[str, int]
    quantity_processed: int
    is_perfect_salvage: bool
    multiplier: float

    @classmethod
    def of(cls, salvage: Salvage) -> DisassembleResponse:
        return cls(
            message=texts.disassembled_text(salvage),
            outputs=dict(salvage.outputs),
            quantity_processed=salvage.units,
            is_perfect_salvage=salvage.perfect > 0,
            multiplier=float(SALVAGE_MULTIPLIER),
        )


class RecipesQuery(Body):
    """With `item`: the recipe for it. With `user`: the recipes that player knows. Otherwise: all recipes."""

    item: ItemName | None = None
    user: Username | None = None
    platform: Platform | None = None
    platform_id: PlatformId | None = None

    @model_validator(mode="before")
    @classmethod
    def _relevant_fields(cls, query: Any) -> Any:
        """Drop empty fields; without `item` and `user`, drop all others too."""
        if not isinstance(query, dict):
            return query
        query = {name: value for name, value in query.items() if value != ""}
        if "item" not in query and query.get("user") is not None:
            NamedAccount.model_validate({**query, "username": query["user"]})  # a refusal names what is missing
        return query if "item" in query or "user" in query else {}

    @property
    def player(self) -> PlayerRef | None:
        if self.platform is None or (self.platform_id is None and self.user is None):
            return None
        return PlayerRef(self.platform, self.platform_id, None if self.platform_id else self.user)


class IngredientView(BaseModel):
    item_id: int
    item_name: str
    quantity: int

    @classmethod
    def of(cls, row: Ingredient) -> IngredientView:
        return cls(item_id=items.by_name[row.item].item_id, item_name=row.item, quantity=row.quantity)


class KnownRecipe(BaseModel):
    """A recipe.

    Attributes:
        required_job_level: the level in `required_job` that unlocks it; 0, and no job, when none is needed.
    """

    item_name: str
    item_id: int
    recipe_key: str
    public_name: str
    required_job_level: int
    required_job: str | None = None

    @classmethod
    def of(cls, recipe: Upgrade) -> KnownRecipe:
        return cls(**_names(recipe))


class RecipeView(KnownRecipe):
    """A recipe with its inputs and outputs.

    Attributes:
        duration_seconds: absent for a recipe that takes no time.
    """

    description: str
    inputs: list[IngredientView]
    outputs: list[IngredientView]
    duration_seconds: int | None = None

    @classmethod
    def of(cls, recipe: Upgrade) -> RecipeView:
        return cls(
            **_names(recipe),
            description=items.by_name[recipe.target_item].description,
            inputs=[IngredientView.of(cost) for cost in recipe.costs],
            outputs=[IngredientView.of(Ingredient(item=recipe.target_item, quantity=recipe.output_quantity))],
            duration_seconds=recipe.duration_seconds,
        )


class RecipesResponse(BaseModel):
    recipes: list[RecipeView]


class KnownRecipesResponse(BaseModel):
    recipes: list[KnownRecipe]


class RecipeResponse(BaseModel):
    """The recipe for one item.

    Attributes:
        locked: true, or absent.
    """

    item_name: str
    locked: bool | None = None
    base_cost: list[IngredientView]
    required_job_level: int
    required_job: str | None = None

    @classmethod
    def of(cls, recipe: Upgrade, locked: bool) -> RecipeResponse:
        return cls(
            item_name=recipe.target_item,
            locked=locked or None,
            base_cost=[IngredientView.of(cost) for cost in recipe.costs],
            **_requirement(recipe),
        )


class CraftingJobView(BaseModel):
    """A crafting job.

    Attributes:
        waiting_for_room: true when it is done but does not fit into the inventory, otherwise absent.
    """

    job_id: UUID
    recipe_key: str
    item_name: str
    public_name: str
    quantity: int
    started_at: Timestamp
    due_at: Timestamp
    remaining_seconds: int
    waiting_for_room: bool | None = None

    @classmethod
    def of(cls, job: CraftingJob, now: datetime) -> CraftingJobView:
        return cls(
            job_id=job.job_id,
            recipe_key=job.recipe_key,
            item_name=job.item.internal_name,
            public_name=job.item.public_name,
            quantity=job.quantity,
            started_at=job.started_at,
            due_at=job.due_at,
            remaining_seconds=max(0, ceil((job.due_at - now).total_seconds())),
            waiting_for_room=job.waiting_for_room or None,
        )


class JobsResponse(BaseModel):
    jobs: list[CraftingJobView]


class CancelRequest(Caller):
    """Which job to cancel; without `job_id`, the one that was started last."""

    job_id: UUID | None = None


class CancelResponse(Message):
    job_id: UUID
    refunded: dict[str, int]

    @classmethod
    def of(cls, job: CraftingJob, refunded: Mapping[str, int]) -> CancelResponse:
        return cls(message=texts.cancelled_text(job, refunded), job_id=job.job_id, refunded=dict(refunded))


def _names(recipe: Upgrade) -> dict[str, Any]:
    item = items.by_name[recipe.target_item]
    return {
        "item_name": item.internal_name,
        "item_id": item.item_id,
        "recipe_key": recipe.recipe_key,
        "public_name": item.public_name,
        **_requirement(recipe),
    }


def _requirement(recipe: Upgrade) -> dict[str, Any]:
    level = recipe.required_job_level
    return {"required_job_level": level, "required_job": recipe.job_key if level else None}
