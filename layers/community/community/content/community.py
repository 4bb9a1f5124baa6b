"""What the community's doings weigh, and which words the game listens for."""

from typing import Annotated

from pydantic import Field

from kernel.content.base import Document, Exact, Frozen, Key, Text


class WeightsFile(Document):
    weights: dict[Key, Annotated[Exact, Field(ge=0, le=1_000_000)]]  # {engagement metric: points for one}


class ChatString(Frozen):
    word: Text
    code: Text
    priority: int = 0


class ChatStringsFile(Document):
    strings: tuple[ChatString, ...] = ()
