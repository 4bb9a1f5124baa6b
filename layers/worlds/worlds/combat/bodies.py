"""The bodies that fight: characters as they are, and creatures by their traits. Pure. Source: worlds 21, 9, 27."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

from worlds.bodies.models import Attribute, Attributes
from worlds.bodies.rules import derived
from worlds.characters.models import Character
from worlds.combat.content import combat
from worlds.combat.models import Arm, Hurt, Nature, Protection
from worlds.items.content import FULL_DURABILITY
from worlds.items.models import Belongings, Held, WearSlot
from worlds.movement.models import Stamina
from worlds.skills.models import SKILL_CATEGORIES, Skill
from worlds.space.models import Position
from worlds.time.models import milliseconds

SKILL_OF: Final[Mapping[str, Skill]] = {
    "slashing": Skill.SLASHING,
    "piercing": Skill.PIERCING,
    "bludgeoning": Skill.BLUDGEONING,
    "ranged": Skill.PIERCING,
}
"""{damage: the skill in it}; the spec has no skill of bows, and an arrow pierces."""
EVEN: Final = 50
"""What a person's temper is where nothing is known of it."""


class FightingBody(Struct, frozen=True, kw_only=True):
    """What someone brings into a fight.

    Attributes:
        attributes, skills: by name.
        stamina: None for a creature, which does not tire.
        is_npc: decides for itself.
        courage: of one who does, 0 to 100.
        teeth: what a creature bites with.
        is_here: in the world; a player may have left.
    """

    name: str
    attributes: Mapping[str, int]
    skills: Mapping[str, int] = field(default_factory=dict)
    hurt: Hurt
    stamina: Stamina | None = None
    inventory: Belongings = Belongings()
    position: Position
    is_npc: bool = False
    courage: int = EVEN
    teeth: Arm | None = None
    is_here: bool = True

    @property
    def agility(self) -> int:
        return self.attributes.get("Agility", 0)

    @property
    def fighting_skills(self) -> dict[str, int]:
        """The skills in fighting that someone has."""
        return {each: self.skills[each] for each in SKILL_CATEGORIES["Combat"] if self.skills.get(each)}

    @property
    def best_skill(self) -> int:
        """The highest skill in fighting."""
        return max((self.skills.get(each, 0) for each in SKILL_CATEGORIES["Combat"]), default=0)


def hurt_of(character: Character) -> Hurt:
    """Return the hit points of a character as they are stored; a watcher has none."""
    since = milliseconds(character.hp_since or character.created_at)
    maximum = derived(_attributes(character)).hp if character.attributes else 0
    return Hurt(character.hp, maximum, since)


def stored_stamina(character: Character) -> Stamina:
    """Return the stamina of a character as it is stored; a watcher has none."""
    if not character.attributes:
        return Stamina(0, 0, 0, character.settled_at)
    attributes = _attributes(character)
    return Stamina(
        character.stamina,
        derived(attributes).stamina,
        attributes[Attribute.ENDURANCE],
        character.settled_at,
        character.hurt_at,
    )


def _attributes(character: Character) -> Attributes:
    return {Attribute(name): value for name, value in character.attributes.items()}


def body_of(character: Character, personality: Mapping[str, float] | None = None) -> FightingBody:
    """Return a character's body.

    Args:
        personality: of one of the game's own people.
    """
    return FightingBody(
        name=character.name,
        attributes=character.attributes,
        skills=character.skills,
        hurt=hurt_of(character),
        stamina=stored_stamina(character),
        inventory=character.inventory,
        position=character.position,
        is_npc=character.is_npc,
        courage=courage_of(personality or {}),
        is_here=character.is_present,
    )


def courage_of(personality: Mapping[str, float]) -> int:
    """Return the courage of one of the game's own people, 0 to 100."""
    fear, kindness = personality.get("neuroticism", EVEN), personality.get("agreeableness", EVEN)
    return round(EVEN + (EVEN - fear) * 0.75 + (EVEN - kindness) * 0.25)


def body_of_creature(nature: Nature) -> FightingBody:
    """Return the body of a creature."""
    rules = combat.document.creatures
    return FightingBody(
        name=nature.name,
        attributes={"Agility": round(10 * nature.speed), "Might": round(10 * nature.size)},
        hurt=Hurt(nature.hp, hit_points(nature.size), nature.since),
        position=nature.position,
        is_npc=True,
        teeth=Arm("piercing", rules.bite + round(rules.bite_of_size * nature.size)),
    )


def nature_after(nature: Nature, body: FightingBody) -> Nature:
    """Return what is kept of a creature with the body that a fight has left it."""
    return replace(nature, hp=body.hurt.points, since=body.hurt.since)


def hit_points(size: float) -> int:
    """Return how many hit points a creature of a size has: one of the usual size 60."""
    return combat.document.creatures.hp + round(combat.document.creatures.hp_of_size * size)


def meat_of(nature: Nature) -> tuple[str, int]:
    """Return what lies where a creature was killed, and how many pieces of it."""
    rules = combat.document.creatures
    return rules.meat, 1 + int(nature.size * rules.meat_of_size)


def arm_of(body: FightingBody) -> Arm:
    """Return what someone strikes with: what is in the main hand, or bare hands."""
    if body.teeth is not None:
        return body.teeth
    held = body.inventory.worn(WearSlot.MAIN_HAND)
    if held is None or held.item.damage_type is None:
        return Arm("bludgeoning", combat.document.hits.unarmed)
    return Arm(held.item.damage_type, held.item.base_damage, held.holding_id, held.item.key, condition(held))


def ammunition_of(body: FightingBody) -> Held | None:
    """Return what someone shoots next; None without any."""
    held = {each.item.key: each for each in body.inventory.held}
    return next((held[key] for key in combat.document.hits.ammunition if key in held), None)


def protections(body: FightingBody) -> list[Protection]:
    """Return the armour that someone wears."""
    return [
        Protection(each.holding_id, each.item.armor_type, condition(each))
        for each in body.inventory.held
        if each.slot is not None and each.item.armor_type is not None
    ]


def condition(held: Held) -> int:
    """Return the durability of something in hundredths of a new one's, rounded up: what still holds is not broken."""
    return -(-held.durability * FULL_DURABILITY // held.item.durability)


def reach_of(arm: Arm) -> int:
    """Return how far one strikes or shoots, in decimetres."""
    hits = combat.document.hits
    return hits.ranged if arm.kind == "ranged" else hits.melee
