"""Asking the LLM that the settings name, with retries (outer ring)."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from time import monotonic
from typing import Final

from msgspec.structs import replace

from doors.llm.rules import cost_micros, retry_pause
from doors.llm.settings import settings
from kernel.outside.prompts import Effort, Prompt, ProviderFailed, Reply

LEAST_SECONDS: Final = 0.5
"""No call begins with less time left."""

_rng = random.SystemRandom()


class Failure(Exception):
    """The provider has failed, retries included.

    Attributes:
        error: of the last call.
        effort: that was made.
    """

    def __init__(self, error: ProviderFailed, effort: Effort) -> None:
        super().__init__(str(error))
        self.error = error
        self.effort = effort


def _provider() -> Callable[[Prompt, float], Reply]:
    """Return the provider that the settings name. Only that one is imported."""
    if settings.provider == "openai":
        from doors.llm import openai as provider
    elif settings.provider == "bedrock":
        from doors.llm import bedrock as provider
    else:
        from doors.llm import offline as provider
    return provider.complete


def complete(
    prompt: Prompt, seconds: float, *, wait: Callable[[float], None] = time.sleep, rng: random.Random = _rng
) -> tuple[Reply, Effort]:
    """Return the LLM's reply, and what it took.

    Args:
        seconds: there are for it, retries included.

    Raises:
        Failure
    """
    ask = _provider()
    started = monotonic()
    calls = 0
    while True:
        left = started + seconds - monotonic()
        calls += 1
        try:
            reply = ask(prompt, min(settings.request_seconds, left))
        except ProviderFailed as error:
            effort = Effort(calls, monotonic() - started, settings.provider)
            pause = retry_pause(calls - 1, rng)
            out_of_time = started + seconds - monotonic() < pause + LEAST_SECONDS
            if error.retryable and calls <= settings.retries and not out_of_time:
                wait(pause)
                continue
            timed_out = error.retryable and out_of_time
            raise Failure(ProviderFailed(str(error), retryable=error.retryable, timed_out=timed_out), effort) from error
        cost = cost_micros(reply.input_tokens, reply.output_tokens, settings.input_price, settings.output_price)
        return replace(reply, cost_micros=cost), Effort(calls, monotonic() - started, settings.provider)
