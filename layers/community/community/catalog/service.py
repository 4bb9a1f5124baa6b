"""Finding items by name."""

from community.catalog import item_names
from community.catalog.content import Item
from community.catalog.models import ItemNotFound


def resolve(text: str) -> Item:
    """Find an item by any of its names, as people type them.

    Raises:
        ItemNotFound: no item has that name, or several have; it suggests similar names.
    """
    item = item_names.find(text)
    if item is None:
        raise ItemNotFound(item=text, meant=item_names.meant(text))
    return item
