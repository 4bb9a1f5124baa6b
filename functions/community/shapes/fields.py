"""The community's field types and their limits. Source: wire 1.4."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from community.players.models import PLATFORMS, ROLES, PlayerRef, Role
from doors.errors import CODE_TEXT
from doors.fields import Body, one_line, storable


def _platform(value: Any) -> str:
    platform = value.lower() if isinstance(value, str) else value
    if platform not in PLATFORMS:
        raise PydanticCustomError(
            "invalid_platform",
            "must be twitch, youtube or discord",
            {CODE_TEXT: "The platform must be twitch, youtube or discord."},
        )
    return platform


Platform = Annotated[str, BeforeValidator(_platform), Field(json_schema_extra={"enum": list(PLATFORMS)})]
PlatformId = Annotated[str, StringConstraints(min_length=1, max_length=100), AfterValidator(one_line)]
Username = PlatformId


def _known_roles(value: Any) -> Any:
    """The roles that the game knows; a chat may have others."""
    if not isinstance(value, list) or not all(isinstance(role, str) for role in value):
        raise PydanticCustomError("roles", "must be a list of roles")
    return frozenset(role.lower() for role in value).intersection(ROLES)


Roles = Annotated[
    frozenset[Role], BeforeValidator(_known_roles), Field(json_schema_extra={"examples": [["moderator", "subscriber"]]})
]
"""What an account is in the community's chat. Other roles are ignored."""
ItemName = PlatformId
TargetName = Annotated[str, StringConstraints(max_length=100), AfterValidator(one_line)]
NodeKey = Annotated[str, StringConstraints(min_length=1, max_length=50), AfterValidator(one_line)]
Reason = Annotated[str, StringConstraints(max_length=255), AfterValidator(storable)]
Quantity = Annotated[int, Field(ge=1, le=10_000)]
Level = Annotated[int, Field(ge=0, le=1000)]


class CallerQuery(Body):
    """The acting player, as in a query."""

    platform: Platform
    platform_id: PlatformId
    username: Username

    @property
    def player(self) -> PlayerRef:
        return PlayerRef(self.platform, self.platform_id, self.username)


class Caller(CallerQuery):
    """The acting player, as in the body of every action. Without `roles`, the account keeps those it had."""

    roles: Roles | None = None

    @property
    def player(self) -> PlayerRef:
        return PlayerRef(self.platform, self.platform_id, self.username, roles=self.roles)
