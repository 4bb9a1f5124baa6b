"""Commands about a world's deep time and what lives in it: world and ecosystem. Source: worlds 5 and 15.3."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import uuid4

from kernel.texts import number, translate, translate_n
from worlds.acting import wildlife
from worlds.acting.models import CommandOutcome, GameMessage, Scene
from worlds.commands.models import Parsed
from worlds.deep_time import models, turning
from worlds.deep_time.models import LATEST, SPEEDS, AgeStanding, AgeWish, standing_of
from worlds.ecosystem.models import KINDS
from worlds.log.models import WorldEvent
from worlds.world.events import DeepTimePaced, DeepTimeReset, DeepTimeStarted, DeepTimeStopped, Intervened
from worlds.world.models import World

CHANGES: Final = frozenset({"simulate", "run", "pause", "speed", "reset", "intervene", "vote"})
"""What changes the world, which is locked for it."""


def simulate(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """Let years pass, as fast as they can be computed.

    Raises:
        NoDeepTime, StillPassing, EpochOver, TooOld, UnknownFlag, BegunAlready
    """
    usual = models.usual_parts(scene.world.generation)
    wish = models.wish_of(parsed.rest.lower().split()[1:], usual)  # `words` have no dashes
    standing = _idle(scene.world)
    to = min(standing.year + wish.years, wish.until, LATEST)
    if wish.until <= standing.year < LATEST:
        raise models.EpochOver(until=number(wish.until), year=number(standing.year))
    if to <= standing.year:
        raise models.TooOld
    text = translate("Years pass, up to {year}. Write world info to see how far it is.", year=number(to))
    return _started(scene.world, standing, wish, to, text, paced=False)


def run(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """Let years pass at the world's speed while one is there.

    Raises:
        NoDeepTime, StillPassing, TooOld
    """
    standing = _idle(scene.world)
    if standing.year >= LATEST:
        raise models.TooOld
    wish = AgeWish(parts=frozenset(standing.parts) if standing.year else models.usual_parts(scene.world.generation))
    text = translate("Years pass for as long as you are here. Write world pause to stop them.")
    return _started(scene.world, standing, wish, LATEST, text, paced=True)


def pause(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """Stop the years; what the slice that is computed now makes is thrown away.

    Raises:
        NothingPassing
    """
    standing = standing_of(scene.world.generation)
    if standing.to is None:
        raise models.NothingPassing
    stopped = DeepTimeStopped(world_id=scene.world.world_id, run=standing.run, reason="paused")
    return _changed([stopped], translate("The years stand still, at {year}.", year=number(standing.year)))


def speed(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """Set how fast years of a run pass.

    Raises:
        NoDeepTime, UnknownSpeed
    """
    standing = _standing(scene.world)
    wanted = parsed.words[1] if len(parsed.words) > 1 else ""
    if wanted not in SPEEDS:
        raise models.UnknownSpeed(speeds=", ".join(f"{name} ({years})" for name, years in SPEEDS.items()))
    text = translate("A run takes {years} years every tenth of a second from now on.", years=number(SPEEDS[wanted]))
    if wanted == standing.speed:
        return CommandOutcome(messages=[GameMessage("info", text)])
    return _changed([DeepTimePaced(world_id=scene.world.world_id, speed=wanted)], text)


def reset(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """Forget a world's deep time."""
    _standing(scene.world)
    return _changed(
        [DeepTimeReset(world_id=scene.world.world_id)],
        translate("All those years are forgotten. The next ones begin with the first."),
    )


def intervene(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """Have a hand in a world's deep time, for energy.

    Raises:
        NoDeepTime, UnknownIntervention, TooLittleEnergy, TooManyPending, UnknownLineage
    """
    standing = _standing(scene.world)
    wanted = parsed.words[1] if len(parsed.words) > 1 else ""
    cost = models.require_energy(standing, wanted)
    species = _species(standing, parsed.words[2]) if len(parsed.words) > 2 else None
    event = Intervened(world_id=scene.world.world_id, intervention=wanted, cost=cost, species=species)
    text = translate(
        "That costs {cost} energy; {left} are left. It happens when years pass.",
        cost=cost,
        left=number(standing.energy - cost),
    )
    return _changed([event], text)


def vote(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """Let the chat of the community decide on a turning point.

    Raises:
        NoDeepTime, NoTurningPoint, ChatDecidesAlready, TimeStandsStill, UnknownVotingTime
    """
    minutes = turning.minutes_of(parsed.words[1] if len(parsed.words) > 1 else "")
    event = turning.put(scene.world, _standing(scene.world), minutes, uuid4(), scene.now)
    text = translate_n(
        "The chat of the community is asked for {n} minute: {options}.",
        "The chat of the community is asked for {n} minutes: {options}.",
        minutes,
        options=", ".join(turning.name_of(each) for each in event.options),
    )
    return _changed([event], text)


def age(world: World) -> list[str]:
    """Return lines about a world's deep time, for `world info`; none if it has none."""
    standing = standing_of(world.generation)
    if not standing.year and standing.to is None:
        return []
    seen = standing.seen
    lines = [translate("Deep time: year {year}.", year=number(standing.year))]
    if standing.to is not None:
        lines.append(translate("Years are passing, up to {year}.", year=number(standing.to)))
    if seen:
        lines.append(
            translate(
                "{celsius} °C, the sea at {sea} m, {land} % land, {ages} ice ages.",
                celsius=f"{seen['celsius']:.1f}",
                sea=number(seen["sea_level"]),
                land=f"{seen['land']:.0f}",
                ages=number(seen["ice_ages"]),
            )
        )
        lines.append(
            translate(
                "That is the mean of the planet in its history, which begins hot. The ground that you walk on keeps the"
                " climate with which it was made: write world map."
            )
        )
    lines.append(translate("Energy to intervene with: {energy}.", energy=number(standing.energy)))
    if standing.vote is not None:
        lines.append(
            translate("The chat decides on the turning point of the year {year}.", year=number(standing.vote["year"]))
        )
    elif (turned := turning.turning_point(standing)) is not None:
        lines.append(
            translate(
                "The turning point of the year {year} is open. The owner may let the chat decide: world vote",
                year=number(turned),
            )
        )
    return lines


def ecosystem(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """Show what lives in a world, what happened there last, or where it comes from; or add to it."""
    match parsed.words[0]:
        case "status":
            text = "\n".join([_life(standing_of(scene.world.generation)), *wildlife.status(scene)])
        case "log":
            lines = [*map(_happening, standing_of(scene.world.generation).log), *wildlife.log(scene)]
            text = "\n".join(lines) or _nothing_happened(standing_of(scene.world.generation))
        case "spawn":
            return wildlife.spawn(scene, parsed)
        case "breed":
            return wildlife.breed(scene, parsed)
        case _:  # "lineage"
            return wildlife.lineage(scene, parsed)
    return CommandOutcome(messages=[GameMessage("info", text)])


def _nothing_happened(standing: AgeStanding) -> str:
    if standing.year:
        return translate("Years have passed, but nothing has happened that is worth a line.")
    return translate("Nothing has happened yet. No years have passed.")


def _life(standing: AgeStanding) -> str:
    seen = standing.seen
    if not seen:
        return translate("No years have passed here yet. The owner of the world can write: world simulate")
    plants, eaters, hunters = seen["kinds"]
    return "\n".join(
        [
            translate(
                "Species: plants {plants}, plant eaters {eaters}, meat eaters {hunters}. Oxygen: {oxygen} %.",
                plants=plants,
                eaters=eaters,
                hunters=hunters,
                oxygen=f"{100 * seen['oxygen']:.1f}",
            ),
            translate("Died out so far: {count}.", count=number(seen["extinctions"])),
            *(
                translate(
                    "Species {number}, {name} ({kind}): {count} live.",
                    number=each[0],
                    name=each[1],
                    kind=KINDS[each[2]],
                    count=number(each[3]),
                )
                for each in seen["most"]
            ),
        ]
    )


def _happening(each: Mapping[str, Any]) -> str:
    details = ", ".join(f"{name} {value}" for name, value in each.items() if name not in ("year", "kind"))
    return f"{number(each['year'])}: {each['kind'].replace('_', ' ')} {details}".rstrip()


def _species(standing: AgeStanding, typed: str) -> int:
    for known, name, _, _ in standing.seen.get("most", []):
        if typed in (str(known), name.lower()):
            return known
    raise models.UnknownLineage(typed=typed)


def _standing(world: World) -> AgeStanding:
    if "parameters" not in world.generation or "seed" not in world.generation:
        raise models.NoDeepTime(name=world.name)
    return standing_of(world.generation)


def _idle(world: World) -> AgeStanding:
    standing = _standing(world)
    if standing.to is not None:
        raise models.StillPassing(year=number(standing.to))
    return standing


def _started(world: World, standing: AgeStanding, wish: AgeWish, to: int, text: str, *, paced: bool) -> CommandOutcome:
    for flag, said in (("--seed", wish.seed is not None), ("--water-level", wish.water_level), ("--moons", wish.moons)):
        if said and standing.year:
            raise models.BegunAlready(flag=flag)
    event = DeepTimeStarted(
        world_id=world.world_id,
        run=standing.run + 1,
        to=to,
        paced=paced,
        parts=sorted(wish.parts),
        goal=wish.goal,
        seed=wish.seed,
        parameters=models.changed_parameters(world.generation["parameters"], wish),
    )
    return _changed([event], text)


def _changed(events: list[WorldEvent], text: str) -> CommandOutcome:
    return CommandOutcome(world_events=events, messages=[GameMessage("system", text)])
