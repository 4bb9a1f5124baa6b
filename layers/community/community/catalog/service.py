"""Finding items by name."""

from community.catalog.content import Item, aliases, items, themes
from community.catalog.models import ItemNotFound, Names


def resolve(text: str) -> Item:
    """Find an item by its public name in any case, else by its exact internal name.

    Raises:
        ItemNotFound: no item has that name.
    """
    item = items.find(text)
    if item is None:
        raise ItemNotFound(item=text)
    return item


def shipped_names() -> Names:
    return Names(aliases.by_item, themes.by_key)
