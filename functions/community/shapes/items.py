"""An item as a response."""

from __future__ import annotations

from pydantic import BaseModel

from community.catalog.content import Item


class ItemView(BaseModel):
    """An item. `item_name` and `type` repeat fields under the C# client's names. Source: wire 2."""

    item_id: int
    internal_name: str
    item_name: str
    public_name: str
    default_display: str
    description: str
    base_value: int
    sell_price: int | None = None
    buy_price: int | None = None
    types: list[str]
    content_type: list[str]
    type: str | None = None
    handler: str | None = None

    @classmethod
    def of(cls, item: Item, *, sell_price: int | None = None, buy_price: int | None = None) -> ItemView:
        return cls(
            item_id=item.item_id,
            internal_name=item.internal_name,
            item_name=item.internal_name,
            public_name=item.public_name,
            default_display=item.default_display,
            description=item.description,
            base_value=item.base_value,
            sell_price=sell_price,
            buy_price=buy_price,
            types=sorted(item.tags),
            content_type=list(item.types),
            type=item.types[0] if item.types else None,
            handler=item.handler,
        )
