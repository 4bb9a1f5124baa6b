"""The minerals, and the kinds of deposits in which they lie."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from kernel.content.base import Document, Frozen, Key, Text
from kernel.content.library import FileSection
from kernel.content.problems import Problem, repeated, unknown
from kernel.content.text_ids import TextId
from kernel.texts import term
from worlds.configs import shipped
from worlds.generation.goods import Good
from worlds.items.content import WorldItemsSection
from worlds.minerals.models import Condition, Rock, Setting
from worlds.text_contexts import DESCRIPTION, MINERAL

Share = Annotated[float, Field(gt=0, le=1)]
Metres = Annotated[float, Field(ge=0)]


class Mineral(Frozen):
    """Something that is dug out of the ground. Source: worlds 11.5."""

    key: Key
    """Identifies it in the database and in other files."""
    written_name: Text = Field(alias="name")
    """What players read; translated."""
    hardness: Annotated[float, Field(ge=1, le=10)]
    """On the scale of Mohs: a tool has to be as hard."""
    value: Annotated[float, Field(gt=0)]
    """Of a unit. Of coal, for each rank; of mana crystals, times their potency."""
    abundance: Share
    """What the quantity of a vein is multiplied with: common 1, copper .5, gold and silver .1, gems .01."""
    goods: tuple[Good, ...] = ()
    """What it counts as where the makers of a world say what their people need: its deposits are more frequent then."""
    product: Key
    """The key of the item that one digs out."""

    @property
    def name(self) -> str:
        return term(MINERAL, self.written_name)


class DepositKind(Frozen):
    """A way in which a mineral lies in the ground."""

    key: Key
    """Identifies it among all kinds."""
    mineral: Key
    """The key of what is dug there."""
    written_name: Text = Field(alias="name")
    """What players call it; translated."""
    written_description: Text = Field(alias="description")
    """What players see of it where it comes to the surface; translated."""
    rock: Rock
    """How it came to be; decides how deep it lies."""
    settings: dict[Setting, Annotated[int, Field(ge=1, le=3)]] = Field(min_length=1)
    """Where it occurs, and how well that suits it: 1 poor, 2 good, 3 best. Nowhere else."""
    conditions: tuple[Condition, ...] = ()
    """What else has to be there, all of it."""
    frequency: Annotated[float, Field(gt=0)]
    """How often it is this one, beside the others that the place allows."""
    beside: Key | None = None
    """The key of the kind beside which it lies, in a cluster of that one, and nowhere else; null for none."""
    depth: tuple[Metres, Metres] | None = None
    """Metres below the ground before erosion; null for what its rock says."""

    @property
    def name(self) -> str:
        return term(MINERAL, self.written_name)

    @property
    def description(self) -> str:
        return term(DESCRIPTION, self.written_description)

    @model_validator(mode="after")
    def _depths_are_in_order(self) -> Self:
        if self.depth and self.depth[0] >= self.depth[1]:
            raise ValueError("depth: the first number is the lower one")
        return self


class MineralsFile(Document):
    minerals: tuple[Mineral, ...] = Field(min_length=1)
    """All minerals."""
    deposits: tuple[DepositKind, ...] = Field(min_length=1)
    """All ways in which they lie in the ground."""


class MineralsSection(FileSection[MineralsFile]):
    file = "minerals.json"
    model = MineralsFile

    @cached_property
    def by_key(self) -> Mapping[str, Mineral]:
        """Minerals by key, in the order of the file."""
        return MappingProxyType({each.key: each for each in self.document.minerals})

    @cached_property
    def deposits(self) -> Mapping[str, DepositKind]:
        """Kinds of deposits by key, in the order of the file."""
        return MappingProxyType({each.key: each for each in self.document.deposits})

    @cached_property
    def alone(self) -> Sequence[DepositKind]:
        """Return the kinds of deposits that need no other one."""
        return [each for each in self.document.deposits if each.beside is None]

    @cached_property
    def beside(self) -> Mapping[str, Sequence[DepositKind]]:
        """Return the kinds that lie beside others, by the key of what they lie beside."""
        found: dict[str, list[DepositKind]] = {}
        for each in self.document.deposits:
            if each.beside is not None:
                found.setdefault(each.beside, []).append(each)
        return MappingProxyType(found)

    def problems(self) -> Iterator[Problem]:
        minerals, deposits = self.document.minerals, self.document.deposits
        yield from repeated(self.file, "minerals", "key", (each.key for each in minerals))
        yield from repeated(self.file, "deposits", "key", (each.key for each in deposits))
        yield from repeated(self.file, "deposits", "name", (each.written_name.lower() for each in deposits))
        for number, each in enumerate(deposits):
            yield from unknown(self.file, f"deposits[{number}].mineral", "mineral", each.mineral, self.by_key)
            if each.beside is not None:
                yield from unknown(self.file, f"deposits[{number}].beside", "deposit", each.beside, self.deposits)
        items = self.library[WorldItemsSection].by_key
        for number, each in enumerate(minerals):
            yield from unknown(self.file, f"minerals[{number}].product", "item", each.product, items)
        used = {each.mineral for each in deposits}
        for number, mineral in enumerate(minerals):
            if mineral.key not in used:
                yield Problem(self.file, f"minerals[{number}]", "no deposit has it: it could never be found")

    def texts(self) -> Iterator[TextId]:
        for mineral in self.document.minerals:
            yield TextId(MINERAL, mineral.written_name)
        for deposit in self.document.deposits:
            yield TextId(MINERAL, deposit.written_name)
            yield TextId(DESCRIPTION, deposit.written_description)

    def summary(self) -> str:
        return f"{len(self.by_key)} minerals in {len(self.deposits)} kinds of deposits"


minerals: Final = shipped[MineralsSection]
