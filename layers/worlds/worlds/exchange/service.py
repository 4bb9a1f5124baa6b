"""Worlds as files: an owner takes one along, and anyone makes a world of one. Source: issue 18."""

from __future__ import annotations

import zlib
from base64 import b64decode, b64encode
from binascii import Error as NoBase64
from typing import Any, Final
from uuid import UUID

from msgspec.structs import replace

from kernel.accounts.models import Identity
from kernel.database import Tx
from worlds.deep_time import checkpoints
from worlds.deep_time import queries as deep_sql
from worlds.deep_time.checkpoints import BadCheckpoint, inflated
from worlds.deep_time.models import AgeStanding, DeepMark, DeepMoment, standing_of
from worlds.exchange.models import (
    FORMAT,
    MOST_CELLS,
    VERSION,
    CheckpointRefused,
    FileChanged,
    FileDeepTime,
    FileGround,
    FileMap,
    FileMoment,
    FileOfOtherVersion,
    FileRefused,
    WorldFile,
    YearsPassing,
)
from worlds.founding import service as founding
from worlds.founding.models import NewWorld
from worlds.generation.parameters import as_json
from worlds.ground.atlas import LETTERS
from worlds.interview.deriving import DERIVED, stored_configuration
from worlds.owning import service as owning
from worlds.space.models import METRE, Space
from worlds.world import queries, rules
from worlds.world.models import World
from worlds.world.rules import require_ready

LEGEND: Final = {letter: biome.name.lower() for biome, letter in LETTERS.items()}


def export(tx: Tx, me: Identity, world_id: UUID) -> WorldFile:
    """Return one's world as a file.

    Raises:
        WorldNotFound, WorldPrivate, NotYourWorld, SystemWorld, WorldNotReady, WorldFailed, YearsPassing
    """
    configuration = queries.find_configuration(tx, world_id)
    checkpoint = deep_sql.find_checkpoint(tx, world_id)
    moments, maps = deep_sql.list_moments(tx, world_id), deep_sql.list_maps(tx, world_id)
    marks = deep_sql.list_marks(tx, world_id)
    world = owning.owned(tx, me, world_id)
    require_ready(world)
    content: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "name": world.name,
        **_space(world.space),
        "privacy": world.privacy,
        "seats": world.seats,
        "hours_per_day": world.time.hours_per_day,
    }
    if (row := configuration.fetchone()) is not None:
        content["configuration"] = {name: each for name, each in row["configuration"].items() if name != DERIVED}
    if "digest" in world.generation:
        known = world.generation
        content["ground"] = {name: known[name] for name in FileGround.model_fields if name in known}
    standing = standing_of(world.generation)
    stored = checkpoint.fetchone()
    if standing.to is not None:
        raise YearsPassing(name=world.name)
    if standing.year and stored is not None:
        if stored["year"] != standing.year:
            raise YearsPassing(name=world.name)  # a slice has ended in this moment
        drawn = {each["year"]: each["map"] for each in maps}
        content["deep_time"] = {
            **_standing(standing),
            "checkpoint": b64encode(stored["content"]).decode(),
            "moments": [written_moment(deep_sql.read_moment(row, drawn.get(row["year"]))) for row in moments],
            "marks": [{**row} for row in marks],
        }
    file = WorldFile.model_validate({**content, "digest": "0" * 64}, by_name=True)
    return file.model_copy(update={"digest": file.own_digest})


def bring(tx: Tx, me: Identity, file: WorldFile, name: str = "", privacy: str = "") -> World:
    """Make a world of a file; who brings it, owns it. Its ground is made again, and has to be the same.

    Args:
        name, privacy: "" for those in the file.

    Raises:
        FileRefused, CheckpointRefused, FileChanged, FileOfOtherVersion: no world can be made of it.
        WorldNameInvalid, WorldNameTaken, WorldShapeInvalid
        RateLimited: one new world an hour; attempts that are refused do not count.
    """
    if file.version != VERSION:
        raise FileOfOtherVersion(known=VERSION, version=file.version)
    if file.digest != file.own_digest:
        raise FileChanged
    deep = file.deep_time
    generation: dict[str, Any] = {}
    if file.ground is not None:
        parameters = file.ground.parameters.parameters
        generation = {"seed": file.ground.seed, "parameters": as_json(parameters), "expected": file.ground.digest}
        file.ground.require_words()
        # The rest is what an interview says of it, and other worlds do not have.
        said = file.ground.model_dump(mode="json", exclude={"seed", "parameters", "digest"})
        generation |= {name: value for name, value in said.items() if value is not None}
    elif deep is not None:
        raise FileRefused(field="deep_time", reason="needs ground")
    content = b""
    if deep is not None:
        content = _checked(file, deep)
        generation["deep_time"] = _restored(deep)
    wanted = NewWorld(
        name=name or file.name,
        space=_space_of(file),
        privacy=privacy or file.privacy,
        seats=file.seats,
        hours_per_day=file.hours_per_day,
        generation=generation,
        configuration={} if file.configuration is None else stored_configuration(file.configuration),
    )
    seed = generation.get("deep_time", {}).get("seed", generation.get("seed", 0))
    moments = [_moment(each, seed) for each in deep.moments] if deep is not None else []
    world = founding.create(tx, me.account_id, wanted)
    if deep is not None:
        deep_sql.save_checkpoint(tx, world.world_id, 1, deep.year, content)
        marks = [DeepMark(each.year, each.kind, each.details) for each in deep.marks]
        deep_sql.save_history(tx, world.world_id, deep.year, moments, marks)
    return world


def _space(space: Space) -> dict[str, Any]:
    metres: dict[str, Any] = {"shape": space.shape}
    if space.shape == "spherical":
        metres["circumference"] = space.circumference / METRE
    elif space.shape == "bounded_cube":
        low, high = (
            dict(zip("xyz", (axis / METRE for axis in corner), strict=True)) for corner in (space.lowest, space.highest)
        )
        metres["bounds"] = {"min": low, "max": high}
    return metres


def _space_of(file: WorldFile) -> Space:
    if (file.circumference is not None) != (file.shape == "spherical"):
        raise FileRefused(field="circumference", reason="belongs to a spherical world, and only there")
    if (file.bounds is not None) != (file.shape == "bounded_cube"):
        raise FileRefused(field="bounds", reason="belong to a bounded_cube, and only there")
    if file.bounds is not None:
        low, high = file.bounds.min, file.bounds.max
        return rules.box_of((low.x, low.y, low.z), (high.x, high.y, high.z))
    return rules.sphere_of(file.circumference, None) if file.shape == "spherical" else Space(file.shape)


def _standing(standing: AgeStanding) -> dict[str, Any]:
    log = [
        {"year": each["year"], "kind": each["kind"], "details": {**each, "year": None, "kind": None}}
        for each in standing.log
    ]
    for each in log:
        each["details"] = {name: value for name, value in each["details"].items() if value is not None}
    names = ("year", "seed", "parameters", "speed", "parts", "goal", "spent", "turned", "pending", "seen")
    return {**{name: getattr(standing, name) for name in names}, "log": log}


def _restored(deep: FileDeepTime) -> dict[str, Any]:
    """Return where the deep time of a world stands, as its events would have left it in `World.generation`."""
    deep.require_words()
    kept: dict[str, Any] = {"run": 1, "year": deep.year, "speed": deep.speed, "parts": list(deep.parts)}
    kept |= {
        "to": None,
        "goal": deep.goal,
        "spent": deep.spent,
        "turned": deep.turned,
        "seen": deep.seen.model_dump(mode="json"),
    }
    kept["pending"] = [list(each) for each in deep.pending]
    kept["log"] = [{"year": each.year, "kind": each.kind, **each.details} for each in deep.log]
    if deep.seed is not None:
        kept["seed"] = deep.seed
    if deep.parameters is not None:
        kept["parameters"] = as_json(deep.parameters.parameters)
    return kept


def _checked(file: WorldFile, deep: FileDeepTime) -> bytes:
    """Return the checkpoint of a file.

    Raises:
        FileRefused, CheckpointRefused
    """
    assert file.ground is not None
    parameters = (deep.parameters or file.ground.parameters).parameters
    try:
        content = b64decode(deep.checkpoint, validate=True)
        checkpoints.check(content, parameters, deep.year)
    except NoBase64 as error:
        raise CheckpointRefused(part="base64") from error
    except BadCheckpoint as error:
        raise CheckpointRefused(part=str(error)) from error
    for name, entries in (("moments", deep.moments), ("marks", deep.marks), ("log", deep.log)):
        if any(each.year > deep.year for each in entries):
            raise FileRefused(field=f"deep_time.{name}", reason=f"nothing is later than year {deep.year}")
    if len({each.year for each in deep.moments}) < len(deep.moments):
        raise FileRefused(field="deep_time.moments", reason="each year comes once")
    return content


def written_moment(moment: DeepMoment) -> dict[str, Any]:
    """Return a moment as it is in a file."""
    names = ("year", "celsius", "sea_level", "land", "species", "extinctions")
    written: dict[str, Any] = {name: getattr(moment, name) for name in names}
    if (drawn := moment.map) is not None:
        at = drawn["highest_at"]
        names = ("columns", "rows", "mean_temperature", "highest_point", "land_percent")
        written["map"] = {
            **{name: drawn[name] for name in names},
            "highest_at": (at["x"], at["y"]),
            "cells": b64encode(zlib.compress(drawn["cells"].encode(), 9)).decode(),
        }
    return written


def _moment(written: FileMoment, seed: int) -> DeepMoment:
    moment = DeepMoment(
        written.year, written.celsius, written.sea_level, written.land, written.species, written.extinctions
    )
    return moment if written.map is None else replace(moment, map=_map(written.map, moment, seed))


def _map(written: FileMap, moment: DeepMoment, seed: int) -> dict[str, Any]:
    """Return a map as it is stored.

    Raises:
        FileRefused
    """
    try:
        cells = inflated(b64decode(written.cells, validate=True), written.columns * written.rows)
    except NoBase64:
        cells = None
    if cells is None or len(cells) > MOST_CELLS or not set(cells) <= set("".join(LEGEND).encode()):
        raise FileRefused(
            field="deep_time.moments.map.cells", reason=f"has to be {written.columns} × {written.rows} letters"
        )
    x, y = written.highest_at
    return {
        **written.model_dump(exclude={"cells", "highest_at"}),
        "cells": cells.decode(),
        "legend": LEGEND,
        "highest_at": {"x": x, "y": y},
        "sea_level": moment.sea_level,
        "years": moment.year,
        "seed": seed,
    }
