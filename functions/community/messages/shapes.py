"""Requests and responses of the messages group. Source: wire 11."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Any

from msgspec import Struct
from pydantic import BaseModel, Field, StringConstraints, ValidationError, ValidatorFunctionWrapHandler, WrapValidator

from community.messages.models import Line, Match
from community.players.models import Player, PlayerRef
from doors.errors import explained
from doors.fields import Body, ChatLine
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


class BadLine(Struct, frozen=True):
    """A line that cannot be counted, and the answer that it would have got alone."""

    code: str
    error: str
    fields: dict[str, str] | None


def _or_its_error(value: Any, validate: ValidatorFunctionWrapHandler) -> BatchLine | BadLine:
    # One viewer with a name that cannot be seen must not keep the whole chat's lines from counting.
    try:
        return validate(value)
    except ValidationError as error:
        return BadLine(*explained([problem | {"loc": ("body", *problem["loc"])} for problem in error.errors()]))


class BatchRequest(Body):
    """Lines of one chat, oldest first."""

    platform: Platform
    messages: Annotated[
        list[Annotated[BatchLine, WrapValidator(_or_its_error)]], Field(min_length=1, max_length=MAX_BATCH)
    ]

    @property
    def entries(self) -> Sequence[Line | BadLine]:
        return [
            line
            if isinstance(line, BadLine)
            else Line(PlayerRef(self.platform, line.platform_id, line.username, roles=line.roles), line.message)
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


class RefusedLine(BaseModel):
    """What is wrong with a line that does not count."""

    error: ChatLine
    code: str
    fields: dict[str, str] | None = None


class BatchResponse(BaseModel):
    """One result for each line, in the order of the request."""

    results: list[HandleResponse | RefusedLine]

    @classmethod
    def of(cls, entries: Sequence[Line | BadLine], handled: Iterable[tuple[Player, Sequence[Match]]]) -> BatchResponse:
        counted = iter(handled)
        return cls(
            results=[
                RefusedLine(error=entry.error, code=entry.code, fields=entry.fields)
                if isinstance(entry, BadLine)
                else HandleResponse.of(*next(counted))
                for entry in entries
            ]
        )
