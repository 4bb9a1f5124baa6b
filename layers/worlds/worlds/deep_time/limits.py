"""How much computing the deep time of worlds may take: years without end are quickly asked for.

A second of it is a second of a function with 3 GB, so without limits one person could spend what an installation costs,
and keep all others waiting.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final, LiteralString
from uuid import UUID

from kernel.database import Tx
from kernel.rate_limits import RateLimit, RateLimited, ask_left, spend
from kernel.settings import count

_DAY: Final = timedelta(days=1)

AT_ONCE: Final = count("WORLD_SLICES_AT_ONCE", default=4)
"""Slices that are computed at the same time, of the ground of worlds and of their deep time. A new AWS account runs ten
functions at once, and people who play need some."""
SECONDS: Final = RateLimit("world_seconds", count("WORLD_SECONDS_PER_DAY", default=10_000), _DAY)
"""Seconds of computing that the deep time of an account's worlds may take: two histories of ten billion years."""
SECONDS_OF_ADDRESS: Final = RateLimit(
    "world_seconds_address", count("WORLD_SECONDS_PER_ADDRESS_AND_DAY", default=50_000), _DAY, per="ip"
)
"""Seconds that the deep time of all worlds may take whose owners were signed up from the same address."""

_OWNER: Final[LiteralString] = "SELECT %(key)s"
_ADDRESS: Final[LiteralString] = """
    SELECT coalesce((SELECT signed_up_from FROM kernel.accounts WHERE account_id = %(key)s::text::uuid), %(key)s::text)
"""


def take(tx: Tx, owner_id: UUID, seconds: int) -> bool:
    """Count the seconds of a slice before it is computed; return False if none are left for today.

    Before, because a slice that is thrown away has been computed, too.
    """
    key = str(owner_id)
    limits: tuple[tuple[RateLimit, LiteralString], ...] = ((SECONDS, _OWNER), (SECONDS_OF_ADDRESS, _ADDRESS))
    checks = [ask_left(tx, limit, key, key_of) for limit, key_of in limits]
    try:
        for check in checks:
            check()
    except RateLimited:
        return False
    for limit, key_of in limits:
        spend(tx, limit, key, key_of, seconds)
    return True
