"""Requests and responses of the messages group. Source: wire 11."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, StringConstraints

from community.messages.models import Match
from community.players.models import Player
from doors.nulls import WithNulls
from functions.community.shapes.fields import Caller
from functions.community.shapes.users import UserView


class HandleRequest(Caller):
    message: Annotated[str, StringConstraints(max_length=2000)] = ""


class FoundMatch(BaseModel):
    code: str
    value: str


class FoundString(BaseModel):
    trigger: str
    match: str


class HandleResponse(WithNulls):
    """The author and the words found. `found_strings` repeats the matches under the C# client's names."""

    user: UserView
    matches: list[FoundMatch] | None
    found_strings: list[FoundString] | None

    @classmethod
    def of(cls, player: Player, matches: Sequence[Match]) -> HandleResponse:
        return cls(
            user=UserView.of(player),
            matches=[FoundMatch(code=match.code, value=match.value) for match in matches] or None,
            found_strings=[FoundString(trigger=match.code, match=match.value) for match in matches] or None,
        )
