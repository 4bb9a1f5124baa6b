"""The coefficients of fights, in one file that can change without a new release of the code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import cached_property
from types import MappingProxyType
from typing import Annotated, Final, Literal

from pydantic import Field, NonNegativeInt, PositiveInt

from kernel.content.base import Document, Exact, Frozen
from kernel.content.library import FileSection
from kernel.content.problems import Problem, repeated, unknown
from worlds.configs import shipped
from worlds.items.content import Armor, Damage, WorldItemsSection

ActionName = Literal["quick", "normal", "heavy", "defend", "flee", "use"]
EffectName = Literal["poison", "stun", "slow", "haste", "bleed"]
Part = Literal["head", "chest", "arms", "legs"]
Share = Annotated[Exact, Field(ge=0, le=1)]
THOUSAND: Final = 1_000


class ActionKind(Frozen):
    """Something that a fighter does."""

    kind: ActionName
    """Which one."""
    milliseconds: PositiveInt
    """Until it happens, for one without any agility."""
    stamina: NonNegativeInt
    """Points that it costs."""
    damage: Exact = Fraction(0)
    """What the damage of an attack is multiplied by; 0 for what is no attack."""
    critical: NonNegativeInt = 0
    """By how much less the dice have to show for a critical hit."""
    interrupts: Exact = Fraction(1)
    """What the chance is multiplied by that a hit interrupts."""

    @cached_property
    def damage_thousandths(self) -> int:
        return thousandths(self.damage)


class OnHit(Frozen):
    """What else a hit may do. All that is not null has to fit; the chances of several that fit add up."""

    effect: EffectName
    """What it does."""
    chance: Share
    """How likely it is."""
    item: str | None = None
    """The key of the weapon, or of what it shoots."""
    action: ActionName | None = None
    """How it was struck."""
    damage_type: Damage | None = None
    """Of the weapon."""
    critical: bool | None = None
    """Whether the hit is critical."""
    part: Part | None = None
    """Where it has hit."""


class Poison(Frozen):
    """What a poison does."""

    damage: PositiveInt
    """Of each dose, each time."""
    every: PositiveInt
    """Seconds."""
    seconds: PositiveInt
    """That it lasts after the last dose."""
    most: PositiveInt
    """Doses at once."""
    resists_above: NonNegativeInt
    """The Vitality above which a body may get over a dose."""
    resists: Share
    """How likely that is, each time."""


class Bleeding(Frozen):
    """What a bleeding wound does."""

    damage: PositiveInt
    """Each time."""
    every: PositiveInt
    """Seconds."""
    seconds: PositiveInt
    """That it lasts."""
    moves: PositiveInt
    """After so many moves, it bleeds by one less."""


class Timing(Frozen):
    """How fast a fight goes."""

    least_milliseconds: PositiveInt
    """No reaction is faster."""
    agility: Share
    """The share of a reaction that 100 points of agility save."""
    slow: Exact
    """What a reaction is multiplied by when slowed."""
    haste: Exact
    """What a reaction is multiplied by when hastened."""
    pause: NonNegativeInt
    """Milliseconds between an action and the next one that can be queued."""
    calm: PositiveInt
    """Seconds without a hostile action after which a fight is over."""


class Hits(Frozen):
    """How hard a hit is."""

    fumble: PositiveInt
    """Up to which roll of a hundred one fumbles."""
    critical: PositiveInt
    """From which roll on a hit is critical."""
    cunning: PositiveInt
    """Points of Cunning that lower that by one."""
    critical_damage: PositiveInt
    """What the damage of a critical hit is multiplied by."""
    critical_armor: Share
    """What armour keeps of its protection in a critical hit."""
    fumble_stamina: Exact
    """What the stamina of an attack that is fumbled is multiplied by."""
    skill: PositiveInt
    """Levels of a skill that double the damage."""
    attribute: PositiveInt
    """Points of an attribute that double the damage."""
    unarmed: PositiveInt
    """Damage of bare hands, which is bludgeoning."""
    worn: tuple[tuple[PositiveInt, Exact], ...]
    """Pairs of a durability in hundredths, and what the damage of a weapon below it is multiplied by; lowest first."""
    armor: Mapping[Armor, Mapping[Damage, Share]]
    """The share of the damage that armour keeps away."""
    melee: PositiveInt
    """Decimetres that one reaches."""
    ranged: PositiveInt
    """Decimetres that one shoots."""
    ammunition: tuple[str, ...]
    """Keys of what bows shoot; the first that someone has is used."""


class Interruption(Frozen):
    """When a wound keeps someone from what they were about to do."""

    above: Share
    """The share of all hit points that has to be lost before an action is in danger."""
    chance: Share
    """What the share of the hit points that are lost is multiplied by, for the chance that the action is lost."""


class Defeat(Frozen):
    """What becomes of the defeated."""

    wear: NonNegativeInt
    """Durability that each thing loses that a defeated one wears."""
    respawn: PositiveInt
    """Seconds until a player gets up again."""
    share: Share
    """Of the hit points and the stamina that one has then."""
    safe: NonNegativeInt
    """Seconds from then on in which no one can attack them."""
    body: PositiveInt
    """Minutes of the world's time that a body lies with its things."""
    witnesses: PositiveInt
    """Decimetres from which others see it."""


class Healing(Frozen):
    """How wounds heal by themselves."""

    rest: NonNegativeInt
    """Seconds after the last wound in which nothing heals."""
    seconds: PositiveInt
    """In which all hit points come back."""


class Creatures(Frozen):
    """What a creature of a world fights like; its traits are from 0 to 10."""

    hp: PositiveInt
    """Of one without any size."""
    hp_of_size: NonNegativeInt
    """For each point of size."""
    bite: PositiveInt
    """Damage, as `hp`."""
    bite_of_size: NonNegativeInt
    """As `hp_of_size`."""
    stands: Share
    """The share of its hit points below which a hunter flees, if it is not hungry."""
    grazers_stand: NonNegativeInt
    """From which size on a plant eater fights back."""
    flight: PositiveInt
    """Metres that one runs away."""
    meat: str
    """The item that lies where one was killed: a piece of it from each."""
    meat_of_size: Share
    """And so many more, rounded down, for each point of size."""


class Prowling(Frozen):
    """When hunters attack those who come near."""

    notices: PositiveInt
    """Metres from which one growls at someone who comes near; half of them at someone who sneaks."""
    leaps: PositiveInt
    """Metres within which someone has to be when it attacks."""
    follows: PositiveInt
    """Metres that a creature comes after someone who steps back from it, with a blow."""
    seconds: PositiveInt
    """From the growl to the attack."""
    entrance: PositiveInt
    """Metres around the place where everyone arrives in which hunters are more patient."""
    seconds_there: PositiveInt
    """From the growl to the attack there."""
    bold: Share
    """The share of hunters that attack without being hungry."""


class Helping(Frozen):
    """Who joins a fight of others."""

    pack: PositiveInt
    """Metres within which creatures of a species are a pack, or a herd."""
    sight: PositiveInt
    """Metres within which people of the game come to help."""
    most: PositiveInt
    """How many come at most."""
    seconds: PositiveInt
    """Until they are there."""
    kin: NonNegativeInt
    """The courage from which people help their kin."""
    friend: NonNegativeInt
    """The courage from which people help a player whom they like against a creature."""
    neighbour: NonNegativeInt
    """The courage from which people help others of their village, unless they like the attacker."""
    liked: NonNegativeInt
    """The affection from which people like someone."""


class Experience(Frozen):
    """What fighting teaches."""

    hit: NonNegativeInt
    """For a hit that hurts."""
    of_skill: PositiveInt
    """And one point more for so many levels of the target's best skill in fighting."""
    hurt: NonNegativeInt
    """For one who is hit."""


class CombatFile(Document):
    actions: tuple[ActionKind, ...] = Field(min_length=6)
    """All that one can do in a fight."""
    timing: Timing
    """How fast it goes."""
    hits: Hits
    """How hard a hit is."""
    interruption: Interruption
    """When a wound keeps someone from what they were about to do."""
    on_hit: tuple[OnHit, ...]
    """What else hits do."""
    poison: Poison
    """What a poison does."""
    bleeding: Bleeding
    """What a bleeding wound does."""
    stun: tuple[PositiveInt, PositiveInt]
    """Seconds of a blow, and how many there are at most from now on."""
    slow: PositiveInt
    """Seconds that someone is slowed."""
    defeat: Defeat
    """What becomes of the defeated."""
    healing: Healing
    """How wounds heal by themselves."""
    creatures: Creatures
    """What creatures fight like."""
    prowling: Prowling
    """When hunters attack those who come near."""
    helping: Helping
    """Who joins a fight of others."""
    experience: Experience
    """What fighting teaches."""


class CombatSection(FileSection[CombatFile]):
    file = "combat.json"
    model = CombatFile

    @cached_property
    def actions(self) -> Mapping[str, ActionKind]:
        """By kind."""
        return MappingProxyType({each.kind: each for each in self.document.actions})

    @cached_property
    def reductions(self) -> Mapping[tuple[Armor, Damage], int]:
        """Thousandths that armour keeps away."""
        rows = self.document.hits.armor
        return {(armor, kind): thousandths(share) for armor, row in rows.items() for kind, share in row.items()}

    def problems(self) -> Iterator[Problem]:
        document, items = self.document, self.library[WorldItemsSection].by_key
        yield from repeated(self.file, "actions", "kind", (each.kind for each in document.actions))
        for name in document.hits.ammunition:
            yield from unknown(self.file, "hits.ammunition", "item", name, items)
        yield from unknown(self.file, "creatures.meat", "item", document.creatures.meat, items)
        for each in document.on_hit:
            if each.item is not None:
                yield from unknown(self.file, "on_hit.item", "item", each.item, items)

    def summary(self) -> str:
        return f"{len(self.document.actions)} actions of fights"


def thousandths(share: Fraction) -> int:
    """Return a coefficient as a whole number of thousandths."""
    return round(share * THOUSAND)


combat: Final = shipped[CombatSection]
