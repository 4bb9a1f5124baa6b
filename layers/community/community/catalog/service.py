"""Finding items by name."""

from community.catalog.content import Item, items
from community.catalog.models import ItemNotFound


def resolve(text: str) -> Item:
    """Find an item by its public name in any case, else by its exact internal name.

    Raises:
        ItemNotFound: no item has that name.
    """
    item = items.find(text)
    if item is None:
        raise ItemNotFound(item=text)
    return item
