"""How much one account, and one address, may do over sockets, whichever characters and connections they have.

What commands leave in the database is counted in kilobytes: answers, and what others hear, a copy for each, go after a
week; events stay. Without limits, one person could fill a database within hours. docs/accounts.md has the figures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Final, LiteralString

from kernel.database import Tx
from kernel.rate_limits import RateLimit, ask_left, spend
from kernel.settings import count
from worlds.play import queries

_DAY: Final = timedelta(days=1)

KILOBYTES: Final = RateLimit("world_kilobytes", count("WORLD_KILOBYTES_PER_DAY", default=50_000), _DAY)
"""What an account may leave behind: thirty thousand commands, or a thousand lines that a hundred people hear."""
KILOBYTES_OF_ADDRESS: Final = RateLimit(
    "world_kilobytes_address", count("WORLD_KILOBYTES_PER_ADDRESS_AND_DAY", default=500_000), _DAY, per="ip"
)
"""What all accounts that were signed up from an address may leave behind."""
CONNECTS: Final = (
    RateLimit("world_connects", count("WORLD_CONNECTS_PER_MINUTE", default=30)),
    RateLimit("world_connects_day", count("WORLD_CONNECTS_PER_DAY", default=1_000), _DAY),
)
"""How often an account may connect."""
CONNECTS_OF_ADDRESS: Final = RateLimit(
    "world_connects_address_day", count("WORLD_CONNECTS_PER_ADDRESS_AND_DAY", default=5_000), _DAY, per="ip"
)
"""How often all accounts of an address may connect."""

POST: Final = 500
"""Bytes of a line that someone hears, without its text."""
EVENT: Final = 4 * 1024
"""Bytes that an event counts for. It has a quarter of that, but stays for good."""
PASSING: Final = 10
"""The part of its bytes for which a post counts that is deleted when it has arrived, such as a map: one in ten."""


def ask(tx: Tx, connection_id: str) -> Callable[[], None]:
    """Ask whether the account of a connection, and its address, may leave more behind today.

    Returns:
        What raises RateLimited if not; the answer comes with the next round trip.
    """
    asked = [ask_left(tx, limit, connection_id, key_of) for limit, key_of in _limits()]

    def check() -> None:
        for each in asked:
            each()

    return check


def leave_behind(tx: Tx, connection_id: str, size: int) -> None:
    """Count what a command has left behind, in bytes; each is a kilobyte at least."""
    for limit, key_of in _limits():
        spend(tx, limit, connection_id, key_of, 1 + size // 1024)


def _limits() -> Iterator[tuple[RateLimit, LiteralString]]:
    yield KILOBYTES, queries.ACCOUNT_OF
    yield KILOBYTES_OF_ADDRESS, queries.ADDRESS_OF
