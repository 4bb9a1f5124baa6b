"""The recipes, the tools that they need, and which materials go together: recipes.json."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import Annotated, Final, Literal

from pydantic import Field, PositiveInt

from kernel.content.base import Document, Frozen, Key, Text
from kernel.content.library import FileSection
from kernel.content.problems import Problem, repeated, unknown
from kernel.content.text_ids import TextId
from kernel.texts import term
from worlds.configs import shipped
from worlds.fixtures.content import Fixture, FixturesSection, Station
from worlds.items.content import WorldItem, WorldItemsSection
from worlds.items.models import HIGHEST_QUALITY
from worlds.skills.models import Skill
from worlds.technology.content import Amount, TechnologySection
from worlds.text_contexts import TOOL

RecipeCategory = Literal["weapon", "armor", "tool", "consumable", "building", "component"]
RecipeDifficulty = Literal["trivial", "easy", "medium", "hard", "extreme"]
BUILDING: Final[RecipeCategory] = "building"


class ToolKind(Frozen):
    """Something to work with: any of its items serves."""

    key: Key
    """Recipes name it."""
    written_name: Text = Field(alias="name")
    """What players read of it; translated."""
    items: tuple[Key, ...] = Field(min_length=1)
    """The keys of the items that serve, the simplest first."""

    @property
    def name(self) -> str:
        return term(TOOL, self.written_name)


class MaterialKind(Frozen):
    """Materials that are alike, for those who experiment."""

    key: Key
    """Other kinds name it."""
    items: tuple[Key, ...] = Field(min_length=1)
    """The keys of the items of this kind."""
    goes_with: tuple[Key, ...] = ()
    """The kinds that it is often worked together with."""


class RecipeIngredient(Amount):
    """What a recipe uses up."""

    min_quality: Annotated[int, Field(ge=0, le=HIGHEST_QUALITY)] = 0
    """Things below it do not count."""
    substitutes: tuple[Amount, ...] = ()
    """What serves as well, each in its own quantity."""

    @property
    def choices(self) -> tuple[Amount, ...]:
        """What serves, what the recipe names first."""
        return (self, *self.substitutes)


class Recipe(Frozen):
    """How something is made. A recipe is called like what comes of it."""

    key: Key
    """Identifies it in the database; the key of the item that it makes, or of the fixture that is built."""
    category: RecipeCategory
    """What it makes. Only buildings are fixtures."""
    node: Key
    """The node of technology that it belongs to."""
    skill: Skill
    """What one makes it with."""
    level: Annotated[int, Field(ge=0, le=100)]
    """Of the skill, that one has to have."""
    difficulty: RecipeDifficulty
    """What the skill is tested against; a trivial one never fails."""
    seconds: PositiveInt
    """How long it takes, in the time of the world."""
    value: PositiveInt
    """What one product is worth, of common quality."""
    ingredients: tuple[RecipeIngredient, ...] = Field(min_length=1)
    """What it uses up."""
    station: Station | None = None
    """What has to stand within reach; null for nothing."""
    tool: Key | None = None
    """The key of the kind of tool that one has to carry; null for none."""
    quantity: PositiveInt = 1
    """How many come of it."""
    by_products: tuple[Amount, ...] = ()
    """What comes of it as well."""

    @property
    def is_building(self) -> bool:
        return self.category == BUILDING


class RecipesFile(Document):
    tools: tuple[ToolKind, ...] = ()
    """The kinds of tools that recipes need."""
    materials: tuple[MaterialKind, ...] = ()
    """Which materials are alike, and go together."""
    recipes: tuple[Recipe, ...] = Field(min_length=1)
    """All recipes."""


class RecipesSection(FileSection[RecipesFile]):
    file = "recipes.json"
    model = RecipesFile

    @cached_property
    def by_key(self) -> Mapping[str, Recipe]:
        """By key, in the order of the file."""
        return MappingProxyType({each.key: each for each in self.document.recipes})

    @cached_property
    def tools(self) -> Mapping[str, ToolKind]:
        """Kinds of tools by key."""
        return MappingProxyType({each.key: each for each in self.document.tools})

    @cached_property
    def of_node(self) -> Mapping[str, Sequence[Recipe]]:
        """What each node unlocks: {node: recipes}."""
        found: dict[str, list[Recipe]] = defaultdict(list)
        for each in self.document.recipes:
            found[each.node].append(each)
        return MappingProxyType(dict(found))

    @cached_property
    def material_of(self) -> Mapping[str, MaterialKind]:
        """Which kind of material each item is: {item: kind}."""
        return MappingProxyType({item: each for each in self.document.materials for item in each.items})

    @cached_property
    def using(self) -> Mapping[str, Sequence[Recipe]]:
        """Which recipes may use an item up: {item: recipes}."""
        found: dict[str, list[Recipe]] = defaultdict(list)
        for recipe in self.document.recipes:
            for item in dict.fromkeys(amount.item for each in recipe.ingredients for amount in each.choices):
                found[item].append(recipe)
        return MappingProxyType(dict(found))

    def product(self, recipe: Recipe) -> WorldItem | Fixture:
        """Return what a recipe makes."""
        if recipe.is_building:
            return self.library[FixturesSection].by_key[recipe.key]
        return self.library[WorldItemsSection].by_key[recipe.key]

    def problems(self) -> Iterator[Problem]:
        rows, items = self.document.recipes, self.library[WorldItemsSection].by_key
        yield from repeated(self.file, "recipes", "key", (each.key for each in rows))
        yield from repeated(self.file, "tools", "key", (each.key for each in self.document.tools))
        yield from repeated(
            self.file, "materials", "items", (item for each in self.document.materials for item in each.items)
        )
        for number, kind in enumerate(self.document.tools):
            for place, item in enumerate(kind.items):
                yield from unknown(self.file, f"tools[{number}].items[{place}]", "item", item, items)
        kinds = {each.key for each in self.document.materials}
        for number, material in enumerate(self.document.materials):
            for place, item in enumerate(material.items):
                yield from unknown(self.file, f"materials[{number}].items[{place}]", "item", item, items)
            for place, key in enumerate(material.goes_with):
                yield from unknown(self.file, f"materials[{number}].goes_with[{place}]", "material", key, kinds)
        for number, recipe in enumerate(rows):
            yield from self._problems_of(f"recipes[{number}]", recipe)

    def _problems_of(self, field: str, recipe: Recipe) -> Iterator[Problem]:
        items, fixtures = self.library[WorldItemsSection].by_key, self.library[FixturesSection].by_key
        if recipe.is_building:
            yield from unknown(self.file, f"{field}.key", "fixture", recipe.key, fixtures)
            if recipe.quantity > 1:
                yield Problem(self.file, f"{field}.quantity", "one building comes of it")
        else:
            yield from unknown(self.file, f"{field}.key", "item", recipe.key, items)
        nodes = self.library[TechnologySection].by_key
        yield from unknown(self.file, f"{field}.node", "node", recipe.node, nodes)
        yield from unknown(self.file, f"{field}.tool", "tool", recipe.tool, self.tools)
        named = [amount for each in recipe.ingredients for amount in each.choices]
        for amount in (*named, *recipe.by_products):
            yield from unknown(self.file, f"{field}", "item", amount.item, items)
        if recipe.station and not any(
            each.station and each.station.serves(recipe.station) for each in fixtures.values()
        ):
            yield Problem(self.file, f"{field}.station", "nothing serves for it")

    def texts(self) -> Iterator[TextId]:
        for each in self.document.tools:
            yield TextId(TOOL, each.written_name)

    def summary(self) -> str:
        return f"{len(self.by_key)} recipes"


recipes: Final = shipped[RecipesSection]
