"""What the community sees of a hero. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from kernel.texts import translate
from worlds.acting.models import CommandOutcome, Scene, SeenPerson
from worlds.acting.needs import SIGHT
from worlds.acting.sheet import state_of
from worlds.acting.wildlife import CREATURE
from worlds.characters.models import NPC, Character
from worlds.following.events import HeroSighted
from worlds.ground.models import TilesMissing, land_of
from worlds.ground.words import BIOMES
from worlds.space.models import METRE, Position, Space
from worlds.space.rules import is_within
from worlds.world.models import PUBLIC, World

EVERY: Final = timedelta(seconds=3)
"""How often the community hears of a hero at most."""
TOLD: Final = frozenset({"action", "combat", "movement"})
"""The kinds of lines that others may read: nothing that anyone says."""
MOST_LINES: Final = 4
LONGEST_LINE: Final = 200
MOST_NAMED: Final = 6
IN_VILLAGE: Final = 400 * METRE


def is_due(shown_at: datetime | None, now: datetime) -> bool:
    """Tell whether the community hears of a hero now.

    Args:
        shown_at: when it last did; None for someone who does not let it follow them.
    """
    # A moment ahead was noted by a clock that was wrong.
    return shown_at is not None and not timedelta() <= now - shown_at < EVERY


def sighting(scene: Scene, me: Character, outcome: CommandOutcome, *, looked: bool) -> HeroSighted:
    """Return what the community sees of a hero.

    Args:
        me: as they are after the outcome.
        looked: the scene has who is around.
    """
    state = state_of(me, scene.now)
    seen = HeroSighted(
        account_id=me.account_id, hero=me.name, hp=state["hp"], most_hp=state["maxHP"], seen_at=scene.now
    )
    world = scene.world
    if world.privacy != PUBLIC:
        return seen
    near = [each for each in scene.people if is_within(world.space, me.position, each.position, SIGHT)]
    x, y = _on_map(world, me.position)
    return seen.model_copy(
        update={
            "world": world.name,
            "world_id": None if x is None else world.world_id,
            "map_x": x,
            "map_y": y,
            "place": _place(scene, me.position),
            "lines": _lines(outcome, scene),
            **(
                {
                    "people": _named(each.name for each in near if each.role == NPC),
                    "creatures": _named(_creatures(scene, me.position)),
                    "players": sum(each.role != NPC for each in near),
                }
                if looked
                else {}
            ),
        }
    )


def _named(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))[:MOST_NAMED]


def _creatures(scene: Scene, here: Position) -> Iterable[str]:
    return (
        each.name
        for each in scene.things
        if each.kind == CREATURE and is_within(scene.world.space, here, each.position, SIGHT)
    )


def _lines(outcome: CommandOutcome, scene: Scene) -> tuple[str, ...]:
    """Return the lines about what was done, without those that name another player: they have not agreed."""
    others = [each.casefold() for each in _other_players(scene, outcome)]
    texts = [each.text for each in outcome.messages if each.kind in TOLD]
    return tuple(
        each[:LONGEST_LINE]
        for text in texts
        for each in text.split("\n")
        if each and not any(name in each.casefold() for name in others)
    )[-MOST_LINES:]


def _other_players(scene: Scene, outcome: CommandOutcome) -> Sequence[str]:
    met = [each for each, _ in outcome.others]
    seen: list[SeenPerson | Character] = [*scene.people, *scene.named, *scene.partners, *met]
    return [each.name for each in seen if each.role != NPC and each.character_id != scene.me.character_id]


def _place(scene: Scene, here: Position) -> str | None:
    """Return the village there, or what grows; None where the command has not looked at the ground."""
    if scene.ground is None:
        return "" if land_of(scene.world) is None else None
    for village in scene.villages:
        if is_within(scene.world.space, here, village.site.centre, IN_VILLAGE):
            return village.name
    try:
        return translate(BIOMES[scene.ground.at(here).biome])
    except TilesMissing:
        return None


def _on_map(world: World, here: Position) -> tuple[int, int] | tuple[None, None]:
    """Return where someone is on the map of a planet, in thousandths from its north-west corner."""
    space: Space = world.space
    if land_of(world) is None or space.shape != "spherical":
        return None, None
    return 1000 * here.x // space.circumference, 1000 * (space.pole - here.y) // (2 * space.pole + 1)
