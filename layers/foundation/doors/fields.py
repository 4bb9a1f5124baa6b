"""Field types of the wire contract that all products share. Source: wire 1.4."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    model_validator,
)

from doors.field_errors import own_error
from kernel.texts import translate

_CONTROLS = re.compile(r"[\x00\r\n\t]")


def one_line(text: str) -> str:
    """Validate that a text has no NUL, line breaks or tabs."""
    if _CONTROLS.search(text):
        raise own_error("control_characters", translate("must not contain NUL, line breaks or tabs"))
    return text


def storable(text: str) -> str:
    """Validate that Postgres can store a text."""
    if "\x00" in text:
        raise own_error("control_characters", translate("must not contain NUL"))
    return text


_MAX_DEPTH = 50


def storable_json(document: Any) -> Any:
    """Validate that Postgres can store a document: Python accepts some values that are not JSON."""
    _check_texts(document, _MAX_DEPTH)
    try:
        json.dumps(document, ensure_ascii=False, allow_nan=False).encode()
    except ValueError as error:  # not a number, or half a surrogate pair
        raise own_error("not_json", translate("must be JSON as the standard has it")) from error
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


JsonObject = Annotated[dict[str, Any], AfterValidator(storable_json)]
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


class Message(BaseModel):
    """An answer to show in chat."""

    message: str
