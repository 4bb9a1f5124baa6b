import re
from calendar import monthrange
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from kernel.content.base import Document, Frozen, Key, Text

LEAP_YEAR = 2000


def _month_day(text: str) -> str:
    match = re.fullmatch(r"(\d\d)-(\d\d)", text, re.ASCII)
    if match and 1 <= int(match[1]) <= 12 and 1 <= int(match[2]) <= monthrange(LEAP_YEAR, int(match[1]))[1]:
        return text
    raise ValueError(f'"{text}" is not a day of the year, written MM-DD')


MonthDay = Annotated[str, AfterValidator(_month_day), Field(json_schema_extra={"pattern": r"^\d\d-\d\d$"})]


class ItemAliases(Frozen):
    default: tuple[Text, ...] = ()
    themes: Mapping[Key, tuple[Text, ...]] = {}


class Theme(Frozen):
    """Both days are inclusive; a start after the end wraps over New Year."""

    start: MonthDay
    end: MonthDay


class AliasesFile(Document):
    document_type: Literal["item-aliases"] = Field(alias="schema")
    aliases: Mapping[Key, ItemAliases]


class ThemesFile(Document):
    document_type: Literal["item-themes"] = Field(alias="schema")
    themes: Mapping[Key, Theme]
