"""Arrays of a value per cell: their types, and what numpy needs care with to give the same everywhere.

Allowed are integers, comparisons, + - * / and square roots, element by element: IEEE 754 leaves no choice there. Not
allowed are numpy's exp, log1p, power, tanh, arctan, sin and cos, whose last bits differ between instruction sets; `dot`
and `interp`, which may fuse multiplication and addition; and sorting pairs without `kind="stable"`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from worlds.generation import randomness

Floats = npt.NDArray[np.float64]
Cells = npt.NDArray[np.int32]
"""Indices of cells."""
Places = npt.NDArray[np.intp]
"""Indices as NumPy reads them; others it first turns into these."""
Codes = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]


def units(key: int, count: int) -> Floats:
    """Return the first numbers of a stream, as `randomness.unit_at` gives them one by one."""
    with np.errstate(over="ignore"):
        number = np.uint64(key) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(randomness.STEP)
        number = (number ^ (number >> np.uint64(30))) * np.uint64(randomness.FIRST)
        number = (number ^ (number >> np.uint64(27))) * np.uint64(randomness.SECOND)
    number ^= number >> np.uint64(31)
    return (number >> np.uint64(11)).astype(np.float64) * randomness.UNIT
