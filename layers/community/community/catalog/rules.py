"""The names of items in messages. Source: rules section 2."""

from datetime import date
from random import Random

from community.catalog.content import Item, ItemAliases, Theme
from community.catalog.models import Names


def active_theme(names: Names, today: date) -> str | None:
    return next((key for key, theme in names.themes.items() if _covers(theme, f"{today:%m-%d}")), None)


def display_name(item: Item, names: Names, today: date, rng: Random) -> str:
    """Choose one of an item's names."""
    pool = _pool(names.aliases.get(item.internal_name), active_theme(names, today))
    return rng.choice(pool) if pool else item.internal_name


def _covers(theme: Theme, day: str) -> bool:
    if theme.start <= theme.end:
        return theme.start <= day <= theme.end
    return day >= theme.start or day <= theme.end


def _pool(aliases: ItemAliases | None, theme: str | None) -> tuple[str, ...]:
    if aliases is None:
        return ()
    return (aliases.themes.get(theme, ()) if theme else ()) or aliases.default
