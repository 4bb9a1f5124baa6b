"""The file that a world is: what is in it, and what is not accepted. Source: issue 18, import and export."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from kernel.errors import Conflict, Refused
from kernel.texts import alternatives
from worlds.deep_time.models import ALL, COSTS, GOALS, LATEST, MOMENTS, MOST_MARKS, MOST_PENDING, SPEEDS
from worlds.ecosystem.creatures import KEPT_TRAITS
from worlds.generation.biomes import Biome
from worlds.generation.parameters import MOST_MOONS, SIZES, Interval, Parameters
from worlds.interview.configuration import Lines, WorldConfiguration
from worlds.technology.models import TechnologyLevel
from worlds.world.rules import LONGEST_NAME, MOST_HOURS_PER_DAY, MOST_SEATS

FORMAT: Final = "brandish-world"
VERSION: Final = 1
MOST_BYTES: Final = 1024 * 1024
"""Of a file: a checkpoint has half a megabyte."""
MOST_CHECKPOINT: Final = 960 * 1024
"""Characters of one, in base64."""
MOST_CELLS: Final = 64 * 256
"""Of a map."""
MOST_NUMBER: Final = 2**53
"""Up to which every program reads numbers exactly."""

Degrees = Annotated[float, Field(ge=-5_000, le=5_000, allow_inf_nan=False)]
Metres = Annotated[int, Field(ge=-50_000, le=50_000)]
Percent = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
Number = Annotated[int, Field(ge=0, le=MOST_NUMBER)]
Place = Annotated[float, Field(ge=-1e9, le=1e9)]
Factor = Annotated[float, Field(ge=0.05, le=10, allow_inf_nan=False)]
Year = Annotated[int, Field(ge=0, le=LATEST)]
Seed = Annotated[int, Field(ge=0, lt=MOST_NUMBER)]
Rain = Annotated[float, Field(ge=0, le=20_000)]
IN_JSON: Final = Field(strict=False)
"""A tuple is a list there."""
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", examples=["0123456789abcdef" * 4])]


class FileRefused(Refused):
    """A file that no world can be made from."""

    code = "invalid_input"
    message = "{field}: {reason}."


class CheckpointRefused(Refused):
    """A checkpoint that no world goes on from."""

    code = "invalid_input"
    message = "deep_time.checkpoint: this is not what the game has written ({part}). Export the world once more."


class FileOfOtherVersion(Refused):
    """A file of a version that this installation does not know."""

    code = "invalid_input"
    message = "version: this installation reads version {known} of files, and this one is of version {version}."


class FileChanged(Refused):
    """A file whose digest is not that of its content."""

    code = "invalid_input"
    message = "digest: this file was changed or damaged after it was exported. Export the world once more."


class YearsPassing(Conflict):
    """Years pass in the world at the moment."""

    code = "conflict"
    message = "Years are passing in {name}. Write world pause there, and try again."


def _is_line(text: str) -> str:
    # Half a surrogate pair, which JSON can express, is no text, and Postgres stores no NUL.
    if any(not each.isprintable() for each in text):
        raise ValueError("control characters")
    return text


def _is_storable(configuration: WorldConfiguration) -> WorldConfiguration:
    if not configuration.is_storable:
        raise ValueError("control characters")
    return configuration


Line = Annotated[str, Field(max_length=300), AfterValidator(_is_line)]


class FilePart(BaseModel):
    """What a file is made of: unknown fields and wrong types are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class FileCorner(FilePart):
    """A corner of a world with walls, in metres."""

    x: float
    y: float
    z: float


class FileWalls(FilePart):
    """The walls of a world."""

    min: FileCorner
    max: FileCorner


class FileParameters(FilePart):
    """What the ground is made from, besides the seed."""

    size: str
    land: Annotated[float, Field(ge=0.01, le=1, examples=[0.3])]
    sea_level: Annotated[float, Field(ge=-20_000, le=20_000)] | None = None
    temperature: Annotated[tuple[Degrees, Degrees], IN_JSON]
    rain: Annotated[tuple[Rain, Rain], IN_JSON]
    erosion: Factor
    life: Factor
    heat: Factor
    moons: Annotated[int, Field(ge=0, le=MOST_MOONS)] | None = None
    geology: bool = True
    biomes: Annotated[
        tuple[Annotated[float, Field(ge=0, le=1)], ...],
        Field(max_length=len(Biome), strict=False, examples=[[0, 0.1, 0, 0, 0.35, 0.55, 0, 0]]),
    ] = ()

    @property
    def parameters(self) -> Parameters:
        """The same, as the generator takes it.

        Raises:
            FileRefused
        """
        if self.size not in SIZES:
            raise FileRefused(field="parameters.size", reason="has to be " + alternatives(list(SIZES)))
        if len(self.biomes) not in (0, len(Biome)):
            raise FileRefused(field="parameters.biomes", reason=f"has a share for each of {len(Biome)} biomes, or none")
        values = {**dict(self), "temperature": Interval(*self.temperature), "rain": Interval(*self.rain)}
        return Parameters(**values)


GoodName = Annotated[str, Field(pattern=r"^[a-z ]{1,30}$", examples=["stone"])]


class FileGround(FilePart):
    """The ground: what it is made from, and the digest of its heights and all else that was made.

    Density of ore, magic, what its people want of it, what they know how to make, number of species, peoples and what
    is simulated are as usual where they are missing: no interview has asked for them.
    """

    seed: Seed
    parameters: FileParameters
    minerals: Annotated[float, Field(ge=0.1, le=1, examples=[0.5])] | None = None
    magic: Annotated[float, Field(ge=0, le=1, examples=[0.6])] | None = None
    goods: (
        Annotated[
            dict[GoodName, Annotated[float, Field(ge=0, le=1)]],
            Field(max_length=10, examples=[{"stone": 0.5, "wood": 0.3, "food": 0.2}]),
        ]
        | None
    ) = None
    technology: Annotated[TechnologyLevel, Field(strict=False, examples=["primitive"])] | None = None
    species_count: Annotated[int, Field(ge=0, le=100, examples=[11])] | None = None
    peoples: Annotated[Lines, Field(strict=False, examples=[["elf", "dwarf"]])] | None = None
    parts: (
        Annotated[
            tuple[str, ...], Field(max_length=len(ALL), strict=False, examples=[["life", "migration", "sapience"]])
        ]
        | None
    ) = None
    digest: Digest

    def require_words(self) -> None:
        """Refuse words that name nothing.

        Raises:
            FileRefused
        """
        if not set(self.parts or ()) <= ALL:
            raise FileRefused(field="ground.parts", reason="has to be " + alternatives(sorted(ALL)))


class FileMap(FilePart):
    """The map of a moment; `cells` compressed (zlib) and in base64."""

    columns: Annotated[int, Field(ge=1, le=256)]
    rows: Annotated[int, Field(ge=1, le=256)]
    cells: Annotated[str, Field(max_length=20_000)]
    mean_temperature: Degrees
    highest_point: Annotated[float, Field(ge=-50_000, le=50_000)]
    highest_at: Annotated[tuple[Place, Place], IN_JSON]
    land_percent: Percent


class FileMoment(FilePart):
    """What the world was like in a year."""

    year: Year
    celsius: Degrees
    sea_level: Metres
    land: Percent
    species: Annotated[int, Field(ge=0, le=1_000)]
    extinctions: Number
    map: FileMap | None = None


Figure = (
    Annotated[int, Field(ge=-MOST_NUMBER, le=MOST_NUMBER)]
    | Annotated[float, Field(ge=-MOST_NUMBER, le=MOST_NUMBER, allow_inf_nan=False)]
)
FIGURES: Final = frozenset({"radius_km", "lost", "left"})
"""Details that the page of a world reckons with."""
OWN_FIELDS: Final = frozenset({"year", "kind"})
"""Of what is stored of something that happened, beside its details."""


def _are_details(details: dict[str, Any]) -> dict[str, Any]:
    if not OWN_FIELDS.isdisjoint(details):
        raise ValueError("year and kind stand beside the details")
    if any(isinstance(details[name], str) for name in FIGURES & details.keys()):
        raise ValueError(f"{', '.join(sorted(FIGURES))}: numbers")
    return details


Details = Annotated[
    dict[Annotated[str, Field(pattern=r"^[a-z_]{1,30}$")], Figure | Line],
    Field(max_length=8, examples=[{"radius_km": 400}]),
    AfterValidator(_are_details),
]


class FileMark(FilePart):
    """Something that happened."""

    year: Year
    kind: Annotated[str, Field(pattern=r"^[a-z_]{1,30}$", examples=["asteroid"])]
    details: Details = Field(default_factory=dict)


SeenSpecies = tuple[Number, Line, Annotated[int, Field(ge=0, le=2, examples=[1])], Number]
"""Its number, name and kind, and how many there are."""


BiomeNumber = Annotated[int, Field(ge=0, lt=len(Biome))]


class FileHome(FilePart):
    """A species that is the largest of its kind in some biome: what single creatures of it are like."""

    kind: Annotated[int, Field(ge=0, le=2, examples=[1])]
    biomes: Annotated[tuple[BiomeNumber, ...], Field(max_length=len(Biome), strict=False)]
    traits: Annotated[
        tuple[Annotated[float, Field(ge=0, le=10)], ...],
        Field(min_length=len(KEPT_TRAITS), max_length=len(KEPT_TRAITS), strict=False),
    ]
    parent: Annotated[int, Field(ge=-1, le=MOST_NUMBER)]
    born: Year


_HOME: Final = {"kind": 1, "biomes": [4], "traits": [5.0] * len(KEPT_TRAITS), "parent": -1, "born": 0}
Homes = Annotated[
    dict[Annotated[str, Field(pattern=r"^\d{1,16}$")], FileHome],
    Field(max_length=3 * len(Biome), examples=[{"7": _HOME}]),
]
"""By the species' numbers."""


class FileSeen(FilePart):
    """What the world is like in its last year, in short."""

    celsius: Degrees
    sea_level: Metres
    land: Percent
    co2: Annotated[float, Field(ge=0, le=1_000_000)]
    ice_age: bool
    ice_ages: Number
    rivers: Number
    highest: Metres
    species: Annotated[int, Field(ge=0, le=1_000)]
    kinds: Annotated[tuple[Number, Number, Number], IN_JSON]
    oxygen: Annotated[float, Field(ge=0, le=1, examples=[0.21])]
    extinctions: Number
    mass_extinctions: Number
    sapient: Number
    proto_sapient: Number
    most: Annotated[tuple[Annotated[SeenSpecies, IN_JSON], ...], Field(max_length=9, strict=False)]
    homes: Homes = Field(default_factory=dict)


class FileDeepTime(FilePart):
    """The deep time of a world: where it stands, its checkpoint (base64), and what its page shows."""

    year: Year
    seed: Seed | None = None
    parameters: FileParameters | None = None
    speed: str
    parts: Annotated[tuple[str, ...], Field(max_length=len(ALL), strict=False)]
    goal: str = ""
    spent: Number
    turned: Year = 0
    # One more than may wait, because the chat may decide on one beside them.
    pending: Annotated[
        tuple[Annotated[tuple[str, Number | None], IN_JSON], ...], Field(max_length=MOST_PENDING + 1, strict=False)
    ] = ()
    seen: FileSeen
    log: Annotated[tuple[FileMark, ...], Field(max_length=10, strict=False)]
    checkpoint: Annotated[str, Field(max_length=MOST_CHECKPOINT)]
    moments: Annotated[tuple[FileMoment, ...], Field(max_length=MOMENTS + 2, strict=False)]
    marks: Annotated[tuple[FileMark, ...], Field(max_length=MOST_MARKS, strict=False)]

    def require_words(self) -> None:
        """Refuse words that name nothing.

        Raises:
            FileRefused
        """
        known: tuple[tuple[str, tuple[str, ...], Mapping[str, Any] | frozenset[str]], ...] = (
            ("speed", (self.speed,), SPEEDS),
            ("parts", self.parts, ALL),
            ("goal", (self.goal,) if self.goal else (), GOALS),
            ("pending", tuple(each[0] for each in self.pending), COSTS),
        )
        for field, words, names in known:
            if not set(words) <= set(names):
                raise FileRefused(field=f"deep_time.{field}", reason="has to be " + alternatives(sorted(names)))


class WorldFile(FilePart):
    """A world as a file. `ground` is missing for a world that is the same everywhere."""

    format: Literal["brandish-world"]
    version: int
    name: Annotated[str, Field(max_length=LONGEST_NAME)]
    shape: Literal["spherical", "bounded_cube", "infinite"]
    circumference: float | None = None
    bounds: FileWalls | None = None
    privacy: Literal["public", "private", "invite"]
    seats: Annotated[int, Field(ge=1, le=MOST_SEATS)] | None = None
    hours_per_day: Annotated[int, Field(ge=1, le=MOST_HOURS_PER_DAY)]
    configuration: Annotated[WorldConfiguration, AfterValidator(_is_storable)] | None = None
    ground: FileGround | None = None
    deep_time: FileDeepTime | None = None
    digest: Digest

    @property
    def own_digest(self) -> str:
        """The digest of all else in the file."""
        return digest_of(self.model_dump(mode="json", exclude={"digest"}))


def digest_of(document: Any) -> str:
    """Return the SHA-256 of a JSON document, however its fields are ordered and its numbers written."""
    text = json.dumps(_canonical(document), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _canonical(value: Any) -> Any:
    """Return a document in which 1.0 is 1: a browser that reads it and writes it again makes no difference."""
    if isinstance(value, dict):
        return {name: _canonical(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_canonical(each) for each in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
