"""A world as a file that no installation has exported: a tiny one whose deep time has been computed here."""

from __future__ import annotations

from base64 import b64encode
from typing import Any
from uuid import UUID

from tests.support.grounds import SEED, TINY, made_ground
from worlds.deep_time.models import AgeStanding, grid_of
from worlds.deep_time.slices import AgeTask, run_slice
from worlds.exchange.models import FORMAT, VERSION, WorldFile
from worlds.exchange.service import written_moment
from worlds.generation import parameters
from worlds.space.models import sphere


def world_file(name: str, years: int) -> dict[str, Any]:
    """Return the file of a world that is so many years old."""
    task = AgeTask(UUID(int=0), TINY, SEED, AgeStanding(run=1, to=years), None, sphere(), 10_000)
    passed = run_slice(task, seconds=float("inf"))
    grid = grid_of(passed.year)
    moments = [each for each in passed.moments if each.year % grid == 0 or each.year == passed.year]
    content = {
        "format": FORMAT,
        "version": VERSION,
        "name": name,
        "shape": "spherical",
        "circumference": 10_000.0,
        "privacy": "public",
        "hours_per_day": 24,
        "ground": {"seed": SEED, "parameters": parameters.as_json(TINY), "digest": made_ground().digest},
        "deep_time": {
            "year": passed.year,
            "speed": "normal",
            "parts": list(AgeStanding().parts),
            "spent": 0,
            "seen": passed.seen,
            "log": [],
            "checkpoint": b64encode(passed.content).decode(),
            "moments": [written_moment(each) for each in moments],
            "marks": [{"year": each.year, "kind": each.kind, "details": each.details} for each in passed.marks],
        },
        "digest": "0" * 64,
    }
    file = WorldFile.model_validate(content)
    return file.model_copy(update={"digest": file.own_digest}).model_dump(mode="json", exclude_none=True)
