"""Requests and responses of the users group. Source: wire 4."""

from __future__ import annotations

from typing import Annotated, Any, Self

from msgspec.structs import replace
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    RootModel,
    ValidationError,
    WithJsonSchema,
    model_validator,
)

from community.catalog.content import Item
from community.inventory.models import Slot
from community.players.models import Player, PlayerRef
from community.timeouts.models import Timeout
from doors.fields import Body, Message, is_whole_number
from functions.community.shapes.fields import (
    Amount,
    Caller,
    CallerQuery,
    ItemName,
    Platform,
    PlatformId,
    Quantity,
    Reason,
    TargetName,
    Username,
    read_by,
)
from functions.community.shapes.player_selector import Account, NamedAccount, ref_of
from functions.community.shapes.qualities import AskedQuality
from functions.community.shapes.users import UserView
from kernel.quantities import parse_number

MOST_SECONDS = 86_400
"""The longest timeout in one request."""


def first_of(body: Any, names: dict[str, str]) -> Any:
    """The body with our field names filled in from others that clients send.

    Args:
        names: {ours: another name}; ours wins where both are filled.
    """
    if not isinstance(body, dict):
        return body
    missing = [name for name in names if body.get(name) is None and names[name] in body]
    return body | {name: body[names[name]] for name in missing}


class RegisterRequest(Body):
    """A known account and one to add; or a single account as `platform` and `platform_id`."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"username": "alice", "platform": "twitch", "platform_id": "4711"},
                {
                    "username": "alice",
                    "known_platform": "twitch",
                    "known_platform_id": "4711",
                    "new_platform": "discord",
                    "new_platform_id": "2048",
                },
            ]
        }
    )

    username: Username | None = None
    known_platform: Platform
    known_platform_id: PlatformId
    new_platform: Platform
    new_platform_id: PlatformId

    @model_validator(mode="wrap")
    @classmethod
    def _short_form(cls, body: Any, validate: ModelWrapValidatorHandler[Self]) -> Self:
        if not isinstance(body, dict) or any(name.startswith(("known_", "new_")) for name in body):
            return validate(body)
        platform, platform_id = body.get("platform"), body.get("platform_id")
        try:
            return validate(
                body
                | {"known_platform": platform, "known_platform_id": platform_id}
                | {"new_platform": platform, "new_platform_id": platform_id}
            )
        except ValidationError:
            Account.model_validate(body)  # so that an error names the fields that were sent
            raise

    @property
    def known(self) -> PlayerRef:
        return PlayerRef(self.known_platform, self.known_platform_id, self.username)

    @property
    def new(self) -> PlayerRef:
        return PlayerRef(self.new_platform, self.new_platform_id, self.username)


class InventoryQuery(CallerQuery):
    filter: str | None = None


class InventoryOfQuery(NamedAccount):
    platform: Platform = "discord"
    filter: str | None = None


class InventoryItem(BaseModel):
    item_name: str
    public_name: str
    quantity: int
    quality_level: str


class Owner(BaseModel):
    """Whose inventory it is. Without `id` for an account that has not played."""

    id: str | None = None
    username: str


class InventoryResponse(BaseModel):
    items: list[InventoryItem]
    user: Owner

    @classmethod
    def of(cls, player: Player, slots: list[tuple[Item, Slot]]) -> InventoryResponse:
        return cls(
            items=[
                InventoryItem(
                    item_name=item.internal_name,
                    public_name=item.public_name,
                    quantity=slot.quantity,
                    quality_level=slot.quality,
                )
                for item, slot in slots
            ],
            user=Owner(id=str(player.id), username=player.username),
        )

    @classmethod
    def of_stranger(cls, username: str) -> InventoryResponse:
        return cls(items=[], user=Owner(username=username))


class ItemRequest(NamedAccount):
    item_name: ItemName


class AddRequest(ItemRequest):
    quantity: Amount = 1


class RemoveRequest(ItemRequest):
    quantity: Quantity = 1
    quality_level: AskedQuality = None


class RemoveResponse(Message):
    removed: int


class UseItemRequest(Caller):
    """Items to use. An empty `target_user` means none, because chat commands send the text that follows them.

    `target_platform_id` names the player they act on by the id on the caller's platform, and wins over a name.
    """

    item_name: ItemName
    quantity: Quantity
    target_user: TargetName = ""
    quality_level: AskedQuality = None
    target_platform_id: PlatformId | None = None

    @property
    def target(self) -> str | None:
        return self.target_user.strip() or None

    @property
    def target_account(self) -> PlayerRef | None:
        return PlayerRef(self.platform, self.target_platform_id) if self.target_platform_id else None


class OwnerByName(Body):
    owner: Username


class ReceiverByName(Body):
    receiver: Username


class GiveRequest(Body):
    """A gift. Each player is identified by the platform id where it is given, otherwise by the name.

    Clients also send `from_platform`, `from_platform_id`, `from_username`, `to_platform`, `to_platform_id` and
    `to_username`.
    """

    owner_platform: Platform
    owner_platform_id: PlatformId | None = None
    owner: Username | None = None
    receiver_platform: Platform
    receiver_platform_id: PlatformId | None = None
    receiver: Username | None = None
    item_name: ItemName
    quantity: Quantity
    quality_level: AskedQuality = None

    @model_validator(mode="before")
    @classmethod
    def _other_names(cls, body: Any) -> Any:
        body = first_of(
            body,
            {
                "owner_platform": "from_platform",
                "owner_platform_id": "from_platform_id",
                "owner": "from_username",
                "receiver_platform": "to_platform",
                "receiver_platform_id": "to_platform_id",
                "receiver": "to_username",
            },
        )
        if isinstance(body, dict):
            # Validated here, so that an error names the field that is missing.
            if body.get("owner_platform_id") is None:
                OwnerByName.model_validate({"owner": body.get("owner")})
            if body.get("receiver_platform_id") is None:
                ReceiverByName.model_validate({"receiver": body.get("receiver")})
        return body

    @property
    def giver(self) -> PlayerRef:
        ref = PlayerRef(self.owner_platform, self.owner_platform_id, self.owner)
        return ref if self.owner_platform_id is not None else replace(ref, sole=True)

    @property
    def taker(self) -> PlayerRef:
        # The giver typed this name: it must not be stored as the receiver's.
        return replace(ref_of(self.receiver_platform, self.receiver_platform_id, self.receiver), sole=True)


class TimeoutQuery(NamedAccount):
    platform: Platform = "twitch"


class TimeoutState(BaseModel):
    platform: str
    username: str
    is_timed_out: bool
    remaining_seconds: float

    @classmethod
    def of(cls, timeout: Timeout) -> TimeoutState:
        seconds = timeout.remaining.total_seconds()
        return cls(
            platform=timeout.platform,
            username=timeout.username,
            is_timed_out=seconds > 0,
            remaining_seconds=seconds,
        )


class TimeoutRequest(NamedAccount):
    duration_seconds: Annotated[
        int,
        read_by(lambda value: parse_number(value, 1, MOST_SECONDS)),
        WithJsonSchema({"type": "integer", "minimum": 1, "maximum": MOST_SECONDS}),
    ]
    reason: Reason = ""


class TimeoutResponse(Message):
    platform: str
    username: str
    added_duration_seconds: int
    total_remaining_seconds: int


class TreasureRequest(Caller):
    """A treasure search. `item_hint` is accepted and ignored."""

    item_hint: Annotated[str, Field(max_length=50)] | None = None


class PlayersRequest(Body):
    query: Username
    platform: Platform | None = None
    limit: Annotated[int, Field(ge=1, le=50), is_whole_number] = 10


class SearchRequest(RootModel[TreasureRequest | PlayersRequest]):
    """With a `platform_id` a search for treasure, otherwise for players."""

    @model_validator(mode="before")
    @classmethod
    def _one_of_the_two(cls, body: Any) -> Any:
        # Validated here, so that an error names the fields of the search that was meant.
        treasure = isinstance(body, dict) and body.get("platform_id") is not None
        return (TreasureRequest if treasure else PlayersRequest).model_validate(body)


class SearchResponse(BaseModel):
    users: list[UserView]
