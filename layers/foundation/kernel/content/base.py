"""The base models and field types of content files."""

import json
from fractions import Fraction
from typing import Annotated

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    StringConstraints,
    WithJsonSchema,
)


class Frozen(BaseModel):
    """Base of everything in a content file: immutable and strict."""

    # Deferred: pydantic then builds one validator per file instead of one per class, which halves the import.
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)


class Document(Frozen):
    """A content file. Editors read `$schema`; the game does not."""

    editor_schema: str = Field(default="", alias="$schema")
    version: str
    """Of the file, for its authors; the game does not read it."""


def _exact(value: object) -> Fraction:
    if isinstance(value, int | float) and not isinstance(value, bool):
        # Convert from text: 0.1 in a file means a tenth, not the nearest float.
        return Fraction(str(value))
    raise ValueError(f"input should be a number, not {json.dumps(value)}")


Exact = Annotated[
    Fraction,
    PlainValidator(_exact),
    PlainSerializer(float, when_used="json"),
    WithJsonSchema({"type": "number"}),
]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Text = Annotated[str, StringConstraints(min_length=1)]
