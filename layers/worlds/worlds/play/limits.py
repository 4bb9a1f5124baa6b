"""How much one account, and one address, may do over sockets, whichever characters and connections they have.

Each command leaves an answer and perhaps events behind, and each connect the lines that it sends again: without limits,
one person could fill a database within hours. docs/accounts.md has the figures.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from kernel.rate_limits import RateLimit
from kernel.settings import count

_DAY: Final = timedelta(days=1)

COMMANDS: Final = RateLimit("world_commands", count("WORLD_COMMANDS_PER_DAY", default=20_000), _DAY)
"""Commands of an account: one every two seconds for eleven hours, more than anyone types."""
COMMANDS_OF_ADDRESS: Final = RateLimit(
    "world_commands_address", count("WORLD_COMMANDS_PER_ADDRESS_AND_DAY", default=200_000), _DAY, per="ip"
)
"""Commands of all accounts that were signed up from an address."""
CONNECTS: Final = (
    RateLimit("world_connects", count("WORLD_CONNECTS_PER_MINUTE", default=30)),
    RateLimit("world_connects_day", count("WORLD_CONNECTS_PER_DAY", default=1_000), _DAY),
)
"""How often an account may connect."""
