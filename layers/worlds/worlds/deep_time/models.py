"""What owners ask of a world's deep time, and what is known of it in short. Without numpy. Source: worlds 5, 15.3."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from msgspec import Struct, field

from kernel.errors import Conflict, NotFound, Refused
from kernel.naming import quoted
from kernel.texts import alternatives, number
from worlds.generation.parameters import MOONS, MOST_MOONS, WATER_LEVELS, Parameters, from_json, from_words

KIND: Final = "worlds.deep_time"
ATTEMPTS: Final = 3
"""How often a slice is tried. Source: worlds 15.3."""

USUAL_YEARS: Final = 1_000_000
MOST_YEARS: Final = 10_000_000_000
LATEST: Final = 10_000_000_000
"""The last year that a world can reach."""
SPEEDS: Final[Mapping[str, int]] = {"normal": 1, "quick": 10, "fast": 100, "turbo": 1_000}
"""Years per simulation tick of a tenth of a second."""
TICKS: Final = 100
"""In a slice of a run: it lasts ten seconds."""

FIRST_ENERGY: Final = 10
YEARS_PER_ENERGY: Final = 10_000
COSTS: Final[Mapping[str, int]] = {
    **{"observe": 0, "nudge": 10, "protect": 50, "accelerate": 30},
    **{"cataclysm": 40, "spark": 100, "infuse": 75},
}
"""{intervention: its cost in energy}"""
MOST_PENDING: Final = 100
"""Interventions that wait for years to pass; they are read with each command of everyone in the world."""
TURNING_POINT: Final = 1_000_000
"""Years from one turning point to the next."""
TURNED: Final = "turning_point"
"""What the history of a world calls it."""
TURNS: Final = 0.25
"""The share of species whose end is a turning point, too."""
EPOCHS: Final[Mapping[str, int]] = {
    "dawn": 1_000_000,
    "settling": 10_000_000,
    "youth": 50_000_000,
    "drifting": 100_000_000,
    "spreading": 250_000_000,
    "cooling": 500_000_000,
    "middle": 1_000_000_000,
    "maturity": 2_000_000_000,
    "age": 4_000_000_000,
    "twilight": 8_000_000_000,
}
"""{name: the year in which it begins}"""

MOST_EDGE: Final = 128
"""Cells along a face of the map: in all about as many as 512 by 256."""
MOMENTS: Final = 256
"""Moments of a world's history that are kept, at most."""
FIRST_GRID: Final = 10_000
"""Years from one of them to the next, in a young world."""
PER_MAP: Final = 16
"""The map is kept of every so many."""
MOST_MARKS: Final = 200
"""Events that are kept for the page of a world's history, the last ones."""
LARGE_CRATER: Final = 300
"""Kilometres of radius from which an asteroid is one of them."""

Seen = Mapping[str, Any]
"""What is known of a world in short; see `simulation.seen`."""

GOALS: Final[Mapping[str, Callable[[Seen], bool]]] = {
    "ice": lambda seen: seen["ice_age"],
    "ten-ice-ages": lambda seen: seen["ice_ages"] >= 10,
    "rivers": lambda seen: seen["rivers"] > 0,
    "mountains": lambda seen: seen["highest"] >= 3_000,
    "mild": lambda seen: 10 <= seen["celsius"] <= 18,
    "thin-air": lambda seen: seen["co2"] < 1,
    "oxygen": lambda seen: seen["oxygen"] >= 0.26,
    "diversity": lambda seen: seen["species"] >= 60,
    "extinction": lambda seen: seen["mass_extinctions"] > 0,
    "hundred-lost": lambda seen: seen["extinctions"] >= 100,
    "tools": lambda seen: seen["proto_sapient"] > 0,
    "minds": lambda seen: seen["sapient"] > 0,
}
"""{name: whether it is reached}"""

LIFE: Final = "life"
DISEASE: Final = "disease"
SAPIENCE: Final = "sapience"
MIGRATION: Final = "migration"
PARTS: Final[Mapping[str, frozenset[str]]] = {
    "geology": frozenset(),
    "weather": frozenset(),
    LIFE: frozenset({LIFE}),
    DISEASE: frozenset({LIFE, DISEASE}),
    SAPIENCE: frozenset({LIFE, SAPIENCE}),
    MIGRATION: frozenset({LIFE, MIGRATION}),
    "all": frozenset({LIFE, DISEASE, SAPIENCE, MIGRATION}),
}
"""{flag: what is simulated besides ground and climate}: each switches on what it depends on."""
ALL: Final = PARTS["all"]


class NoDeepTime(Refused):
    """A world without ground of its own."""

    code = "invalid_command"
    message = (
        "{name} has no ground of its own that could grow old. Ask the statue in the lobby for a world: tell statue"
    )


class StillPassing(Conflict):
    """Years pass in this world already."""

    code = "conflict"
    message = "Years are passing already, up to {year}. Write world pause to stop them first."


class NothingPassing(Conflict):
    """No years pass at the moment."""

    code = "conflict"
    message = "No years are passing. Write world simulate, or world run."


class TooOld(Conflict):
    """A world that has reached the last year."""

    code = "conflict"
    message = "This world is as old as a world can become. Write world reset to begin anew."


class EpochOver(Conflict):
    """An epoch that ends before the year of the world."""

    code = "conflict"
    message = "That epoch ends with the year {until}, and this is the year {year}. Write world reset to begin anew."


class UnknownFlag(Refused):
    """A word after `world simulate` that means nothing."""

    code = "invalid_command"
    message = "{typed} means nothing here. Try: world simulate 1000000 --all, or one of {flags}."


class YearsOutOfRange(Refused):
    """A number of years that cannot pass at once."""

    code = "invalid_command"
    message = "From 1 to {most} years can pass at once, written in digits: world simulate 1000000"


class BegunAlready(Conflict):
    """A seed, a water level or moons for a world whose deep time has begun."""

    code = "conflict"
    message = "{flag} can be set for a world's first year only. Write world reset to begin anew."


class UnknownSpeed(Refused):
    """A speed that there is none of."""

    code = "invalid_command"
    message = "Say how fast: {speeds}."


class UnknownIntervention(Refused):
    """Something that no one can do to a world."""

    code = "invalid_command"
    message = "Say what to do: {interventions}."


class TooLittleEnergy(Conflict):
    """An intervention that costs more than there is."""

    code = "conflict"
    message = "{intervention} costs {cost} energy, and there are {energy}. One more comes every 10,000 years."


class TooManyPending(Conflict):
    """An intervention after so many that still wait for years to pass."""

    code = "conflict"
    message = "{most} interventions are waiting already. They happen when years pass: world simulate"


class UnknownLineage(NotFound):
    """A species that no one knows here."""

    code = "target_not_found"
    message = "No species {typed} lives here. Write ecosystem status to see their numbers."


class MapNotKept(NotFound):
    """A year of a world's deep time without a map."""

    code = "not_found"
    message = "There is no map of that year. The page of the world lists those that there are."


class DeepMoment(Struct, frozen=True):
    """What a world was like in a year.

    Attributes:
        sea_level: metres on the scale of the generator.
        land: per cent.
        extinctions: since the first year.
        map: as `ground.atlas` writes it; None if it was not kept.
    """

    year: int
    celsius: float
    sea_level: int
    land: float
    species: int
    extinctions: int
    map: Mapping[str, Any] | None = None


class DeepMark(Struct, frozen=True):
    """Something that is worth a mark in a world's history."""

    year: int
    kind: str
    details: Mapping[str, Any] = field(default_factory=dict)


def grid_of(year: int) -> int:
    """Return how many years apart the moments are that are kept of a world of an age.

    It doubles as the world grows old, so each grid is part of the one before: however years are cut into slices, the
    same moments are kept.
    """
    grid = FIRST_GRID
    while year // grid >= MOMENTS:
        grid *= 2
    return grid


class AgeWish(Struct, frozen=True):
    """What `world simulate` asks for."""

    years: int = USUAL_YEARS
    parts: frozenset[str] = ALL
    seed: int | None = None
    water_level: str = ""
    moons: str = ""
    until: int = LATEST
    """The year of an epoch."""
    goal: str = ""


_LIKE_A_NUMBER: Final = re.compile(r"-?\d[\d,._]*")
_MOONS: Final = re.compile("|".join([*MOONS, "random", f"[0-{MOST_MOONS}]"]))
_WATER_LEVEL: Final = re.compile("|".join([*WATER_LEVELS, r"\d{1,3}(\.\d+)?%", r"[-−]?\d{1,5}(\.\d+)?m"]))
_VALUED: Final = ("years", "seed", "water-level", "moons", "epoch", "goal")


def usual_parts(generation: Mapping[str, Any]) -> frozenset[str]:
    """Return what is simulated of a world besides ground and climate where no flag says anything else."""
    return frozenset(generation.get("parts", ALL))


def wish_of(words: Sequence[str], usual: frozenset[str] = ALL) -> AgeWish:
    """Read what follows `world simulate`.

    Args:
        usual: what is simulated without flags.

    Raises:
        UnknownFlag, YearsOutOfRange
    """
    values: dict[str, str] = {}
    flags: list[str] = []
    rest = list(words)
    while rest:
        word = rest.pop(0)
        name, equals, value = word.removeprefix("--").partition("=")
        if "years" not in values and _LIKE_A_NUMBER.fullmatch(word):
            values["years"] = word
        elif word.startswith("--") and name in PARTS and not equals:
            flags.append(name)
        elif word.startswith("--") and name in _VALUED and (equals or rest):
            values[name] = value if equals else rest.pop(0)
        else:
            raise _unknown(word)
    years = _number(values.get("years", str(USUAL_YEARS)))
    seed = _number(values["seed"]) if "seed" in values else None
    epoch, goal = values.get("epoch", ""), values.get("goal", "")
    if years is None or not 1 <= years <= MOST_YEARS:
        raise YearsOutOfRange(most=number(MOST_YEARS))
    if "seed" in values and (seed is None or seed >= 2**53):
        raise _unknown(values["seed"])
    moons, water_level = values.get("moons", ""), values.get("water-level", "")
    if moons and not _MOONS.fullmatch(moons):
        raise UnknownFlag(typed=quoted(moons), flags=alternatives([*MOONS, "random", f"0 to {MOST_MOONS}"]))
    if water_level and not _WATER_LEVEL.fullmatch(water_level):
        raise UnknownFlag(typed=quoted(water_level), flags=alternatives([*WATER_LEVELS, "60%", "-300m"]))
    if epoch and epoch not in EPOCHS:
        raise UnknownFlag(typed=quoted(epoch), flags=", ".join(EPOCHS))
    if goal and goal not in GOALS:
        raise UnknownFlag(typed=quoted(goal), flags=", ".join(GOALS))
    parts = frozenset[str]().union(*(PARTS[each] for each in flags)) if flags else usual
    if (epoch or goal) and "years" not in values:
        years = MOST_YEARS
    return AgeWish(
        years,
        parts,
        seed,
        water_level,
        moons,
        EPOCHS.get(epoch, LATEST),
        goal,
    )


def _number(word: str) -> int | None:
    plain = word.replace(",", "").replace("_", "")
    return int(plain) if plain.isascii() and plain.isdecimal() and len(plain) <= 16 else None


def _unknown(word: str) -> UnknownFlag:
    return UnknownFlag(typed=quoted(word), flags=", ".join(f"--{each}" for each in (*PARTS, *_VALUED)))


class AgeStanding(Struct, frozen=True):
    """Where a world's deep time stands: what its events have left in `World.generation`.

    Attributes:
        run: counts what was begun; a slice of an earlier one changes nothing.
        to: the year up to which years pass; None while none do.
        paced: ten seconds of years at a time, as long as the owner is there; otherwise as fast as they can be computed.
        pending: [intervention, number of a species], of those that the next slice begins with.
        vote: the turning point that the chat decides on: `poll_id`, `year` and `closes_at`.
        turned: the year of the last turning point that was decided.
    """

    run: int = 0
    year: int = 0
    to: int | None = None
    paced: bool = False
    speed: str = "normal"
    parts: Sequence[str] = tuple(sorted(ALL))
    goal: str = ""
    seed: int | None = None
    parameters: Mapping[str, Any] | None = None
    spent: int = 0
    pending: Sequence[tuple[str, int | None]] = ()
    seen: Seen = field(default_factory=dict)
    log: Sequence[Mapping[str, Any]] = ()
    vote: Mapping[str, Any] | None = None
    turned: int = 0

    @property
    def energy(self) -> int:
        """What there is to intervene with."""
        return FIRST_ENERGY + self.year // YEARS_PER_ENERGY - self.spent


def standing_of(generation: Mapping[str, Any]) -> AgeStanding:
    """Return where a world's deep time stands."""
    return AgeStanding(**generation.get("deep_time", {}))


def ground_of(generation: Mapping[str, Any], standing: AgeStanding) -> tuple[Parameters, int]:
    """Return the parameters and the seed that a world's deep time has."""
    parameters = from_json(standing.parameters or generation["parameters"])
    return parameters, generation["seed"] if standing.seed is None else standing.seed


def changed_parameters(stored: Mapping[str, Any], wish: AgeWish) -> dict[str, Any] | None:
    """Return stored parameters with the water level and the moons of a wish; None if it has neither."""
    if not wish.water_level and not wish.moons:
        return None
    said = from_words(water_level=wish.water_level, moons=wish.moons)
    changed = dict(stored)
    if wish.water_level:
        changed |= {"land": said.land, "sea_level": said.sea_level}
    if wish.moons:
        changed |= {"moons": said.moons}
    return changed


def require_energy(standing: AgeStanding, intervention: str) -> int:
    """Return what an intervention costs.

    Raises:
        UnknownIntervention, TooLittleEnergy, TooManyPending
    """
    cost = COSTS.get(intervention)
    if cost is None:
        raise UnknownIntervention(interventions=", ".join(f"{name} ({price})" for name, price in COSTS.items()))
    if cost > standing.energy:
        raise TooLittleEnergy(intervention=intervention, cost=cost, energy=standing.energy)
    if len(standing.pending) >= MOST_PENDING:
        raise TooManyPending(most=MOST_PENDING)
    return cost
