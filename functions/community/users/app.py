"""/api/v1/user: players, their inventories and treasure searches, and timeouts."""

from __future__ import annotations

from doors.start_http import ready  # first: see there

from datetime import timedelta
from typing import Annotated

from fastapi import Path, Query, Response
from fastapi.exceptions import RequestValidationError

from community.inventory import service as inventory
from community.inventory import texts as inventory_texts
from community.items.service import use_item as use
from community.linking import registration
from community.players import lookup
from community.players import service as players
from community.players.models import PlayerRef, no_such_player
from community.search import service as treasure
from community.timeouts import service as timeouts
from community.timeouts import texts as timeout_texts
from doors.app import create_app, create_handler
from doors.call import Call, answer
from doors.fields import Message
from functions.community.shapes.fields import Platform, PlatformId, Username
from functions.community.shapes.player_selector import ref_of
from functions.community.shapes.users import UserView
from functions.community.users.shapes import (
    AddRequest,
    GiveRequest,
    InventoryOfQuery,
    InventoryQuery,
    InventoryResponse,
    PlayersRequest,
    RegisterRequest,
    RemoveRequest,
    RemoveResponse,
    SearchRequest,
    SearchResponse,
    TimeoutQuery,
    TimeoutRequest,
    TimeoutResponse,
    TimeoutState,
    TreasureRequest,
    UseItemRequest,
)
from kernel.database import Tx
from kernel.idempotency import Answer

app = create_app("Users")


@app.post("/api/v1/user/register", response_model=UserView, responses={201: {"model": UserView}})
async def register(body: RegisterRequest, call: Call) -> Response:
    """Register a player, or another account of a known player. 201 for a new player."""

    def use_case(tx: Tx) -> Answer:
        player, created = registration.register(tx, body.known, body.new)
        return answer(UserView.of(player), 201 if created else 200)

    try:
        return call.act(use_case)
    except registration.NameNeeded as error:
        raise _missing("username") from error


@app.get("/api/v1/user/inventory", response_model=InventoryResponse)
async def own_inventory(query: Annotated[InventoryQuery, Query()], call: Call) -> Response:
    """A player's inventory. An account that has not played has nothing, and no id."""

    def use_case(tx: Tx) -> InventoryResponse:
        found = inventory.look(tx, query.player, query.filter)
        return InventoryResponse.of(*found) if found else InventoryResponse.of_stranger(query.username)

    return call.look(use_case)


@app.get("/api/v1/user/inventory-by-username", response_model=InventoryResponse)
async def inventory_by_username(query: Annotated[InventoryOfQuery, Query()], call: Call) -> Response:
    """The inventory of the player of that name or id; of several of one name, the last one seen."""
    return _inventory_of(call, query.player, query.filter)


@app.get("/api/v1/user/inventory/{username}", response_model=InventoryResponse)
async def inventory_of(
    username: Annotated[Username, Path()],
    call: Call,
    platform: Annotated[Platform, Query()] = "discord",
    platform_id: Annotated[PlatformId | None, Query()] = None,
    filter: Annotated[str | None, Query()] = None,
) -> Response:
    """The inventory of the player of that name, or of that `platform_id`; of several of one name, the last one seen."""
    return _inventory_of(call, ref_of(platform, platform_id, username), filter)


def _inventory_of(call: Call, owner: PlayerRef, wanted: str | None) -> Response:

    def use_case(tx: Tx) -> InventoryResponse:
        found = inventory.look(tx, owner, wanted)
        if found is None:
            raise no_such_player(owner, players.similar_names(tx, owner))
        return InventoryResponse.of(*found)

    return call.look(use_case)


@app.post("/api/v1/user/item/add", response_model=Message)
async def add_item(body: AddRequest, call: Call) -> Response:
    """Create items in an inventory."""

    def use_case(tx: Tx) -> Message:
        added = inventory.add_item(tx, body.only_player, body.item_name, body.quantity)
        name = added.owner.name_on(body.platform)
        return Message(message=inventory_texts.added(added.quantity, added.item, name))

    return call.act(use_case)


@app.post("/api/v1/user/item/remove", response_model=RemoveResponse)
async def remove_item(body: RemoveRequest, call: Call) -> Response:
    """Remove items from an inventory: up to `quantity`, as many as there are, the lowest quality first."""

    def use_case(tx: Tx) -> RemoveResponse:
        item, removed, owner = inventory.remove_item(
            tx, body.only_player, body.item_name, body.quantity, body.quality_level
        )
        message = inventory_texts.removed(removed, item, owner.name_on(body.platform))
        return RemoveResponse(message=message, removed=removed)

    return call.act(use_case)


@app.post("/api/v1/user/item/use", response_model=Message)
async def use_item(body: UseItemRequest, call: Call) -> Response:
    """Use items, the lowest quality first. `target_user` is the player, the job or the effect that they apply to."""

    def use_case(tx: Tx) -> Message:
        used = use(tx, body.player, body.item_name, body.quantity, body.target, body.quality_level, body.target_account)
        return Message(message=used.message)

    return call.act(use_case)


@app.post("/api/v1/user/item/give", response_model=Message)
async def give_item(body: GiveRequest, call: Call) -> Response:
    """Give items from one player to another, the lowest quality first."""

    def use_case(tx: Tx) -> Message:
        gift = inventory.give_item(tx, body.giver, body.taker, body.item_name, body.quantity, body.quality_level)
        # Their own names, not what was typed: an id wins over a name.
        return Message(message=inventory_texts.given(gift.quantity, gift.item, gift.giver, gift.taker))

    return call.act(use_case)


@app.get("/api/v1/user/timeout", response_model=TimeoutState)
async def read_timeout(query: Annotated[TimeoutQuery, Query()], call: Call) -> Response:
    """Whether a player, or a name that no player has yet, has a timeout, and for how long."""
    return call.look(lambda tx: TimeoutState.of(timeouts.read_timeout(tx, query.player)))


@app.put("/api/v1/user/timeout", response_model=TimeoutResponse)
@app.post("/api/v1/user/timeout", response_model=TimeoutResponse)
async def apply_timeout(body: TimeoutRequest, call: Call) -> Response:
    """Give a player, or a name that no player has yet, a timeout, or extend the one that is running."""

    def use_case(tx: Tx) -> TimeoutResponse:
        timeout = timeouts.apply_timeout(
            tx,
            PlayerRef(body.platform, body.platform_id, body.username),
            timedelta(seconds=body.duration_seconds),
            body.reason,
        )
        total = timeout.remaining_seconds
        return TimeoutResponse(
            message=timeout_texts.silenced(timeout.username, total),
            platform=timeout.platform,
            username=timeout.username,
            added_duration_seconds=body.duration_seconds,
            total_remaining_seconds=total,
        )

    return call.act(use_case)


@app.post("/api/v1/user/search", response_model=Message | SearchResponse)
async def search(body: SearchRequest, call: Call) -> Response:
    """With a `platform_id`: search for treasure. With a `query`: players with that text somewhere in their name."""
    wanted = body.root
    return _search_for_treasure(call, wanted) if isinstance(wanted, TreasureRequest) else _search_users(call, wanted)


def _search_for_treasure(call: Call, wanted: TreasureRequest) -> Response:

    def use_case(tx: Tx) -> Message:
        _, text = treasure.search_for_treasure(tx, wanted.player)
        return Message(message=text)

    return call.act(use_case)


def _search_users(call: Call, wanted: PlayersRequest) -> Response:

    def use_case(tx: Tx) -> SearchResponse:
        found = lookup.search(tx, wanted.query, wanted.platform, wanted.limit)
        return SearchResponse(users=[UserView.of(profile) for profile in found])

    return call.look(use_case)


def _missing(field: str) -> RequestValidationError:
    """The same error as for a field declared as required."""
    return RequestValidationError([{"type": "missing", "loc": ("body", field), "msg": "Field required"}])


handler = create_handler(app)
ready()
