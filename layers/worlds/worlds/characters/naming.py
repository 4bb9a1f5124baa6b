"""Names that no one else in a world has, nor one that looks like it: each person can be told, ignored, reported."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from random import Random
from typing import Any, Final, LiteralString

from kernel.look_alikes import look_of

FreeNames = Mapping[str, str]
"""{look of a name: what to add to it so that no one else in a world is called so, "" for nothing}"""

MOST_DIGITS: Final = 6
"""Of a number that is added to a name."""

FREE_NAMES: Final[LiteralString] = """
    (SELECT jsonb_object_agg(n.look, free.ending)
     FROM (SELECT unnest(%(name_looks)s::text[]) UNION SELECT me.look_key) AS n (look),
          LATERAL (SELECT e.ending
                   FROM unnest(%(endings)s::text[], %(ending_looks)s::text[]) WITH ORDINALITY AS e (ending, look, place)
                   WHERE NOT EXISTS (SELECT FROM worlds.characters AS t
                                     WHERE t.world_id = w.world_id AND t.account_id IS DISTINCT FROM me.account_id
                                       AND t.look_key = n.look || e.look)
                   ORDER BY e.place LIMIT 1) AS free
     WHERE n.look IS NOT NULL)
"""
"""SQL expression: the FreeNames in world `w` of the names in its parameters, and of the one of `me`."""


def parameters(names: Iterable[str], rng: Random) -> dict[str, Any]:
    """Return the parameters of FREE_NAMES. What may be added are numbers that chance draws, short ones first."""
    numbers = [rng.randrange(max(2, 10 ** (digits - 1)), 10**digits) for digits in range(1, MOST_DIGITS + 1)]
    return {
        "name_looks": [look_of(name) for name in names],
        "endings": ["", *(f" {number}" for number in numbers)],
        "ending_looks": ["", *(f" {look_of(str(number))}" for number in numbers)],
    }


def is_free(free: FreeNames, name: str) -> bool:
    """Tell whether no one else is called so."""
    return free.get(look_of(name)) == ""


def unused(free: FreeNames, name: str) -> str:
    """Return the name, with a number if someone else is called so."""
    return name + free.get(look_of(name), "")


def is_called_after(name: str, other: str) -> bool:
    """Tell whether a name is the other one, perhaps with a number added to it."""
    return name.startswith(other) and (name == other or name[len(other) :].strip().isdecimal())
