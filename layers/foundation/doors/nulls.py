"""Answers with null fields. Empty fields are usually left out, but the wire contract requires some as null."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from pydantic import BaseModel, SerializerFunctionWrapHandler, model_serializer


class WithNulls(BaseModel):
    """Base of answers in which an empty field is null if it has no default, and absent if it has one."""

    # Without a return type, because with one the OpenAPI description would lack the fields.
    @model_serializer(mode="wrap")
    def _show_nulls(self, serialize: SerializerFunctionWrapHandler):
        return {**_nulls(type(self)), **serialize(self)}


@cache
def _nulls(model: type[BaseModel]) -> Mapping[str, None]:
    """Return {field without a default: None}."""
    return {name: None for name, field in model.model_fields.items() if field.is_required()}
