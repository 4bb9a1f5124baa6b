"""Answers leave out what is empty, but where the wire contract says null, clients look for the field."""

from __future__ import annotations

from pydantic import BaseModel, SerializerFunctionWrapHandler, model_serializer


class WithNulls(BaseModel):
    """An answer whose fields are null when empty if they have no default, and absent if they have one."""

    # Without a return type: with one, the API's description would know nothing of the fields.
    @model_serializer(mode="wrap")
    def _show_nulls(self, serialize: SerializerFunctionWrapHandler):
        required = (name for name, field in type(self).model_fields.items() if field.is_required())
        return dict.fromkeys(required) | serialize(self)
