"""Where villages are, who lives there, and how they live on. Source: worlds 16, 18.3, 28."""

from __future__ import annotations

from time import process_time
from uuid import UUID

import pytest
from msgspec.structs import replace

from kernel.errors import DomainError
from tests.support.grounds import SEED, TINY, made_ground
from worlds.generation.ground import Ground, Land
from worlds.generation.tiles import Tile, key_of
from worlds.inhabiting.rules import InhabitableNpc, baseline, is_eligible, relationships, require_eligible
from worlds.npcs import genes
from worlds.npcs.models import Npc
from worlds.space.models import METRE, Position, Space, sphere
from worlds.time.rules import HOUR
from worlds.villages.founding import found
from worlds.villages.living import GROWN, Birth, Death, live, talks
from worlds.villages.models import ENTRANCE, VillageSite
from worlds.villages.rounds import standing
from worlds.villages.sites import site_at, sites_near

TRADES = ("farmer", "merchant", "smith", "herbalist", "woodcutter", "hunter")
SITE = VillageSite(
    "entrance",
    Position(0, 0, 0),
    [Position(number * 100, 0, 0) for number in range(7)],
    dict.fromkeys(TRADES, Position(0, 0, 0)),
)


@pytest.mark.parametrize("seed", range(8))
def test_families_are_families(seed: int):
    village = found(seed, SITE, "human")

    people = village.people
    assert 15 <= len(people) <= 40
    assert len({each.name for each in people.values()}) == len(people)
    for each in people.values():
        if each.spouse is not None:
            spouse = people[each.spouse]
            assert spouse.spouse == each.number
            assert genes.may_have_children(each.genes, spouse.genes)
        if each.mother is not None:
            assert people[each.mother].share(0) - each.share(0) > GROWN
    assert all(len([each for each in people.values() if each.home == home]) >= 2 for home in range(7))


@pytest.mark.parametrize("seed", range(4))
def test_a_day_then_89_then_ten_years_are_ten_years(seed: int):
    village = found(seed, SITE, "human")

    at_once = live(village, 3_600)

    parts = live(live(live(village, 1).after, 89).after, 3_600)
    assert parts.after == at_once.after
    days = village
    for day in range(1, 400):
        days = live(days, day).after
    assert days == live(village, 399).after


def test_a_hundred_years_are_bounded_and_do_not_end_a_village():
    left = []
    began = process_time()
    for seed in range(6):
        after = live(found(seed, SITE, "human"), 36_000).after
        left.append(len(after.living()))
    assert process_time() - began < 6
    assert sum(1 for each in left if each > 5) >= 5, left
    assert max(left) < 60


def test_whom_someone_kills_has_no_children_after_it():
    village = found(2, SITE, "human")
    lived = live(village, 7_200)
    mother = next(each.mother for each in lived.happened if isinstance(each, Birth))
    died = replace(village.people[mother], died=0, cause="a player")

    other = live(replace(village, people={**village.people, mother: died}), 7_200)

    assert mother not in [each.mother for each in other.happened if isinstance(each, Birth)]
    assert mother not in [each.who for each in other.happened if isinstance(each, Death)]
    assert other.after.people[mother].died == 0


def test_talks_are_the_same_whenever_one_asks():
    village = live(found(1, SITE, "human"), 300).after

    at_once = talks(village, 1, 300)

    assert [*talks(village, 1, 10), *talks(village, 11, 100), *talks(village, 101, 300)] == at_once
    assert len(at_once) > 50
    assert {each.affection for each in at_once} <= {3, -5, 1}


def candidate(**fields: object) -> InhabitableNpc:
    usual = {"name": "Maren", "is_grown": True, "years": 1.0, "relationships": 5}
    return InhabitableNpc(**{**usual, **fields})


@pytest.mark.parametrize(
    "fields",
    [{"relationships": 4}, {"years": 0.99}, {"is_grown": False}, {"is_alive": False}, {"is_played": True}],
)
def test_who_is_not_to_be_inhabited(fields: dict[str, object]):
    assert not is_eligible(candidate(**fields))
    with pytest.raises(DomainError):
        require_eligible(candidate(**fields))


def test_five_people_and_one_year_are_enough_for_who_is_grown():
    require_eligible(candidate())


def test_kin_and_neighbours_count_and_children_only_to_their_parents():
    village = found(1, SITE, "human")
    people = village.people.values()
    parent = next(each for each in people if any(other.mother == each.number for other in people))

    grown = [each for each in people if each.share(0) >= GROWN and each.number != parent.number]
    own = [each for each in people if each.mother == parent.number and each.share(0) < GROWN]
    assert relationships(parent, people, 0, from_elsewhere=2) == len(grown) + len(own) + 2


def test_a_baseline_has_six_traits_from_0_to_1():
    found_traits = baseline({"agreeableness": 100, "conscientiousness": 0, "openness": 100, "neuroticism": 0})

    assert found_traits.keys() == {"aggression", "generosity", "honesty", "sociability", "recklessness", "loyalty"}
    assert found_traits["generosity"] == 1
    assert found_traits["aggression"] == 0
    assert all(0 <= each <= 1 for each in found_traits.values())


def test_who_cannot_wait_sees_to_it_and_all_others_go_about_their_day():
    noon = 2 * 24 * HOUR + 10 * HOUR
    someone = Npc(
        character_id=UUID(int=1),
        world_id=UUID(int=2),
        village="entrance",
        genes={},
        personality={},
        born=-30 * 360 * 24 * HOUR,
        home=(0, 0),
    )

    def doing(needs: dict[str, float] | None) -> str:
        npc = replace(someone, needs=needs, needs_at=noon)
        return standing(npc, "human", "smith", SITE, Space("infinite"), noon, 24).doing

    assert doing(None) == doing({"hunger": 10}) == "works:smith"
    assert doing({"hunger": 90}) == "eats"
    assert doing({"sleep": 80}) == "sleeps"


def test_villages_are_where_the_ground_feeds_them_wherever_one_looks_from():
    made = made_ground()
    land = Land(SEED, TINY.size, 10_000)
    tiles = {key_of(number): Tile(content) for number, content in made.tiles}

    def ground_at(position: Position) -> Ground:
        return land.ground(position.x / METRE, position.y / METRE, tiles)

    def river_from(position: Position) -> Position | None:
        near = land.nearest_river(position.x / METRE, position.y / METRE, tiles)
        return None if near is None else Position(round(near[0] * METRE), round(near[1] * METRE))

    here = Position(*made.entrance[:2], 0)
    far = [*sites_near(SEED, sphere(), here, 5_000 * METRE, here)]
    near = [*sites_near(SEED, sphere(), far[-1][1], 100 * METRE, here)]
    assert far[-1] in near

    sites = {key: site_at(SEED, sphere(), key, middle, here, ground_at, river_from) for key, middle in far}
    assert sites[ENTRANCE] is not None
    assert all(not ground_at(home).water for site in sites.values() if site for home in site.homes)
    assert sum(site is not None for site in sites.values()) > 1, len(sites)
    assert None in sites.values()
