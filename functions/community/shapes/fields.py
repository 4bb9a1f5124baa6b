"""The community's field types and their limits. Source: wire 1.4."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Final, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from community.players.models import PLATFORMS, ROLES, PlayerRef, Role
from doors.errors import CODE_TEXT
from doors.field_errors import custom_error, own_error
from doors.fields import Body, is_whole_number, one_line, storable
from kernel.errors import Refused
from kernel.naming import LONGEST_TYPED, clean_name, id_text, key
from kernel.quantities import MOST, Wanted, parse_number, parse_quantity
from kernel.texts import translate

T = TypeVar("T")

_EXACT_FLOATS: Final = 2**53
"""From here on, a number with a point may stand for several whole numbers."""


def _platform(value: Any) -> str:
    platform = key(value) if isinstance(value, str) else value
    if platform not in PLATFORMS:
        raise PydanticCustomError(
            "invalid_platform",
            "{text}",
            {
                "text": translate("must be twitch, youtube or discord"),
                CODE_TEXT: translate("The platform must be twitch, youtube or discord."),
            },
        )
    return platform


def _id_as_text(value: Any) -> Any:
    """Return an id as text, whether it was sent as text or as a number."""
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT_FLOATS:
        value = int(value)
    if isinstance(value, bool | float):
        raise own_error("not_an_id", translate("must be the id as text"))
    return id_text(one_line(str(value))) if isinstance(value, int | str) else value


def _cleaned(name: str) -> str:
    cleaned = clean_name(name)
    if name.strip() and not cleaned:
        raise own_error("invisible", translate("must have letters that can be seen"))
    return cleaned or name


def read_by(read: Callable[[Any], T]) -> PlainValidator:
    """Return a validator that reads a field, and tells the caller why it refuses one."""

    def validate(value: Any) -> T:
        try:
            return read(value)
        except Refused as error:
            raise custom_error(error) from None

    return PlainValidator(validate)


Platform = Annotated[str, BeforeValidator(_platform), Field(json_schema_extra={"enum": list(PLATFORMS)})]
Username = Annotated[
    str, StringConstraints(min_length=1, max_length=LONGEST_TYPED), AfterValidator(one_line), AfterValidator(_cleaned)
]
PlatformId = Annotated[Username, BeforeValidator(_id_as_text)]
"""The id by which a platform knows an account: compared as text, without what cannot be seen."""


def _known_roles(value: Any) -> Any:
    """The roles that the game knows; a chat may have others."""
    if not isinstance(value, list) or not all(isinstance(role, str) for role in value):
        raise own_error("roles", translate("must be a list of roles"))
    return frozenset(role.lower() for role in value).intersection(ROLES)


Roles = Annotated[
    frozenset[Role], BeforeValidator(_known_roles), Field(json_schema_extra={"examples": [["moderator", "subscriber"]]})
]
"""What an account is in the community's chat. Other roles are ignored."""
ItemName = Username
TargetName = Annotated[str, StringConstraints(max_length=100), AfterValidator(one_line)]
NodeKey = Annotated[str, StringConstraints(min_length=1, max_length=50), AfterValidator(one_line)]
Reason = Annotated[str, StringConstraints(max_length=255), AfterValidator(storable)]
QUANTITY_SCHEMA: Final = WithJsonSchema(
    {
        "anyOf": [{"type": "integer", "minimum": 1, "maximum": MOST}, {"type": "string"}],
        "description": "A number, also as text such as 1,000 or 10k; or all, half or 50% of what there is.",
    }
)
Quantity = Annotated[Wanted, read_by(parse_quantity), QUANTITY_SCHEMA]
Amount = Annotated[
    int,
    read_by(lambda value: parse_number(value, 1, MOST)),
    WithJsonSchema({"type": "integer", "minimum": 1, "maximum": MOST}),
]
"""A number that may be typed like a quantity, but is no share of anything."""
Level = Annotated[int, Field(ge=0, le=1000), is_whole_number]


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
