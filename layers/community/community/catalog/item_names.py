"""All names by which people know the items, and what each name means."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from community.catalog.content import AliasesSection, Item, ItemAliases, aliases, items
from community.catalog.english import plural
from community.catalog.models import Names
from community.text_contexts import ITEM, ITEM_WORDS
from kernel.content.problems import Problem
from kernel.naming import NameIndex, key
from kernel.startup import at_startup
from kernel.texts import every_term, every_word, load_all

# Names are understood in every language, and the first one should not wait for the files to be read.
at_startup(load_all)

_names: Names | None = None
_index: tuple[Names | None, NameIndex[Item]] | None = None  # with the names that it was made of


def use_names(names: Names) -> None:
    """Understand these names from now on: those of the community's state that this environment has just read."""
    global _names
    _names = names


def find(text: str) -> Item | None:
    """Find an item by any of its names, as people type them."""
    return items.find(text) or _everything().find(text)


def meant(text: str) -> tuple[str, ...]:
    """Return the items that were probably meant by a name that none has."""
    return _everything().meant(text)


def typed_names(item: Item) -> tuple[str, ...]:
    """Return what people type for an item, by its names as the community has them now."""
    known = _names.aliases if _names is not None else aliases.by_item
    return tuple(names_of(item, known.get(item.internal_name)))


def names_of(item: Item, known: ItemAliases | None) -> Iterator[str]:
    """List what people type for an item: its names in messages, in singular and plural, and its words; in all
    languages."""
    shown = [item.written_name, item.default_display]
    if known is not None:
        shown += [*known.default, *(name for pool in known.themes.values() for name in pool)]
    for name in shown:
        yield name
        yield plural(name, 2)
        yield from sorted(every_term(ITEM, name))
    yield from every_word(ITEM_WORDS, item.words)


def clashes(rows: Iterable[Item], known: Mapping[str, ItemAliases]) -> Iterator[Problem]:
    """Find aliases that people would type for two items."""
    own = {key(name): item for item in rows for name in (item.written_name, item.internal_name, item.default_display)}
    by_name = {item.internal_name: item for item in own.values()}
    taken = dict(own)
    for item in by_name.values():
        pools = known.get(item.internal_name, ItemAliases())
        for name in names_of(item, pools):
            other = taken.setdefault(key(name), item)
            if other is not item:
                text = f'"{name}" is a name of {other.internal_name}, too'
                yield Problem(AliasesSection.file, f"aliases.{item.internal_name}", text)


def _everything() -> NameIndex[Item]:
    global _index
    names, made = _names, _index  # read once, because the environments of the local stack share this module
    if made is None or made[0] is not names:
        known = names.aliases if names is not None else aliases.by_item
        rows = items.by_name.values()
        index = NameIndex(
            lambda item: item.public_name,
            [(name, item) for item in rows for name in (item.written_name, item.internal_name, item.default_display)],
            [(name, item) for item in rows for name in names_of(item, known.get(item.internal_name))],
        )
        _index = made = (names, index)
    return made[1]
