"""What is understood of an interview so far, and how that is said. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from kernel.texts import listed, translate
from worlds.generation.parameters import MOST_MOONS, Parameters
from worlds.interview.configuration import WorldConfiguration
from worlds.interview.deriving import parameters_of
from worlds.interview.extraction import extract
from worlds.interview.models import Interview


def understood_of(interview: Interview) -> WorldConfiguration:
    """Return what was understood of the answers: by a model, or else by their keywords."""
    if interview.understood is not None:
        return WorldConfiguration.model_validate(interview.understood)
    return extract(interview.answers)


def summary(found: WorldConfiguration) -> str:
    """Return what was understood, a line for each thing."""
    return "\n".join(f"{name}: {value}" for name, value in described(found) if value)


def described(found: WorldConfiguration) -> Iterator[tuple[str, str]]:
    """Yield what was understood as names and values, as people read them; "" for what is not known."""
    made = parameters_of(found)
    yield translate("Name"), found.world_name
    yield translate("Idea"), found.theme
    yield translate("Mood"), found.tone
    yield translate("Peoples"), listed(found.sentient_species)
    yield translate("Tools"), found.tech_level.replace("_", " ")
    yield translate("Magic"), found.magic_level
    yield translate("Size"), found.planet_size
    yield translate("Climate"), found.climate_range or translate("as on the Earth")
    yield (
        translate("Temperature"),
        translate(
            "{low} to {high} °C on average over a year; days, seasons and weather go beyond",
            low=f"{made.temperature.low:g}",
            high=f"{made.temperature.high:g}",
        ),
    )
    if made.sea_level is None:
        yield translate("Land"), f"{made.land * 100:g} %"
    else:
        yield translate("Sea level"), f"{made.sea_level:g} m"
    yield translate("Age"), found.geological_age
    yield translate("Moons"), _moons(found, made)
    yield translate("Features"), listed(found.unique_features)
    yield translate("Conflicts"), "; ".join(found.conflicts)
    yield translate("Power"), found.political_structure
    yield translate("Livelihood"), found.economic_system
    yield translate("Beliefs"), "; ".join(found.religions)
    yield translate("Changes by itself"), listed(_changing(found))


def _moons(found: WorldConfiguration, made: Parameters) -> str:
    """Return how many moons there will be: those that are wanted, or as many as a world can have."""
    wanted = found.natural_satellites
    if wanted.isdecimal() and int(wanted) > MOST_MOONS:
        return translate("{moons}, the most that a world can have", moons=made.moons)
    return wanted


def _changing(found: WorldConfiguration) -> list[str]:
    by_itself = {
        translate("ground"): found.simulate_geology,
        translate("life"): found.simulate_life,
        translate("diseases"): not found.disable_diseases,
    }
    return [name for name, is_on in by_itself.items() if is_on]
