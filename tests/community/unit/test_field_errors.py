"""No text of the validation library reaches a player, for any mistake in any field."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core.core_schema import ErrorType

from doors.errors import explained
from doors.field_errors import FALLBACK, explain
from doors.fields import Body
from functions.community.admin import app as admin
from functions.community.crafting import app as crafting
from functions.community.economy import app as economy
from functions.community.gamble import app as gamble
from functions.community.jobs import app as jobs
from functions.community.linking import app as linking
from functions.community.messages import app as messages
from functions.community.progression import app as progression
from functions.community.quests import app as quests
from functions.community.stats import app as stats
from functions.community.users import app as users

GROUPS = (admin, crafting, economy, gamble, jobs, linking, messages, progression, quests, stats, users)
TEXTS = (None, "", " ", "x", "x" * 5000, "\ud800", "12", "1.5", "nan", "2026-05-17", b"\xff")
NUMBERS = (0, -1, 1.5, 10**40, float("inf"), True)
ODD: tuple[Any, ...] = (*TEXTS, *NUMBERS, [], [1], {}, {"a": 1})
OURS = ("value_error", "assertion_error")
"""Their messages are our own."""
CONTEXT = {
    **dict.fromkeys(("min_length", "max_length", "ge", "gt", "le", "lt", "multiple_of"), 2),
    "expected": "'a' or 'b'",
}


def models() -> Iterator[type[BaseModel]]:
    seen: list[type[BaseModel]] = list(Body.__subclasses__())
    while seen:
        model = seen.pop()
        seen += model.__subclasses__()
        yield model


@pytest.mark.parametrize("kind", sorted(set(get_args(ErrorType)) - set(OURS)))
def test_every_error_of_the_library_has_a_sentence_of_ours(kind: str) -> None:
    sentence = explain({"type": kind, "msg": "Input should be a valid dictionary", "ctx": CONTEXT})

    assert sentence
    assert not any(word in sentence.lower() for word in ("input", "valid ", "instance", "dictionary", "{"))


def test_every_error_that_a_request_can_raise_says_what_to_do() -> None:
    assert {group.app for group in GROUPS}  # their import declares the models
    unexplained: set[str] = set()
    raised: set[str] = set()
    for model in models():
        fields = {name: field.rebuild_annotation() for name, field in model.model_fields.items()}
        for annotation in fields.values():
            for odd in ODD:
                try:
                    TypeAdapter(annotation).validate_python(odd)
                except ValidationError as failed:
                    for error in failed.errors():
                        raised.add(error["type"])
                        if explain(error) == FALLBACK:
                            unexplained.add(f"{model.__name__}: {error['type']}")
        for odd in (None, 5, "x", [], {}, {"platform": 5}):
            try:
                model.model_validate(odd)
            except ValidationError as failed:
                raised |= {error["type"] for error in failed.errors()}
                unexplained |= {error["type"] for error in failed.errors() if explain(error) == FALLBACK}

    assert unexplained == set()
    assert {"missing", "string_too_long", "uuid_parsing", "refused", "model_type"} <= raised


def test_true_is_no_number() -> None:
    assert {group.app for group in GROUPS}  # their import declares the models
    taken = {
        f"{model.__name__}.{name}"
        for model in models()
        for name, field in model.model_fields.items()
        # A query has only text.
        if not model.__name__.endswith("Query") and _is_number(field.annotation) and _takes_true(field)
    }

    assert taken == set()


def _is_number(annotation: Any) -> bool:
    return annotation in (int, float) or any(map(_is_number, get_args(annotation)))


def _takes_true(field: FieldInfo) -> bool:
    try:
        TypeAdapter(field.rebuild_annotation()).validate_python(True)
    except ValidationError:
        return False
    return True


def test_a_field_of_a_list_is_named_in_words():
    problem = {"type": "missing", "loc": ("body", "messages", 1, "platform_id"), "msg": ""}

    assert explained([problem]) == (
        "validation",
        "platform_id in entry 2 of messages: is required",
        {"messages.1.platform_id": "is required"},
    )
