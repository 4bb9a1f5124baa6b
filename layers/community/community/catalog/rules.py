"""The names of items in messages. Source: rules section 2."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from random import Random

from community.catalog.content import Item, ItemAliases, Theme
from community.catalog.models import Names

CURSED_EMOJI = "🥀"
LEGENDARY_EMOJI = "🌟"
QUALITY_EMOJI = {"CURSED": CURSED_EMOJI, "LEGENDARY": LEGENDARY_EMOJI}
MASS_WORDS = frozenset({"coins", "credits", "junk", "money", "scrap", "scrap metal", "scraps"})
# Emoji are symbols, held together by joiners and tags (Cf), keycaps (Me) and skin tones (Sk).
EMOJI_CATEGORIES = frozenset({"So", "Sk", "Me", "Cf"})
VARIATION_SELECTOR = "\ufe0f"


def active_theme(names: Names, today: date) -> str | None:
    return next((key for key, theme in names.themes.items() if _covers(theme, f"{today:%m-%d}")), None)


def display_name(item: Item, quality: str, names: Names, today: date, rng: Random) -> str:
    """Choose one of an item's names; cursed and legendary items get an emoji."""
    pool = _pool(names.aliases.get(item.internal_name), active_theme(names, today))
    name = rng.choice(pool) if pool else item.internal_name
    emoji = QUALITY_EMOJI.get(quality)
    return f"{name} {emoji}" if emoji else name


def plural(name: str, quantity: int) -> str:
    """Return a name in the plural when there is more than one, without the number itself."""
    if quantity <= 1:
        return name
    stem = _without_emoji(name)
    return _plural_words(stem) + name[len(stem) :]


def article(name: str) -> str:
    return "an" if name[:1].lower() in tuple("aeiou") else "a"


def listed(words: Sequence[str], last: str = "and") -> str:
    """Join words with commas, and the last two with `last`."""
    return f"{', '.join(words[:-1])} {last} {words[-1]}" if len(words) > 1 else "".join(words)


def _covers(theme: Theme, day: str) -> bool:
    if theme.start <= theme.end:
        return theme.start <= day <= theme.end
    return day >= theme.start or day <= theme.end


def _pool(aliases: ItemAliases | None, theme: str | None) -> tuple[str, ...]:
    if aliases is None:
        return ()
    return (aliases.themes.get(theme, ()) if theme else ()) or aliases.default


def _without_emoji(name: str) -> str:
    end = len(name)
    while end and _is_emoji_or_space(name[end - 1]):
        end -= 1
    return name[:end]


def _is_emoji_or_space(character: str) -> bool:
    return character.isspace() or character == VARIATION_SELECTOR or unicodedata.category(character) in EMOJI_CATEGORIES


def _plural_words(words: str) -> str:
    if x_of_y := re.fullmatch(r"(.+?)( of .*)", words, re.IGNORECASE):
        return _plural_words(x_of_y[1]) + x_of_y[2]
    lower = words.lower()
    if not words or lower in MASS_WORDS or lower.endswith(" coins"):
        return words
    if re.search(r"[^\W\d_aeiou]y$", lower):
        return f"{words[:-1]}ies"
    return f"{words}es" if lower.endswith(("s", "x", "ch", "sh")) else f"{words}s"
