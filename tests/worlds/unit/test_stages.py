"""Stages give the same results everywhere, in one go or each on its own. Source: worlds 11; acceptance 11.1."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import numpy as np
import pytest

from tests.support.code import ROOT
from worlds.generation.packing import digest, pack
from worlds.generation.parameters import Parameters
from worlds.generation.stages import STAGES, Result, generate, run_stage, unpack

SMALL = Parameters("small")
DIGESTS = {
    "moons": "a138979b51cc67d5",
    "plates": "17bc51a31cda5f86",
    "heights": "09e41f3f01a41ee2",
    "sea": "127a7273f6915bc6",
    "rivers": "9fc83e7aa2ba61ab",
    "currents": "a5a084b701209634",
    "climate": "8de75f1cdd7fb38f",
    "coasts": "2dc92c70b4e17056",
    "suiting": "2dc92c70b4e17056",
    "biomes": "fd7df1d9bb188560",
}
"""Of the small world of seed 42. A change of the generator changes them, and all worlds that are made after it."""


def results(parameters: Parameters, seed: int, last: str) -> dict[str, Result]:
    found: dict[str, Result] = {}
    for name in STAGES:
        found[name] = run_stage(name, parameters, seed, found)
        if name == last:
            break
    return found


def test_a_seed_is_one_world_on_every_machine():
    made = results(SMALL, 42, "biomes")

    assert {name: digest(result)[:16] for name, result in made.items()} == DIGESTS


def test_another_processor_makes_the_same_world():
    """As one without AVX2 and AVX-512 would compute it."""
    from numpy._core._multiarray_umath import __cpu_dispatch__ as faster

    code = "from tests.worlds.unit import test_stages as t; t.test_a_seed_is_one_world_on_every_machine()"
    changed = {"NPY_DISABLE_CPU_FEATURES": " ".join(faster), "PYTHONPATH": os.pathsep.join(sys.path)}

    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=os.environ | changed, check=True)


def test_heights_are_those_of_the_seed():
    medium = Parameters("medium")
    first, second, other = (digest(results(medium, seed, "heights")["heights"]) for seed in (42, 42, 43))

    assert first == second != other


def test_each_stage_runs_on_its_own_from_stored_results():
    stored: dict[str, bytes] = {}
    for name, stage in STAGES.items():
        before = {each: unpack(each, stored[each]) for each in stage.needs}
        stored[name] = pack(run_stage(name, SMALL, 42, before))

    assert {name: digest(unpack(name, packed))[:16] for name, packed in stored.items()} == DIGESTS


def test_a_stage_needs_earlier_stages_only():
    order = list(STAGES)

    assert [name for name in order for need in STAGES[name].needs if order.index(need) >= order.index(name)] == []
    assert STAGES["sea"].needs == ("heights",)  # rule 16: the sea knows nothing of rivers


def test_play_needs_no_numpy():
    made = [f"worlds.generation.{name}" for name in ("biomes", "ground", "parameters", "scale", "sky", "tiles")]
    played = [f"worlds.{name}" for name in ("maps.rules", "space.cells", "space.collisions", "time.rules")]
    modules = ", ".join((*made, *played))
    code = f"import sys, {modules}; sys.exit('numpy' in sys.modules)"

    subprocess.run([sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}, check=True)


@pytest.mark.slow
@pytest.mark.parametrize(("size", "seconds"), [("medium", 5), ("large", 45)])
def test_a_world_is_made_in_time(size: str, seconds: float):
    started = time.process_time()

    world = generate(Parameters(size), 42)

    assert time.process_time() - started < seconds
    assert np.mean(world.waters.heights > world.sea.level) == pytest.approx(0.3, abs=0.001)
