"""/api/v1/economy and /api/v1/prices: the shop."""

from __future__ import annotations

from doors.start_http import ready  # first: see there

from fastapi import Response
from pydantic import BaseModel

from community.catalog import service as catalog
from community.catalog.content import Item
from community.economy import service as economy
from community.economy import texts
from community.economy.models import Purchase, Sale
from community.progression.service import current_state
from doors.app import create_app, create_handler
from doors.call import Call
from doors.fields import ChatLine
from functions.community.shapes.fields import Caller, ItemName, Quantity
from functions.community.shapes.items import ItemView
from functions.community.shapes.qualities import AskedQuality
from kernel.database import Tx

app = create_app("Economy")


class TradeRequest(Caller):
    item_name: ItemName
    quantity: Quantity


class SellRequest(TradeRequest):
    quality_level: AskedQuality = None


class SellResponse(BaseModel):
    message: ChatLine
    money_gained: int
    items_sold: int

    @classmethod
    def of(cls, sale: Sale, item: Item) -> SellResponse:
        return cls(
            message=texts.sold(sale, item),
            money_gained=sale.total,
            items_sold=sale.quantity,
        )


class BuyResponse(BaseModel):
    message: ChatLine
    items_bought: int
    cost: int

    @classmethod
    def of(cls, purchase: Purchase, item: Item) -> BuyResponse:
        return cls(
            message=texts.bought(purchase, item),
            items_bought=purchase.quantity,
            cost=purchase.total,
        )


@app.post("/api/v1/economy/sell", response_model=SellResponse)
@app.post("/api/v1/user/item/sell", response_model=SellResponse)
async def sell(body: SellRequest, call: Call) -> Response:
    """Sell items to the shop: up to `quantity`, as many as the player has, the lowest quality first."""

    def use_case(tx: Tx) -> SellResponse:
        sale = economy.sell_item(tx, body.player, body.item_name, body.quantity, body.quality_level)
        return SellResponse.of(sale, catalog.resolve(body.item_name))

    return call.act(use_case)


@app.post("/api/v1/economy/buy", response_model=BuyResponse)
@app.post("/api/v1/user/item/buy", response_model=BuyResponse)
async def buy(body: TradeRequest, call: Call) -> Response:
    """Buy items: up to `quantity`, as many as the player can pay for."""

    def use_case(tx: Tx) -> BuyResponse:
        purchase = economy.buy_item(tx, body.player, body.item_name, body.quantity)
        return BuyResponse.of(purchase, catalog.resolve(body.item_name))

    return call.act(use_case)


@app.get("/api/v1/prices", response_model=list[ItemView])
async def resale_prices(call: Call) -> Response:
    """What the shop buys, and for how much."""

    def use_case(tx: Tx) -> list[ItemView]:
        state = current_state(tx)
        return [ItemView.of(item, sell_price=price) for item, price in economy.list_sellable(state)]

    return call.look(use_case)


@app.get("/api/v1/prices/buy", response_model=list[ItemView])
async def prices(call: Call) -> Response:
    """What the shop sells: `base_value` is the full price, `buy_price` this week's."""

    def use_case(tx: Tx) -> list[ItemView]:
        state = current_state(tx)
        return [ItemView.of(item, buy_price=price) for item, price in economy.list_buyable(tx, state)]

    return call.look(use_case)


handler = create_handler(app)
ready()
