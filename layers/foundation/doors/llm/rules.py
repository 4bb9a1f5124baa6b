"""How calls to an LLM are repeated, and what they cost. Source: personas 6."""

from __future__ import annotations

import random
from typing import Final

FIRST_PAUSE_SECONDS: Final = 0.4
SHORTEST_PAUSE_SECONDS: Final = 0.05
CHARACTERS_PER_TOKEN: Final = 4
"""For providers that do not count tokens."""


def retry_pause(attempt: int, rng: random.Random) -> float:
    """Return the seconds before the next call.

    Args:
        attempt: the number of the call that has failed, from 0.
    """
    return max(SHORTEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2**attempt * rng.uniform(0.8, 1.2))


def estimated_tokens(*texts: str) -> int:
    """Return about how many tokens texts have."""
    return -(-sum(map(len, texts)) // CHARACTERS_PER_TOKEN)


def cost_micros(input_tokens: int, output_tokens: int, input_price: int, output_price: int) -> int:
    """Return a call's cost in millionths of a US dollar, rounded up.

    Args:
        input_price, output_price: in millionths of a US dollar per million tokens.
    """
    return -(-(input_tokens * input_price + output_tokens * output_price) // 1_000_000)
