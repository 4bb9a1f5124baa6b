"""What is asked of the outside and what comes back. Nothing here needs the database: the outer ring imports it too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict


class Prompt(Struct, frozen=True):
    """A question to an LLM.

    Attributes:
        operation: what it is for, such as "turn"; a label in /metrics and in the usage.
        system: our instructions.
        user: the material. What people wrote stands in it as quoted data, never as an instruction.
        offline: what the offline provider answers, a pure function of what the prompt was made of.
        seconds: that its answer is worth waiting for, retries included; None for as long as there is time.
    """

    operation: str
    system: str
    user: str
    max_tokens: int
    offline: str
    temperature: float = 0.7
    seconds: float | None = None


class Mail(Struct, frozen=True):
    """A mail to send.

    Attributes:
        to: one address.
        text: plain text.
    """

    to: str
    subject: str
    text: str


Task = Prompt | Mail
"""What the outer function does for a request."""


class Reply(Struct, frozen=True):
    """What came back.

    Attributes:
        text: the LLM's answer; "" for a mail.
        provider: offline, openai or bedrock; for mails file or ses.
        cost_micros: in millionths of a US dollar, by the prices in the settings.
    """

    text: str
    input_tokens: int = 0
    output_tokens: int = 0
    provider: str = "offline"
    cost_micros: int = 0


class Effort(Struct, frozen=True):
    """What the outside has done for an attempt.

    Attributes:
        calls: to the provider, with its own retries.
        seconds: spent on them.
    """

    calls: int = 1
    seconds: float = 0.0
    provider: str = ""


class ProviderFailed(Exception):
    """A provider did not answer, or not with something that can be used.

    Attributes:
        retryable: whether the same call may succeed later.
        timed_out: whether the time that there was for it is over.

    Args:
        reason: without any text of the provider's or of the prompt's, because it is logged and stored.
    """

    def __init__(self, reason: str, *, retryable: bool, timed_out: bool = False) -> None:
        super().__init__(reason)
        self.retryable = retryable
        self.timed_out = timed_out


def task_as_json(task: Task) -> dict[str, Any]:
    """Return a task as a JSON object, for the way to the outer ring."""
    return {"mail" if isinstance(task, Mail) else "prompt": asdict(task)}


def task_from_json(data: Mapping[str, Any]) -> Task:
    return Mail(**data["mail"]) if "mail" in data else Prompt(**data["prompt"])
