"""Requests and responses of the messages group. Source: wire 11."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from community.messages.models import Line, Match
from community.players.models import Player, PlayerRef
from doors.fields import Body
from doors.nulls import WithNulls
from functions.community.shapes.fields import Caller, Platform, PlatformId, Roles, Username
from functions.community.shapes.users import UserView

MAX_BATCH = 25
"""Lines in a batch."""

MessageText = Annotated[str, StringConstraints(max_length=2000)]


class HandleRequest(Caller):
    message: MessageText = ""


class BatchLine(Body):
    platform_id: PlatformId
    username: Username
    roles: Roles | None = None
    message: MessageText = ""


class BatchRequest(Body):
    """Lines of one chat, oldest first."""

    platform: Platform
    messages: Annotated[list[BatchLine], Field(min_length=1, max_length=MAX_BATCH)]

    @property
    def lines(self) -> list[Line]:
        return [
            Line(PlayerRef(self.platform, line.platform_id, line.username, roles=line.roles), line.message)
            for line in self.messages
        ]


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


class BatchResponse(BaseModel):
    """One result for each line, in the order of the request."""

    results: list[HandleResponse]

    @classmethod
    def of(cls, handled: Sequence[tuple[Player, Sequence[Match]]]) -> BatchResponse:
        return cls(results=[HandleResponse.of(player, matches) for player, matches in handled])
