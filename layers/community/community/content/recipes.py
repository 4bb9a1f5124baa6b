from typing import Literal, Self

from pydantic import Field, PositiveInt, model_validator

from kernel.content.base import Document, Frozen, Key


class Ingredient(Frozen):
    item: Key
    quantity: PositiveInt


class Upgrade(Frozen):
    recipe_key: Key
    target_item: Key
    costs: tuple[Ingredient, ...] = Field(min_length=1)
    output_quantity: PositiveInt = 1
    duration_seconds: PositiveInt | None = None  # how long it is in the works; None: made at once
    job_key: Key | None = None
    xp_reward: PositiveInt | None = None
    unlock_type: Literal["auto", "job_level", "node", "manual"] = "auto"
    unlock_threshold: PositiveInt | None = None  # a job level
    node_key: Key | None = None

    @model_validator(mode="after")
    def _knows_its_condition(self) -> Self:
        if self.unlock_type == "job_level" and (self.job_key is None or self.unlock_threshold is None):
            raise ValueError('unlock_type "job_level" needs job_key and unlock_threshold')
        if self.unlock_type == "node" and self.node_key is None:
            raise ValueError('unlock_type "node" needs node_key')
        return self


class Disassemble(Frozen):
    recipe_key: Key  # the item taken apart
    quantity_consumed: PositiveInt
    outputs: tuple[Ingredient, ...] = Field(min_length=1)
    associated_upgrade: Key


class UpgradesFile(Document):
    recipes: tuple[Upgrade, ...]


class DisassemblesFile(Document):
    recipes: tuple[Disassemble, ...]
