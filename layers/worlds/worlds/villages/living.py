"""How a village lives on: births, weddings, deaths and talks, on an absolute grid of seasons. Pure.

What a season brings is drawn from those who lived when it began, with a random stream of its own, and has a day each.
So it does not matter who looks first, or how often: what is to come within a season is known, and happens when its day
is over. What players do, such as killing someone, has a day as well: what the dead would have done does not happen.

Source: worlds 18.3.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from worlds.generation.randomness import Stream
from worlds.npcs import genes as heredity
from worlds.npcs import peoples, personality, talking
from worlds.npcs.appearance import FEMALE, MALE, lifespan_of
from worlds.npcs.personality import AGREEABLENESS, EXTRAVERSION
from worlds.time.rules import DAYS_PER_SEASON, DAYS_PER_YEAR
from worlds.villages import names
from worlds.villages.models import Population, Villager

MOST_SEASONS: Final = 400
"""That are lived at once; after a hundred years without anyone, a village stays as it is."""
GROWN: Final = 0.2
FERTILE: Final = (0.2, 0.5)
"""Shares of a woman's life between which she has children."""
WEDS: Final = (0.22, 0.6)
BIRTHS: Final = 0.02
"""The chance of a couple in a season, where a village is full; where it is not, up to five times that."""
PAUSE: Final = 540
"""Days between two children of a mother."""
FOUR_IN_A_HOUSE: Final = 4
"""People for each house, of a village that is full."""
WEDDINGS: Final = 0.2
FROM_AFAR: Final = 0.08
"""The chance, in a season, that someone who finds no one at home weds a stranger."""
ILL: Final = 0.0008
"""The chance to die in a season, at any age."""
OLD: Final = 0.75
"""The share of a life from which on people die of old age."""
OLD_AGE: Final = "old age"
ILLNESS: Final = "an illness"
TALKS: Final = 4.0
"""Talks of two in a season that stay in mind, times the chance that one begins."""
SPOUSES, PARENTS, SIBLINGS, NEIGHBOURS = 70, 60, 45, (5, 40)
"""How much people like each other to begin with."""


class Birth(Struct, frozen=True):
    """A child is born."""

    day: int
    mother: int
    father: int
    child: Villager


class Arrival(Struct, frozen=True):
    """A stranger comes, and weds someone of the village."""

    day: int
    stranger: Villager
    partner: int


class Wedding(Struct, frozen=True):
    """Two wed, and live in one house."""

    day: int
    one: int
    other: int
    home: int


class Death(Struct, frozen=True):
    """Someone dies."""

    day: int
    who: int
    cause: str


Happening = Birth | Arrival | Wedding | Death


class Talk(Struct, frozen=True):
    """Two have talked, and think differently of each other since."""

    day: int
    one: int
    other: int
    reply: str
    affection: int
    trust: int


class Lived(Struct, frozen=True):
    """A village after some days, and what happened on them."""

    after: Population
    happened: Sequence[Happening]


def live(before: Population, until: int) -> Lived:
    """Return a village up to the end of a day; in one piece or in many, it is the same."""
    until_season = min(until // DAYS_PER_SEASON, (before.day + 1) // DAYS_PER_SEASON + MOST_SEASONS)
    people = dict(before.people)
    happened: list[Happening] = []
    for season in range((before.day + 1) // DAYS_PER_SEASON, until_season + 1):
        began = Population(before.seed, before.key, before.day, before.homes, _as_of(people, season * DAYS_PER_SEASON))
        for each in season_of(began, season):
            if before.day < each.day <= until and _can_happen(people, each):
                what = _apply(people, each)
                happened.append(what)
    return Lived(replace(before, day=max(before.day, until), people=people), happened)


def _as_of(people: Mapping[int, Villager], day: int) -> dict[int, Villager]:
    """Return people as they were when a day began."""
    return {
        number: each if each.wed is None or each.wed < day else replace(each, spouse=None, wed=None)
        for number, each in people.items()
        if each.born < day and (each.died is None or each.died >= day)
    }


def _can_happen(people: Mapping[int, Villager], what: Happening) -> bool:
    match what:
        case Birth():
            return _lives(people, what.mother, what.day)
        case Arrival():
            return _lives(people, what.partner, what.day)
        case Wedding():
            return _lives(people, what.one, what.day) and _lives(people, what.other, what.day)
        case Death():
            return _lives(people, what.who, what.day)


def _lives(people: Mapping[int, Villager], number: int, day: int) -> bool:
    return (died := people[number].died) is None or died > day


def _apply(people: dict[int, Villager], what: Happening) -> Happening:
    """Change people by what happens; return it with the number of who is new."""
    match what:
        case Birth():
            child = _named(people, what.child)
            people[child.number] = child
            return replace(what, child=child)
        case Arrival():
            stranger = _named(people, what.stranger)
            people[stranger.number] = stranger
            partner = people[what.partner]
            people[partner.number] = replace(partner, spouse=stranger.number, wed=what.day)
            return replace(what, stranger=stranger)
        case Wedding():
            for number, other in ((what.one, what.other), (what.other, what.one)):
                people[number] = replace(people[number], spouse=other, wed=what.day, home=what.home)
            return what
        case Death():
            people[what.who] = replace(people[what.who], died=what.day, cause=what.cause)
            return what


def _named(people: Mapping[int, Villager], new: Villager) -> Villager:
    """Return someone new with the next number, and a name that no one has had there."""
    number = max(people, default=0) + 1
    stream = Stream(number, "name/" + "".join(new.genes.values()))
    return replace(new, number=number, name=names.given_name(stream, new.sex, {each.name for each in people.values()}))


def season_of(began: Population, season: int) -> list[Happening]:
    """Return what a season brings, in the order of the days.

    Args:
        began: those who lived when the season began.
    """
    stream = Stream(began.seed, f"village/{began.key}/season/{season}")
    first = season * DAYS_PER_SEASON
    people = [each for _, each in sorted(began.people.items())]
    found: list[Happening] = [*_deaths(stream, people, first)]
    found += _weddings(stream, began, people, first)
    found += _births(stream, began, people, first)
    # A day's deaths come first, as they were drawn.
    return sorted(found, key=lambda each: each.day)


def _day(stream: Stream, first: int) -> int:
    return first + stream.below(DAYS_PER_SEASON)


def _deaths(stream: Stream, people: Sequence[Villager], first: int) -> Iterator[Death]:
    for each in people:
        age = each.share(first)
        old = max(0.0, age - OLD) ** 2 * 80 / lifespan_of(each.species) * 1.6
        drawn, day = stream.unit(), _day(stream, first)
        if drawn < old:
            yield Death(day, each.number, OLD_AGE)
        elif drawn < old + ILL * 80 / lifespan_of(each.species):
            yield Death(day, each.number, ILLNESS)


def _is_free(each: Villager, people: Mapping[int, Villager]) -> bool:
    return each.spouse is None or each.spouse not in people  # they have died


def _weddings(stream: Stream, began: Population, people: Sequence[Villager], first: int) -> Iterator[Wedding | Arrival]:
    by_number = began.people
    free = [each for each in people if _is_free(each, by_number) and WEDS[0] <= each.share(first) < WEDS[1]]
    taken: set[int] = set()
    for one in free:
        drawn, day = stream.unit(), _day(stream, first)
        if one.number in taken:
            continue
        matches = [
            other
            for other in free
            if other.sex != one.sex
            and other.number not in taken
            and abs(other.share(first) - one.share(first)) < 0.2
            and not _are_kin(one, other)
            and heredity.may_have_children(one.genes, other.genes)
        ]
        if matches and drawn < WEDDINGS:
            other = matches[stream.below(len(matches))]
            taken |= {one.number, other.number}
            yield Wedding(day, one.number, other.number, _free_home(began, one, other))
        elif not matches and drawn < FROM_AFAR:
            taken.add(one.number)
            yield Arrival(day, _stranger(stream, one, day, first), one.number)


def _are_kin(one: Villager, other: Villager) -> bool:
    return _is_parent(one, other) or _are_siblings(one, other)


def _is_parent(one: Villager, other: Villager) -> bool:
    return one.number in (other.mother, other.father) or other.number in (one.mother, one.father)


def _are_siblings(one: Villager, other: Villager) -> bool:
    return any(
        mine is not None and mine == theirs for mine, theirs in ((one.mother, other.mother), (one.father, other.father))
    )


def _free_home(began: Population, one: Villager, other: Villager) -> int:
    """Return an empty house; without one, the emptier one of the two in which they have lived."""
    crowd = [0] * began.homes
    for each in began.people.values():
        crowd[each.home] += 1
    if 0 in crowd:
        return crowd.index(0)
    return min(one.home, other.home, key=lambda home: crowd[home])


def _stranger(stream: Stream, partner: Villager, day: int, first: int) -> Villager:
    dominance = peoples.dominance(partner.species)
    own = heredity.drawn(stream, dominance)
    while not heredity.may_have_children(own, partner.genes):
        own = heredity.drawn(stream, dominance)
    share = max(WEDS[0], partner.share(first) + stream.between(-0.05, 0.05))
    return Villager(
        number=0,
        name="",
        family=partner.family,
        sex=MALE if partner.sex == FEMALE else FEMALE,
        species=partner.species,
        occupation=partner.occupation,
        genes=own,
        personality=personality.from_genes(stream, own),
        born=day - round(share * lifespan_of(partner.species) * DAYS_PER_YEAR),
        spouse=partner.number,
        wed=day,
        home=partner.home,
    )


def _births(stream: Stream, began: Population, people: Sequence[Villager], first: int) -> Iterator[Birth]:
    by_number = began.people
    room = FOUR_IN_A_HOUSE * began.homes
    wish = max(0.0, min(5.0, 6 - 5 * len(people) / room)) * BIRTHS
    for mother in people:
        if mother.sex != FEMALE or mother.spouse is None or not FERTILE[0] <= mother.share(first) < FERTILE[1]:
            continue
        father = by_number.get(mother.spouse)
        drawn, day = stream.unit(), _day(stream, first)
        youngest = max((each.born for each in people if each.mother == mother.number), default=first - PAUSE)
        if father is None or drawn >= wish * 80 / lifespan_of(mother.species) or first - youngest < PAUSE:
            continue
        own = Stream(began.seed, f"village/{began.key}/child/{mother.number}/{first}")
        sex = FEMALE if own.unit() < 0.5 else MALE
        genes = heredity.inherited(own, mother.genes, father.genes)
        of = father if sex == MALE else mother
        child = Villager(
            number=0,
            name="",
            family=father.family,
            sex=sex,
            species=mother.species,
            occupation=of.occupation,
            genes=genes,
            personality=personality.from_genes(own, genes),
            born=day,
            mother=mother.number,
            father=father.number,
            home=mother.home,
        )
        yield Birth(day, mother.number, father.number, child)


def affinity(seed: int, key: str, one: Villager, other: Villager) -> float:
    """Return how much two like each other before they have talked: kin more than neighbours."""
    return liking(
        seed,
        key,
        (one.number, other.number),
        are_wed=one.spouse == other.number,
        is_parent=_is_parent(one, other),
        are_siblings=_are_siblings(one, other),
    )


def liking(
    seed: int, key: str, numbers: tuple[int, int], *, are_wed: bool, is_parent: bool, are_siblings: bool
) -> float:
    """Return how much two with these numbers in a village like each other before they have talked.

    Args:
        is_parent: one of them is the other one's mother or father.
    """
    if are_wed:
        return SPOUSES
    if is_parent:
        return PARENTS
    if are_siblings:
        return SIBLINGS
    low, high = sorted(numbers)
    return Stream(seed, f"village/{key}/neighbours/{low}/{high}").between(*NEIGHBOURS)


def talks(people: Population, first: int, last: int) -> list[Talk]:
    """Return the talks of grown people from a day to another, both inclusive, in the order of the days.

    Those of a season are drawn for two at a time: it does not matter from which day to which one asks.
    """
    found: list[Talk] = []
    for season in range(first // DAYS_PER_SEASON, last // DAYS_PER_SEASON + 1):
        start = season * DAYS_PER_SEASON
        grown = [each for each in people.people.values() if each.lives(start) and each.share(start) >= GROWN]
        grown.sort(key=lambda each: each.number)
        for place, one in enumerate(grown):
            for other in grown[place + 1 :]:
                found += [
                    talk
                    for talk in _talks_of(people, one, other, season)
                    if first <= talk.day <= last and one.lives(talk.day) and other.lives(talk.day)
                ]
    return sorted(found, key=lambda each: (each.day, each.one, each.other))


def _talks_of(people: Population, one: Villager, other: Villager, season: int) -> Iterator[Talk]:
    stream = Stream(people.seed, f"village/{people.key}/talks/{season}/{one.number}/{other.number}")
    fond = affinity(people.seed, people.key, one, other)
    mean = TALKS * talking.chance(one.personality.get(EXTRAVERSION, 50), fond, 50)
    for _ in range(int(mean + stream.unit())):
        day = _day(stream, season * DAYS_PER_SEASON)
        said = talking.reply(other.personality.get(AGREEABLENESS, 50) + stream.between(-15, 15), fond)
        yield Talk(day, one.number, other.number, said.name, said.affection, said.trust)
