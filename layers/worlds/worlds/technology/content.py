"""The nodes of technology: technology.json."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from types import MappingProxyType
from typing import Annotated, Final

from pydantic import Field, PositiveInt

from kernel.content.base import Document, Frozen, Key, Text
from kernel.content.library import FileSection
from kernel.content.problems import Problem, repeated, unknown
from kernel.content.text_ids import TextId
from kernel.texts import term
from worlds.configs import shipped
from worlds.items.content import WorldItemsSection
from worlds.technology.models import TechnologyLevel
from worlds.text_contexts import TECHNOLOGY

TIERS: Final = 4
"""Of each level."""


class Amount(Frozen):
    """Things of one kind."""

    item: Key
    """The key of a kind of thing."""
    quantity: PositiveInt = 1
    """How many."""


class TechnologyNode(Frozen):
    """Something that people know how to do. Recipes say which node they belong to: it unlocks them."""

    key: Key
    """Identifies it in the database and in other files."""
    written_name: Text = Field(alias="name")
    """What players read; translated."""
    level: TechnologyLevel
    """Worlds hold their own level, and all below."""
    tier: Annotated[int, Field(ge=1, le=TIERS)]
    """How far it is within its level."""
    requires: tuple[Key, ...] = ()
    """The keys of nodes that have to be known first."""
    cost: tuple[Amount, ...] = ()
    """What is used up by trying."""
    seconds: PositiveInt
    """How long it takes to find out, in the time of the world."""
    counterpart_of: Key | None = None
    """The key of a node that this one takes the place of; only where magic is dominant. null for all others."""

    @property
    def name(self) -> str:
        return term(TECHNOLOGY, self.written_name)


class TechnologyFile(Document):
    nodes: tuple[TechnologyNode, ...] = Field(min_length=1)
    """All nodes, those of the lowest level first."""


class TechnologySection(FileSection[TechnologyFile]):
    file = "technology.json"
    model = TechnologyFile

    @cached_property
    def by_key(self) -> Mapping[str, TechnologyNode]:
        """By key, in the order of the file."""
        return MappingProxyType({each.key: each for each in self.document.nodes})

    def problems(self) -> Iterator[Problem]:
        rows, items = self.document.nodes, self.library[WorldItemsSection].by_key
        yield from repeated(self.file, "nodes", "key", (each.key for each in rows))
        yield from repeated(self.file, "nodes", "name", (each.written_name.lower() for each in rows))
        for number, node in enumerate(rows):
            field = f"nodes[{number}]"
            yield from unknown(self.file, f"{field}.counterpart_of", "node", node.counterpart_of, self.by_key)
            for place, key in enumerate(node.requires):
                yield from unknown(self.file, f"{field}.requires[{place}]", "node", key, self.by_key)
                if key in self.by_key and self.by_key[key].level.rank > node.level.rank:
                    yield Problem(self.file, f"{field}.requires[{place}]", f"{key} is of a higher level")
            for place, each in enumerate(node.cost):
                yield from unknown(self.file, f"{field}.cost[{place}].item", "item", each.item, items)
        try:
            TopologicalSorter({node.key: node.requires for node in rows}).prepare()
        except CycleError as error:
            yield Problem(self.file, "nodes", f"these require each other: {', '.join(error.args[1])}")

    def texts(self) -> Iterator[TextId]:
        for node in self.document.nodes:
            yield TextId(TECHNOLOGY, node.written_name)

    def summary(self) -> str:
        return f"{len(self.by_key)} nodes of technology"


technology: Final = shipped[TechnologySection]
