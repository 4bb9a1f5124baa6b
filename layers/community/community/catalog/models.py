"""Names of items, and their errors."""

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from msgspec import Struct

from community.catalog.content import (
    AliasesFile,
    AliasesSection,
    ItemAliases,
    Theme,
    ThemesFile,
    ThemesSection,
    alias_problems,
    items,
)
from kernel.content.errors import ContentError
from kernel.content.reading import parse
from kernel.errors import Refused


class ItemNotFound(Refused):
    code = "item_not_found"
    message = 'There is no item called "{item}".'


class Names(Struct, frozen=True):
    """The names of items in messages. They can be replaced at run time, so functions take them as an argument."""

    aliases: Mapping[str, ItemAliases]  # by internal item name
    themes: Mapping[str, Theme]  # in order: the first that includes the date is active

    @classmethod
    def from_documents(cls, aliases: Mapping[str, Any], themes: Mapping[str, Any]) -> "Names":
        """Build names from an alias file's and a theme file's JSON.

        Raises:
            ContentError: a document lacks its version, is of another type, or names an unknown item or theme.
        """
        names = cls.from_stored(aliases, themes)
        # Without any theme there is no theme file, which is fine: themed names are then unused.
        for problem in alias_problems(names.aliases, items.by_name, names.themes or None):
            raise ContentError(*problem)
        return names

    @classmethod
    def from_stored(cls, aliases: Mapping[str, Any], themes: Mapping[str, Any]) -> "Names":
        """Build names from the database's documents.

        While a new version is being deployed, they may name items of the other version.
        """
        found = parse(json.dumps(aliases).encode(), AliasesFile, AliasesSection.file).aliases
        periods = parse(json.dumps(themes).encode(), ThemesFile, ThemesSection.file).themes
        return cls(MappingProxyType(dict(found)), MappingProxyType(dict(periods)))
