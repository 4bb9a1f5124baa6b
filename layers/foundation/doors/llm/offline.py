"""The provider that needs no network: it answers what the prompt says it answers."""

from __future__ import annotations

from doors.llm.rules import estimated_tokens
from kernel.outside.prompts import Prompt, Reply


def complete(prompt: Prompt, seconds: float) -> Reply:
    """Return the prompt's own answer; the same prompt always gets the same."""
    return Reply(prompt.offline, estimated_tokens(prompt.system, prompt.user), estimated_tokens(prompt.offline))
