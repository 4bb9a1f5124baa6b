"""Field types of the wire contract that all products share. Source: wire 1.4."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Annotated, Any, LiteralString

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    model_validator,
)

from doors.answers import chat_line
from doors.field_errors import own_error
from kernel.naming import is_unicode
from kernel.texts import translate

_CONTROLS = re.compile(r"[\x00\r\n\t]")


def one_line(text: str) -> str:
    """Validate that a text has no NUL, line breaks or tabs."""
    if _CONTROLS.search(text):
        raise own_error("control_characters", translate("must not contain NUL, line breaks or tabs"))
    return text


def storable(text: str) -> str:
    """Validate that Postgres can store a text, and that it is one: JSON can express half of a surrogate pair."""
    if "\x00" in text:
        raise own_error("control_characters", translate("must not contain NUL"))
    if not is_unicode(text):
        raise own_error("string_unicode", translate("must be text that can be read"))
    return text


def _no_truth_value(text: LiteralString) -> BeforeValidator:
    """Return a validator that refuses true and false, which Python takes for 1 and 0."""

    def validate(value: Any) -> Any:
        if isinstance(value, bool):
            raise own_error("not_a_number", translate(text))
        return value

    return BeforeValidator(validate)


# Behind the bounds in an annotation: Pydantic leaves those out of the schema that follow a validator.
is_whole_number = _no_truth_value("must be a whole number")
is_number = _no_truth_value("must be a number")

_MAX_DEPTH = 50
_MOST_KIB = 8


def storable_json(document: Any, most_kib: int = _MOST_KIB) -> Any:
    """Validate that Postgres can store a document: Python accepts some values that are not JSON.

    Args:
        most_kib: how long it may be in UTF-8.
    """
    _check_texts(document, _MAX_DEPTH)
    try:
        written = json.dumps(document, ensure_ascii=False, allow_nan=False).encode()
    except ValueError as error:  # not a number, or half a surrogate pair
        raise own_error("not_json", translate("must be JSON as the standard has it")) from error
    if len(written) > most_kib * 1024:
        raise own_error("document_too_long", translate("must not be longer than {size} KiB", size=most_kib))
    return document


def _check_texts(value: Any, depth: int) -> None:
    if depth == 0:
        raise own_error("too_deep", translate("must not be nested that deep"))
    if isinstance(value, str):
        storable(value)
    elif isinstance(value, dict):
        for name, each in value.items():
            storable(name)
            _check_texts(each, depth - 1)
    elif isinstance(value, list):
        for each in value:
            _check_texts(each, depth - 1)


JsonObject = Annotated[dict[str, Any], AfterValidator(lambda document: storable_json(document))]
"""A JSON object that is stored as the caller sent it."""
Timestamp = Annotated[
    datetime,
    PlainSerializer(lambda moment: moment.isoformat(timespec="seconds").removesuffix("+00:00") + "Z", return_type=str),
    Field(json_schema_extra={"format": "date-time"}),
]
"""A time in an answer: aware UTC, in seconds."""


class Body(BaseModel):
    """Base of request bodies: unknown fields are ignored, null means absent, and ids may be sent as numbers."""

    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True, populate_by_name=True)

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, body: Any) -> Any:
        return {name: value for name, value in body.items() if value is not None} if isinstance(body, dict) else body


ChatLine = Annotated[str, AfterValidator(chat_line)]
"""A sentence to show in chat. It may begin with a player's name."""


class Message(BaseModel):
    """An answer to show in chat."""

    message: ChatLine
