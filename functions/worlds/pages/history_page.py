"""The page of a world: its map, its deep time as curves with what happened, and the maps of earlier years."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import partial
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from fastapi import Response

from doors.caching import cached
from doors.call import Call
from doors.pages.door import View
from doors.people import signed_in
from doors.routes import Router
from functions.worlds.pages.door import door
from functions.worlds.pages.plotting import across, curve, some, steps
from kernel.accounts.models import Identity
from kernel.database import Tx
from kernel.texts import decimal, number, to_translate, translate
from worlds.deep_time import history
from worlds.deep_time.history import DeepHistory
from worlds.deep_time.models import DeepMark, DeepMoment, MapNotKept, standing_of
from worlds.ground import service as ground
from worlds.ground.models import land_of
from worlds.maps.picture import COLOURS, png_of
from worlds.world import rules
from worlds.world import service as worlds
from worlds.world.models import Admission, World

router = Router(include_in_schema=False)

KEPT: Final = "private, max-age=0"
"""A map is for those whom its world admits; browsers ask each time whether it has changed."""
MOST_MAPS: Final = 10
"""Years whose maps the page offers."""
MOST_ROWS: Final = 24
"""Moments in the table."""
MILLION: Final = 1_000_000

BIOMES: Final[Mapping[str, str]] = {
    "ocean": to_translate("ocean"),
    "alpine": to_translate("peaks"),
    "tundra": to_translate("tundra"),
    "taiga": to_translate("taiga"),
    "grassland": to_translate("grassland"),
    "deciduous_forest": to_translate("forest"),
    "rainforest": to_translate("rainforest"),
    "desert": to_translate("desert"),
}
MARKS: Final[Mapping[str, str]] = {
    "mass_extinction": to_translate("Mass extinction"),
    "sapience": to_translate("A species has come to think"),
    "life_returned": to_translate("Life has come back"),
    "great_deluge": to_translate("Great deluge"),
    "asteroid": to_translate("Large asteroid"),
    "flood_basalt": to_translate("Flood of basalt"),
    "ocean_anoxia": to_translate("The sea has suffocated"),
    "observe": to_translate("The owner has looked on"),
    "nudge": to_translate("The owner has nudged a species"),
    "protect": to_translate("The owner has protected a species"),
    "accelerate": to_translate("The owner has quickened evolution"),
    "cataclysm": to_translate("The owner has let an asteroid strike"),
    "spark": to_translate("The owner has sparked a mind"),
    "infuse": to_translate("The owner has infused magic"),
}
STRONG: Final = frozenset({"mass_extinction", "cataclysm"})
BRIGHT: Final = frozenset({"sapience", "life_returned", "spark"})


@router.get("/worlds/{world_id}/history")
async def world_history(world_id: UUID, call: Call) -> Response:
    """Return the page."""
    return door.show_own(call, partial(_read, world_id, _year(call)))


@router.get("/worlds/{world_id}/map.png")
async def world_map(world_id: UUID, call: Call) -> Response:
    """Return the map of a world's ground, or with `?year=` one of its deep time: a pixel for each cell."""
    year = _year(call)

    def read(tx: Tx, me: Identity) -> Mapping[str, Any]:
        asked = history.ask_map(tx, world_id, year)
        world = worlds.admitted(tx, me, world_id)
        drawn = asked()
        if drawn is None and year is None:
            return ground.map_of(tx, world)  # drawn now
        if drawn is None or (year or 0) > standing_of(world.generation).year:
            raise MapNotKept
        return drawn

    person = signed_in(call)
    picture = png_of(person.run(read))
    etag = sha256(picture).hexdigest()[:24]
    return person.renewed(cached(call, etag, lambda: Response(picture, media_type="image/png"), control=KEPT))


def _year(call: Call) -> int | None:
    text = dict(call.query).get("year", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 11 else None


def _read(world_id: UUID, year: int | None, tx: Tx, me: Identity) -> View:
    asked = history.ask(tx, world_id)
    asked_map = history.ask_map(tx, world_id, year)
    found = worlds.get(tx, me, world_id)
    world, known = found.world, asked(found.world)
    year = year if year in known.mapped else None
    drawn = asked_map() if land_of(world) else None
    values = {
        "world": {"id": str(world.world_id), "name": world.name, "has_ground": land_of(world) is not None},
        "is_mine": rules.owns(world, me.account_id, Admission(found.role, 0, me.is_admin)) and not world.is_system,
        "year": year,
        "map": drawn and _map(world, drawn, year),
        "maps": [(each, in_years(each)) for each in some(known.mapped, MOST_MAPS)],
        "ages": _ages(world),
        "history": _curves(known) if known.moments else None,
    }
    return View("history.html", values)


def _ages(world: World) -> dict[str, Any]:
    standing = standing_of(world.generation)
    return {"year": standing.year, "passing_to": standing.to and in_years(standing.to)}


def _map(world: World, drawn: Mapping[str, Any], year: int | None) -> dict[str, Any]:
    counts = Counter(drawn["cells"])
    shares = [(drawn["legend"][letter], 100 * count / len(drawn["cells"])) for letter, count in counts.most_common()]
    words = ", ".join(f"{translate(BIOMES[biome])} {share:.0f} %" for biome, share in shares)
    named = {"world": world.name, "biomes": words}
    return {
        "words": translate("Map of {world}: {biomes}.", **named)
        if year is None
        else translate("Map of {world} in year {year}: {biomes}.", year=in_years(year), **named),
        "columns": drawn["columns"],
        "rows": drawn["rows"],
        "legend": [(COLOURS[biome], translate(BIOMES[biome]), f"{share:.0f} %") for biome, share in shares],
        "facts": [
            (translate("Mean temperature"), f"{decimal(drawn['mean_temperature'])} °C"),
            (translate("Highest point"), f"{number(round(drawn['highest_point']))} m"),
            (translate("Sea level"), f"{number(drawn['sea_level'])} m"),
            (translate("Land"), f"{drawn['land_percent']:.0f} %"),
            (translate("Years"), in_years(year if year is not None else standing_of(world.generation).year)),
            (translate("Seed"), str(drawn["seed"])),
        ],
    }


def _curves(known: DeepHistory) -> dict[str, Any]:
    moments = known.moments
    years = [each.year for each in moments]
    last = years[-1]
    died = steps([each.extinctions for each in moments])
    curves = (
        ("celsius", translate("Temperature, °C"), [each.celsius for each in moments], _degrees),
        ("sea", translate("Sea level, m"), [float(each.sea_level) for each in moments], _whole),
        ("species", translate("Species"), [float(each.species) for each in moments], _whole),
        ("died", translate("Species that died out since the point before"), [float(each) for each in died], _whole),
    )
    rows = some(range(len(moments)), MOST_ROWS)
    totals = [moments[place].extinctions for place in rows]
    return {
        "curves": [
            {
                "key": key,
                "name": name,
                "path": drawn.path,
                "low": write(drawn.low),
                "high": write(drawn.high),
                "last": write(drawn.last),
                "first": write(values[0]),
            }
            for key, name, values, write in curves
            for drawn in (curve(years, values),)
        ],
        "ticks": [in_years(last * part // 2) for part in range(3)],
        "lines": [{"at": across(each.year, last), "kind": _weight(each)} for each in known.marks],
        "marks": [{"year": in_years(each.year), "text": _mark(each)} for each in reversed(known.marks)],
        "rows": [_row(moments[place], lost) for place, lost in zip(rows, steps(totals), strict=True)],
    }


def _row(moment: DeepMoment, died: int) -> dict[str, str]:
    return {
        "year": in_years(moment.year),
        "celsius": _degrees(moment.celsius),
        "sea": _whole(moment.sea_level),
        "land": f"{moment.land:.0f} %",
        "species": number(moment.species),
        "died": number(died),
    }


def _weight(mark: DeepMark) -> str:
    return "strong" if mark.kind in STRONG else "bright" if mark.kind in BRIGHT else "plain"


def _mark(mark: DeepMark) -> str:
    name = translate(MARKS[mark.kind]) if mark.kind in MARKS else mark.kind.replace("_", " ")
    details = mark.details
    if "lost" in details and "left" in details:
        lost, left = details["lost"], details["left"]
        return translate("{event}: {lost} species died out, {left} are left", event=name, lost=lost, left=left)
    if "species" in details:
        return f"{name}: {details['species']}"
    if "radius_km" in details:
        return translate("{event}: a crater of {km} km", event=name, km=number(2 * details["radius_km"]))
    return name


def in_years(year: int) -> str:
    """Return a year as people read it: 250,000, or 3.4 million."""
    if year < MILLION:
        return number(year)
    millions = year / MILLION
    return translate("{millions} million", millions=number(round(millions)) if millions >= 100 else decimal(millions))


def _degrees(value: float) -> str:
    return decimal(value)


def _whole(value: float) -> str:
    return number(round(value))
