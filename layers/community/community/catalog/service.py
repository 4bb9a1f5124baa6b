from community.catalog.models import ItemNotFound, Names
from community.content import Item, content


def resolve(text: str) -> Item:
    """Find the item a player means: its public name in any case, else its exact internal name.

    Raises:
        ItemNotFound: no item has that name.
    """
    item = content.find_item(text)
    if item is None:
        raise ItemNotFound(item=text)
    return item


def shipped_names() -> Names:
    return Names(content.aliases, content.themes)
