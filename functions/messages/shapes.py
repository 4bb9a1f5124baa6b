"""What the messages group takes and answers. Source: wire 11."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, SerializerFunctionWrapHandler, StringConstraints, model_serializer

from brandish.messages.models import Match
from brandish.players.models import Player
from doors.fields import Caller
from doors.users import UserView


class HandleRequest(Caller):
    message: Annotated[str, StringConstraints(max_length=2000)] = ""


class FoundMatch(BaseModel):
    code: str
    value: str


class FoundString(BaseModel):
    trigger: str
    match: str


class HandleResponse(BaseModel):
    """`found_strings` repeats the matches under the C# client's names."""

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

    @model_serializer(mode="wrap")
    def _with_nulls(self, serialize: SerializerFunctionWrapHandler):
        # Answers leave out what is empty, but clients look for these two. Without a return type here, or the
        # document would describe the answer as any object.
        return {"matches": None, "found_strings": None} | serialize(self)
