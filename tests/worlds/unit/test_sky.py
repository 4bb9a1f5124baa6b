"""The weather of places in a world, over years. Source: worlds 12 and 28."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.grounds import SEED, made_ground
from worlds.generation.ground import Land
from worlds.generation.local_climate import LocalClimate, UpwindCell, climate_at, tiles_upwind
from worlds.generation.scale import direction
from worlds.generation.tiles import Tile, key_of
from worlds.time.models import Season
from worlds.weather import rules, sky
from worlds.weather.models import CYCLE, PER_DAY, SIGHT, ExtremeWeather, WeatherState
from worlds.weather.sky import Sky
from worlds.weather.words import report
from worlds.world.models import WeatherOrder

LAND = Land(SEED, "tiny", 10_000)
YEAR = 360 * PER_DAY
SLOTS = st.integers(0, 4 * YEAR)
PLACES = st.tuples(st.floats(0, 9_999), st.floats(-2_499, 2_499))


@cache
def tiles() -> dict[object, Tile]:
    return {key_of(number): Tile(content) for number, content in made_ground().tiles}


@cache
def climate_of(x: float, y: float) -> LocalClimate:
    return climate_at(LAND, x, y, tiles())  # type: ignore[arg-type]


def over(x: float, y: float, **fields: object) -> Sky:
    return Sky(SEED, climate_of(x, y), **fields)  # type: ignore[arg-type]


def plain(latitude: float = 45, celsius: float = 10, rain: float = 900, *, is_water: bool = False) -> LocalClimate:
    """Return the climate of a place in the middle of an even land, or of the sea."""
    cell = UpwindCell(is_water, 0, 1.0 if is_water else 0.0, celsius)
    towards = direction(1_000_000, latitude / 360 * 40_000_000, 40_000_000)
    return LocalClimate(towards, latitude, celsius, rain, 0.8 * abs(latitude) / 90, (cell,) * 13)


@given(PLACES, SLOTS)
def test_weather_follows_from_place_and_time_alone(place: tuple[float, float], slot: int):
    """The order of questions changes nothing: settle(a, c) = settle(b, c) after settle(a, b)."""
    asked = over(*place)
    list(asked.forecast(slot - 30, slot + 30))

    assert asked.at(slot) == over(*place).at(slot)


@given(PLACES, SLOTS, st.lists(st.integers(0, 60), max_size=3))
def test_changes_are_the_same_however_a_span_is_divided(place: tuple[float, float], start: int, cuts: list[int]):
    whole = [*over(*place).changes(start, start + 60)]
    edges = [start, *sorted(start + cut for cut in cuts), start + 60]

    parts = [change for a, b in pairwise(edges) for change in over(*place).changes(a, b)]

    assert parts == whole


@given(PLACES, SLOTS)
def test_a_forecast_comes_true(place: tuple[float, float], slot: int):
    forecast = [*over(*place).forecast(slot, slot + PER_DAY)]
    states = [over(*place).at(slot + later).state for later in range(PER_DAY)]
    changed = [slot, *(slot + i for i in range(1, PER_DAY) if states[i] != states[i - 1])]

    assert [each.slot for each in forecast] == changed
    assert [each.state for each in forecast] == [states[at - slot] for at in changed]


@given(PLACES, SLOTS, st.sampled_from([None, *WeatherState]))
def test_what_is_said_agrees(place: tuple[float, float], slot: int, state: WeatherState | None):
    order = state and WeatherOrder(state, slot - 3, slot + 3)

    found = over(*place, order=order).at(slot)

    assert state in (None, found.state)
    assert found.state == rules.state_of(found.rain, found.wind, found.celsius, found.humidity)
    assert 0 < found.sight <= SIGHT[found.state]
    assert 0 <= found.humidity <= 100
    assert found.rain >= 0 <= found.wind


def test_an_order_holds_from_its_first_slot_up_to_its_last():
    order = WeatherOrder("snow", 100, 112)
    natural, ordered = Sky(1, plain()), Sky(1, plain(), order=order)

    states = [ordered.at(slot).state for slot in range(98, 114)]

    assert states[2:14] == ["snow"] * 12
    assert [ordered.at(slot) for slot in (98, 99, 112, 113)] == [natural.at(slot) for slot in (98, 99, 112, 113)]


@pytest.mark.parametrize("latitude", [-60, -10, 20, 45, 70])
def test_the_hottest_hour_of_a_clear_day_is_14(latitude: float):
    """Acceptance 12.5."""
    here = Sky(5, plain(latitude, rain=300))
    hottest: list[int] = []
    for day in range(1, 360, 4):
        slots = [here.at(day * PER_DAY + slot) for slot in range(PER_DAY)]
        if all(each.state == WeatherState.CLEAR for each in slots):
            by_hour = [slots[2 * hour].celsius + slots[2 * hour + 1].celsius for hour in range(24)]
            hottest.append(max(range(24), key=[each.celsius for each in slots[::2]].__getitem__))
            assert by_hour.index(max(by_hour)) in (13, 14)

    assert len(hottest) > 5
    assert set(hottest) == {14}


@given(st.integers(0, 50), st.integers(5, 85))
def test_january_is_colder_in_the_north(seed: int, latitude: int):
    """Acceptance 12.6, in the weather itself."""
    days = range(280, 310, 3)

    def mean(at: int) -> float:
        here = Sky(seed, plain(at))
        return sum(here.at(day * PER_DAY + hour).celsius for day in days for hour in (0, 24)) / 20

    if latitude >= 25:
        assert mean(-latitude) > mean(latitude) + 5
    else:
        assert mean(-latitude) > mean(latitude) - 4  # where all months are alike, chance may decide


@pytest.mark.parametrize("hours", [10, 24, 37])
def test_weather_keeps_to_the_day_of_its_world(hours: int):
    here = Sky(1, plain(5, rain=0), hours)
    days = ([here.at(day * 2 * hours + slot) for slot in range(2 * hours)] for day in range(100, 200))
    clear = next(day for day in days if all(each.state == WeatherState.CLEAR for each in day))

    warmest = max(clear, key=lambda each: each.celsius)

    assert warmest.slot % (2 * hours) / (2 * hours) == pytest.approx(14 / 24, abs=1 / hours)


def shares(here: Sky, years: int = 1) -> Counter[WeatherState]:
    return Counter(here.at(slot).state for slot in range(0, years * YEAR, 61))


def wet(counted: Counter[WeatherState]) -> float:
    return sum(counted[state] for state in ("rain", "snow", "storm")) / counted.total()  # type: ignore[index]


def test_it_rains_as_often_as_the_climate_says():
    dry, usual, rainy = (wet(shares(Sky(3, plain(10, 20, rain=rain)))) for rain in (100, 900, 2_500))

    assert dry < 0.12 < usual < 0.45 < rainy < 0.7


def test_mountains_upwind_keep_the_rain():
    """In the original, what lay upwind made no difference."""
    open_land = plain(45)
    high = UpwindCell(is_water=False, altitude=2_000, closeness=0, celsius=0)
    behind = open_land._replace(path=(*open_land.path[:8], high, *open_land.path[9:]))

    assert wet(shares(Sky(2, behind))) < 0.8 * wet(shares(Sky(2, open_land)))


def test_a_windward_slope_is_wetter_than_the_lee():
    start = plain(45).path[0]
    slope = plain(45)._replace(path=(*[start] * 12, start._replace(altitude=300)))
    lee = plain(45)._replace(path=(*[start] * 11, start._replace(altitude=300), start))

    total = [sum(Sky(2, each).at(slot).rain for slot in range(0, YEAR, 31)) for each in (slope, lee)]

    assert total[0] > 3 * total[1]


@given(PLACES)
def test_the_height_of_a_place_makes_it_colder_once(place: tuple[float, float]):
    """In the original, twice: on a mean over the year, the weather has the temperature that maps and biomes have."""
    here = climate_of(*place)
    asked = Sky(SEED, here)
    slots = [slot for day in range(0, 720, 18) for slot in (day * PER_DAY, day * PER_DAY + 24)]  # midnight and noon

    mean = sum(asked.at(slot).celsius for slot in slots) / len(slots)

    assert mean == pytest.approx(here.celsius, abs=3)


@pytest.mark.parametrize(("latitude", "summer", "winter"), [(12, 135, 315), (-12, 315, 135)])
def test_the_sea_gives_more_in_summer_than_in_spring_and_less_in_winter(
    monkeypatch: pytest.MonkeyPatch, latitude: float, summer: int, winter: int
):
    """In the original, the names of seasons were compared in different spellings, and all seasons were alike."""

    def moisture(day: int) -> float:
        here = Sky(3, plain(latitude, 20, is_water=True))
        return sum(here.at((day + 360 * year) * PER_DAY).humidity for year in range(20))

    found = moisture(summer), moisture(winter)
    monkeypatch.setattr(rules, "season_at", lambda season, latitude: Season.SPRING)

    assert found[0] > moisture(summer)
    assert found[1] < moisture(winter)


def test_latitude_is_in_degrees_from_the_equator():
    """In the original, rows of a grid were taken for it."""
    found = [climate_of(100, y).latitude for y in (-2_499, -1_250, 0, 1_250, 2_499)]

    assert found == pytest.approx([-90, -45, 0, 45, 90], abs=0.7)


@given(PLACES)
def test_a_climate_is_that_of_its_cell_and_needs_few_tiles(place: tuple[float, float]):
    wanted = tiles_upwind(LAND, *place)

    assert len(wanted) <= 4
    assert climate_at(LAND, *place, {key: tiles()[key] for key in wanted}) == climate_of(*place)
    with pytest.raises(KeyError):
        climate_at(LAND, *place, {})


def extremes(here: Sky, kind: ExtremeWeather, slots: range) -> Iterator[int]:
    for slot in slots:
        if (found := here.at(slot).extreme) and found.kind == kind:
            yield slot


def test_hurricanes_come_over_a_warm_sea_between_5_and_20_degrees_and_last_seven_days():
    here = Sky(8, plain(12, 28, is_water=True))
    first = next(extremes(here, ExtremeWeather.HURRICANE, range(0, 20 * YEAR, PER_DAY)))
    window = here.at(first).extreme
    assert window is not None
    days = [here.at(slot) for slot in range(window.until - 7 * PER_DAY, window.until)]

    assert window.strength == 0.8
    assert all(each.extreme == window for each in days)
    assert max(each.wind for each in days) > 35
    middle = days[len(days) // 2]
    assert (middle.state, middle.sight) == ("storm", 400)
    after = here.at(window.until).extreme
    assert after is None or after.kind != ExtremeWeather.HURRICANE
    for elsewhere in (plain(12, 22, is_water=True), plain(4, 28, is_water=True), plain(12, 28)):
        assert not any(extremes(Sky(8, elsewhere), ExtremeWeather.HURRICANE, range(0, 10 * YEAR, 7 * PER_DAY)))


def test_blizzards_last_48_hours():
    here = Sky(4, plain(58, -6, rain=1_500))
    begun = next(extremes(here, ExtremeWeather.BLIZZARD, range(0, YEAR, CYCLE)))
    found = here.at(begun).extreme
    assert found is not None
    days = [here.at(slot) for slot in range(begun, begun + 8 * CYCLE)]

    assert found.strength == 0.7
    assert found.until >= begun + 8 * CYCLE  # another one may follow on it
    assert all(each.extreme and each.extreme.kind == ExtremeWeather.BLIZZARD for each in days)
    assert all(each.celsius <= -5 and each.rain >= 10 and each.wind >= 10 for each in days)
    assert {each.state for each in days} <= {"snow", "storm"}
    assert not any(extremes(Sky(4, plain(58, 20)), ExtremeWeather.BLIZZARD, range(0, YEAR, CYCLE)))


def test_in_a_drought_less_than_half_of_the_usual_rain_falls_for_90_days(monkeypatch: pytest.MonkeyPatch):
    here = plain(45, rain=1_500)
    slots = range(0, 20 * YEAR, 10 * PER_DAY)
    until = next(found.until for slot in slots if (found := Sky(1, here).at(slot).extreme) and found.kind == "drought")
    window = range(until - 90 * PER_DAY, until)

    dry = [Sky(1, here).at(slot) for slot in window[::12]]
    monkeypatch.setattr(sky, "DROUGHT_CHANCE", 0)
    normal = [Sky(1, here).at(slot) for slot in window[::12]]

    assert sum(each.rain for each in dry) < sum(each.rain for each in normal) / 2
    assert sum(each.rain for each in normal) > 0


def test_a_heat_wave_is_ten_degrees_warmer_for_seven_days_of_summer(monkeypatch: pytest.MonkeyPatch):
    here = plain(-45, rain=500)
    slots = range(0, 40 * YEAR, 2 * PER_DAY)
    until = next(
        found.until for slot in slots if (found := Sky(1, here).at(slot).extreme) and found.kind == "heat wave"
    )
    window = range(until - 7 * PER_DAY, until)

    hot = [Sky(1, here).at(slot).celsius for slot in window]
    monkeypatch.setattr(sky, "HEAT_WAVE_CHANCE", 0)
    usual = [Sky(1, here).at(slot).celsius for slot in window]

    assert [round(a - b, 1) for a, b in zip(hot, usual, strict=True)] == [10] * len(window)
    assert (window[len(window) // 2] // PER_DAY) % 360 >= 270  # the north has winter


def test_wind_that_rises_slowly_is_told_once_it_has_risen_by_more_than_ten():
    here = Sky(8, plain(12, 28, is_water=True))
    first = next(extremes(here, ExtremeWeather.HURRICANE, range(0, 20 * YEAR, PER_DAY)))

    changes = [*here.changes(first - 4 * PER_DAY, first + 4 * PER_DAY)]

    windy = [each for each in changes if each.before.state == each.after.state == "storm"]
    assert all(
        abs(each.after.wind - each.before.wind) > 10 or each.before.extreme != each.after.extreme for each in windy
    )


def test_all_machines_find_the_same_weather():
    """A change of the numbers changes the weather of all worlds, and what has been forecast in them."""
    sea, hill = UpwindCell(True, 0, 1.0, 12), UpwindCell(False, 200, 0.1, 2)
    here = Sky(SEED, plain(50, 2, 1_200)._replace(path=(sea,) * 6 + (hill,) * 7))

    found = [tuple(map(str, here.at(slot))) for slot in range(0, 4 * YEAR, 977)]

    assert sha256(repr(found).encode()).hexdigest()[:16] == "1cc45412c3e30c3e"


def test_years_do_not_repeat_and_worlds_differ():
    here = plain()
    year = [Sky(1, here).at(slot).state for slot in range(0, YEAR, 5 * CYCLE)]

    assert year != [Sky(1, here).at(slot).state for slot in range(YEAR, 2 * YEAR, 5 * CYCLE)]
    assert year != [Sky(2, here).at(slot).state for slot in range(0, YEAR, 5 * CYCLE)]


def test_where_a_day_has_one_hour_the_forecast_is_for_an_hour():
    said = report(Sky(1, plain(5, rain=0), 1), 0, 1, 0)

    assert "It stays like this for an hour. Within an hour between " in said
