"""What a world is to be like: the shape of a configuration, and what it lacks. Source: worlds 10.3."""

from __future__ import annotations

import json
import re
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from kernel.naming import is_unicode
from worlds.generation.parameters import SIZES
from worlds.interview.topics import InterviewTopic

LONGEST: Final = 300
"""Characters of a text."""
MOST: Final = 12
"""Entries of a list."""

TechLevel = Literal["stone_age", "medieval", "renaissance", "industrial", "modern", "futuristic", "mixed"]
MagicLevel = Literal["none", "rare", "common", "dominant"]
GeologicalAge = Literal["young", "mature", "old"]

Line = Annotated[str, Field(max_length=LONGEST)]
Lines = Annotated[tuple[Annotated[str, Field(min_length=1, max_length=100)], ...], Field(max_length=MOST)]
Moons = Annotated[str, Field(pattern=r"^(none|one|many|random|\d{1,2})$", examples=["one"]), BeforeValidator(str)]

_FENCE: Final = re.compile(r"```(?:json)?\s*(.*?)```", re.DOTALL | re.IGNORECASE)


class WorldConfiguration(BaseModel):
    """A world as its maker wants it. What no one has said is empty, or as usual."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True)

    theme: Line = ""
    tone: Line = ""
    unique_aspect: Line = ""
    inspirations: Lines = ()
    conflicts: Lines = ()
    tech_level: TechLevel | Literal[""] = ""
    magic_level: MagicLevel = "none"
    advanced_tech: Line = ""
    magic_impact: Line = ""
    planet_size: Line = ""
    climate_range: Line = ""
    land_water_ratio: Line = ""
    water_level: Line = ""
    unique_features: Lines = ()
    extreme_environments: Lines = ()
    geological_age: GeologicalAge = "mature"
    natural_satellites: Moons = "random"
    simulate_geology: bool = True
    simulate_life: bool = True
    disable_diseases: bool = False
    sentient_species: Lines = ()
    political_structure: Line = ""
    economic_system: Line = ""
    cultural_values: Lines = ()
    religions: Lines = ()
    taboos: Lines = ()
    world_name: Line = ""

    def as_json(self) -> dict[str, Any]:
        """Return it as it is stored and sent."""
        return self.model_dump(mode="json", by_alias=True)

    @property
    def is_storable(self) -> bool:
        """Whether the database can store it: JSON can express what is no text, and Postgres stores no NUL."""
        text = json.dumps(self.as_json(), ensure_ascii=False)
        return "\\u0000" not in text and is_unicode(text)

    @property
    def missing(self) -> InterviewTopic | None:
        """The first topic without whose answer no world can be made; None if nothing is missing."""
        needed = {
            InterviewTopic.CONCEPT: self.theme,
            InterviewTopic.SPECIES: self.sentient_species,
            InterviewTopic.ENVIRONMENT: self.planet_size,
            InterviewTopic.TECHNOLOGY: self.tech_level,
            InterviewTopic.NAME: self.world_name,
        }
        return next((topic for topic, value in needed.items() if not value), None)


class NotAConfiguration(Exception):
    """A text is no configuration; the message says why."""


def read_reply(text: str, name: str) -> WorldConfiguration:
    """Return the configuration that a model has written, perhaps within a fence.

    Args:
        name: of the world, which is checked already and not for the model to choose.

    Raises:
        NotAConfiguration
    """
    fenced = _FENCE.search(text)
    try:
        data = json.loads((fenced[1] if fenced else text).strip())
    except (ValueError, RecursionError) as error:
        raise NotAConfiguration("it is no JSON document") from error
    if not isinstance(data, dict):
        raise NotAConfiguration("it is no JSON object")
    try:
        # Strict about what is there; the lists of JSON become tuples.
        found = WorldConfiguration.model_validate({**data, "worldName": name})
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise NotAConfiguration(f"{place}: {first['msg']}") from error
    if not found.is_storable:
        raise NotAConfiguration("control characters")
    if not any(word in SIZES for word in found.planet_size.lower().split()):
        raise NotAConfiguration(f"planetSize: one of {', '.join(SIZES)}")
    if found.missing is not None:
        raise NotAConfiguration("theme, techLevel, planetSize and sentientSpecies must not be empty")
    return found
