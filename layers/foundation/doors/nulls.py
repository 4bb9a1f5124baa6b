"""Answers with null fields. Empty fields are usually left out, but the wire contract requires some as null."""

from __future__ import annotations

from pydantic import BaseModel, SerializerFunctionWrapHandler, model_serializer


class WithNulls(BaseModel):
    """Base of answers in which an empty field is null if it has no default, and absent if it has one."""

    # Without a return type, because with one the OpenAPI description would lack the fields.
    @model_serializer(mode="wrap")
    def _show_nulls(self, serialize: SerializerFunctionWrapHandler):
        required = (name for name, field in type(self).model_fields.items() if field.is_required())
        return dict.fromkeys(required) | serialize(self)
