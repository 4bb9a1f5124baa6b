"""What is wrong with a field of a request, in words that people understand: never those of a validation library."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, LiteralString, get_args

from pydantic_core import PydanticCustomError
from pydantic_core.core_schema import ErrorType

from kernel.errors import Refused
from kernel.texts import to_translate, translate, translate_n

SENTENCE: Final = "sentence"
"""The key, in a validation error's context, of a whole sentence that needs no field's name before it."""

FALLBACK: Final = to_translate("is not valid")
_LIBRARY: Final = frozenset(get_args(ErrorType)) - {"value_error", "assertion_error"}
_TIME: Final = to_translate("must be a time such as 2026-05-17T18:30:00Z")
_DATE: Final = to_translate("must be a day such as 2026-05-17")
_TRUTH: Final = to_translate("must be true or false")
_NUMBER: Final = to_translate("must be a number")
_WHOLE: Final = to_translate("must be a whole number")
_TEXT: Final = to_translate("must be text")
_ID: Final = to_translate("must be an id as the game gives it")
_LIST: Final = to_translate("must be a list")
_OBJECT: Final = to_translate("must be an object with fields")

_PLAIN: Final[Mapping[str, str]] = {
    "bool_parsing": _TRUTH,
    "bool_type": _TRUTH,
    "date_from_datetime_inexact": _DATE,
    "date_from_datetime_parsing": _DATE,
    "date_parsing": _DATE,
    "date_type": _DATE,
    "datetime_from_date_parsing": _TIME,
    "datetime_object_invalid": _TIME,
    "datetime_parsing": _TIME,
    "datetime_type": _TIME,
    "timezone_aware": _TIME,
    "timezone_naive": _TIME,
    "timezone_offset": _TIME,
    "decimal_parsing": _NUMBER,
    "decimal_type": _NUMBER,
    "dict_type": _OBJECT,
    "mapping_type": _OBJECT,
    "extra_forbidden": to_translate("is not a field of this request"),
    "finite_number": _NUMBER,
    "float_parsing": _NUMBER,
    "float_type": _NUMBER,
    "frozen_set_type": _LIST,
    "int_from_float": _WHOLE,
    "int_parsing": _WHOLE,
    "int_parsing_size": to_translate("is too large a number"),
    "int_type": _WHOLE,
    "invalid_key": to_translate("has a field whose name is not text"),
    "iterable_type": _LIST,
    "list_type": _LIST,
    "missing": to_translate("is required"),
    "model_attributes_type": _OBJECT,
    "model_type": _OBJECT,
    "none_required": to_translate("must be left out"),
    "set_type": _LIST,
    "string_pattern_mismatch": to_translate("has characters that are not allowed"),
    "string_sub_type": _TEXT,
    "string_type": _TEXT,
    "string_unicode": to_translate("must be text that can be read"),
    "tuple_type": _LIST,
    "uuid_parsing": _ID,
    "uuid_type": _ID,
    "uuid_version": _ID,
}
_WITH_LIMITS: Final[Mapping[str, str]] = {
    "greater_than": to_translate("must be more than {gt}"),
    "greater_than_equal": to_translate("must be at least {ge}"),
    "less_than": to_translate("must be less than {lt}"),
    "less_than_equal": to_translate("must be at most {le}"),
    "multiple_of": to_translate("must be a multiple of {multiple_of}"),
}


def explain(error: Mapping[str, Any]) -> str:
    """Return what is wrong, to follow the field's name.

    Args:
        error: as pydantic lists it: `type`, `msg` and `ctx`.
    """
    kind, context = error["type"], error.get("ctx", {})
    if kind not in _LIBRARY:
        # Our own words. Pydantic puts the exception's kind in front of those of a ValueError.
        return str(context.get(SENTENCE) or error["msg"]).removeprefix("Value error, ")
    if kind in ("string_too_short", "too_short"):
        return _at_least(context["min_length"], of_letters=kind.startswith("string"))
    if kind in ("string_too_long", "too_long"):
        return _at_most(context["max_length"], of_letters=kind.startswith("string"))
    if kind in ("literal_error", "enum"):
        return translate("must be one of: {names}", names=str(context["expected"]).replace("'", ""))
    if kind in _WITH_LIMITS:
        return translate(_WITH_LIMITS[kind], **context)
    text = _PLAIN.get(kind, FALLBACK)
    return translate(text)


def own_error(kind: LiteralString, text: str) -> PydanticCustomError:
    """Return an error of the field that is being validated.

    Args:
        text: what is wrong with it, translated, to follow the field's name.
    """
    return PydanticCustomError(kind, "{text}", {"text": text})


def custom_error(refusal: Refused) -> PydanticCustomError:
    """Return a refusal as the error of the field that is being validated."""
    return PydanticCustomError("refused", "{sentence}", {SENTENCE: str(refusal)})


def _at_least(number: int, *, of_letters: bool) -> str:
    if number <= 1:
        return translate("must not be empty")
    if of_letters:
        return translate_n("must have at least {n} character", "must have at least {n} characters", number)
    return translate_n("must have at least {n} entry", "must have at least {n} entries", number)


def _at_most(number: int, *, of_letters: bool) -> str:
    if of_letters:
        return translate_n("must have at most {n} character", "must have at most {n} characters", number)
    return translate_n("must have at most {n} entry", "must have at most {n} entries", number)
