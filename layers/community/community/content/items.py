from typing import Annotated, Literal, Self

from pydantic import Field, NonNegativeInt, PlainSerializer, PositiveInt, model_validator

from kernel.content.base import Document, Frozen, Key, Text

Tag = Literal[
    "buyable",
    "can_open",
    "compostable",
    "consumable",
    "currency",
    "disassembleable",
    "material",
    "no-use",
    "sellable",
    "tradeable",
    "upgradeable",
]
ContentType = Literal["container", "defense", "explosive", "healing", "magical", "material", "utility", "weapon"]
HandlerName = Literal[
    "delayed_blast",
    "generator",
    "lootbox",
    "revive",
    "shield",
    "trap",
    "utility",
    "video_effect",
    "weapon",
    "xp",
]
# The others have a default for everything: a weapon without seconds lasts a minute.
NEEDED_BY_HANDLER = {"delayed_blast": "chatters", "generator": "item", "video_effect": "effects", "xp": "xp"}


class HandlerConfig(Frozen):
    """What an item's effect needs to know; each handler reads the fields that concern it."""

    seconds: PositiveInt = 60  # length of a timeout, or what a revive takes off
    target: Literal["named", "random", "crowd"] = "named"
    min_targets: PositiveInt = 1  # of a crowd
    max_targets: PositiveInt = 1
    chatters: PositiveInt | None = None  # a delayed blast waits for this many
    kind: Literal["block", "reflect"] = "block"  # of a shield
    item: Key | None = None  # what a generator makes
    quantity: PositiveInt = 1  # per unit used
    xp: PositiveInt | None = None  # per unit used
    effects: tuple[Key, ...] = ()  # the video effects to choose from

    @model_validator(mode="after")
    def _crowd_has_a_size(self) -> Self:
        if self.min_targets > self.max_targets:
            raise ValueError(f"min_targets {self.min_targets} is above max_targets {self.max_targets}")
        return self


class Item(Frozen):
    item_id: PositiveInt
    internal_name: Key
    public_name: Text
    description: Text
    default_display: Text
    max_stack: PositiveInt  # for display; never enforced
    base_value: NonNegativeInt  # money
    tags: Annotated[frozenset[Tag], PlainSerializer(sorted, return_type=list[Tag], when_used="json")]
    types: tuple[ContentType, ...] = Field(alias="type", min_length=1)
    handler: HandlerName | None = None
    handler_config: HandlerConfig = Field(default_factory=HandlerConfig)
    node_key: Key | None = None  # no node: never locked

    @model_validator(mode="after")
    def _handler_has_what_it_needs(self) -> Self:
        needed = NEEDED_BY_HANDLER.get(self.handler or "")
        if needed and not getattr(self.handler_config, needed):
            raise ValueError(f'handler "{self.handler}" needs handler_config.{needed}')
        return self

    @property
    def category(self) -> ContentType:
        return self.types[0]

    @property
    def is_money(self) -> bool:
        return self.internal_name == "money"

    @property
    def is_currency(self) -> bool:
        return "currency" in self.tags

    @property
    def sellable(self) -> bool:
        return "sellable" in self.tags

    @property
    def buyable(self) -> bool:
        return "buyable" in self.tags

    @property
    def tradeable(self) -> bool:
        return "tradeable" in self.tags

    @property
    def upgradeable(self) -> bool:
        return "upgradeable" in self.tags

    @property
    def consumable(self) -> bool:
        return "consumable" in self.tags

    @property
    def compostable(self) -> bool:
        return "compostable" in self.tags


class ItemsFile(Document):
    description: str = ""
    items: tuple[Item, ...]
