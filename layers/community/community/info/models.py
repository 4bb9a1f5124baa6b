"""What players are told about the game."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import StringConstraints

from kernel.content.base import Document, Frozen, Key, Text
from kernel.errors import NotFound

# A line of Twitch chat has 500 characters, and the bot puts a name before the text.
Short = Annotated[str, StringConstraints(min_length=1, max_length=450, pattern=r"^[^\r\n]*$")]


class Topic(Frozen):
    discord: Text
    short: Short


class Feature(Document):
    """One file of configs/info/; its name is the feature's."""

    discord: Text
    short: Short
    topics: Mapping[Key, Topic] = {}


class NoSuchText(NotFound):
    code = "not_found"
    message = 'There is nothing to read about "{name}".'
