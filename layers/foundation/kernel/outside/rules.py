"""When a request is tried again, and what a day's limits allow. Source: personas 8."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Final

from msgspec import Struct

MAX_ATTEMPTS: Final = 5
LEASE: Final = timedelta(seconds=60)
"""How long a claimed request is left to who claimed it."""
CONSIDERED: Final = 1000
"""Among so many of the oldest requests that are due, the next one is chosen fairly."""
BUSY: Final = timedelta(seconds=1)
"""The pause before a request is looked at again while as many are in work as may be at once."""
RETRY_BASE_SECONDS: Final = 30
RETRY_MAX_SECONDS: Final = 600
RESEND: Final = timedelta(minutes=2)
"""How long the clock waits for a message to arrive before it sends another one."""
MAX_ERROR_LENGTH: Final = 500
NEW_ACCOUNT_SHARE: Final = 5
"""An account of less than a day may spend a fifth."""
ADDRESS_SHARE: Final = 10
"""All accounts that one address has signed up may spend a tenth of what the installation may."""
BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of histograms, in seconds. Source: personas 15."""


class Usage(Struct, frozen=True):
    """What has been spent on a day."""

    calls: int = 0
    cost_micros: int = 0


class Limits(Struct, frozen=True):
    """What may be spent on a day; None for no limit."""

    calls: int | None = None
    cost_micros: int | None = None

    def of_new_account(self) -> Limits:
        """Return what an account may spend on its first day: many of them are made in a minute."""
        return Limits(*(None if most is None else most // NEW_ACCOUNT_SHARE for most in (self.calls, self.cost_micros)))

    def of_address(self, account: Limits) -> Limits:
        """Return what all accounts of an address may spend of these limits of the installation, at least one's share.

        Args:
            account: what one account may spend.
        """

        def share(most: int | None, of_one: int | None) -> int | None:
            return None if most is None or of_one is None else max(most // ADDRESS_SHARE, of_one)

        return Limits(share(self.calls, account.calls), share(self.cost_micros, account.cost_micros))

    def are_reached(self, usage: Usage) -> bool:
        return (self.calls is not None and usage.calls >= self.calls) or (
            self.cost_micros is not None and usage.cost_micros >= self.cost_micros
        )


def retry_delay(attempts: int, rng: random.Random) -> timedelta:
    """Return the pause after a failed attempt: growing, jittered after the cap, at least a second.

    Args:
        attempts: how many there have been, at least 1.
    """
    seconds = min(RETRY_BASE_SECONDS * 2 ** (attempts - 1), RETRY_MAX_SECONDS)
    return timedelta(seconds=max(1.0, seconds * rng.uniform(0.8, 1.2)))


def short_error(reason: str) -> str:
    """Return a reason as it is stored."""
    return reason.strip()[:MAX_ERROR_LENGTH]
