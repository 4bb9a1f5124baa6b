"""What fields mean, from the docstrings of their classes. For JSON Schemas and documents, where there is source."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any, get_args

from pydantic import BaseModel


def meanings_in(node: ast.ClassDef) -> Mapping[str, str]:
    """Return {field: its docstring, or what the class's docstring says of it under "Attributes"}."""
    found = dict(_attributes(ast.get_docstring(node) or ""))
    for field, said in pairwise(node.body):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(said, ast.Expr)
            and isinstance(said.value, ast.Constant)
            and isinstance(said.value.value, str)
        ):
            found[field.target.id] = " ".join(said.value.value.split())
    return found


def meanings(model: type[BaseModel]) -> Mapping[str, str]:
    """Return the meanings of a model's fields, those that it inherits among them."""
    found: dict[str, str] = {}
    for each in reversed(model.__mro__):
        if issubclass(each, BaseModel) and each is not BaseModel:
            [node] = ast.parse(textwrap.dedent(inspect.getsource(each))).body
            assert isinstance(node, ast.ClassDef)
            found |= meanings_in(node)
    return found


def describe(schema: dict[str, Any], model: type[BaseModel]) -> dict[str, Any]:
    """Add to a model's JSON Schema, in place, what its fields mean; return it."""
    _describe(schema, model)
    definitions: dict[str, Any] = schema.get("$defs", {})
    for each in _models(model, set()):
        if each.__name__ in definitions:
            _describe(definitions[each.__name__], each)
    return schema


def _describe(schema: dict[str, Any], model: type[BaseModel]) -> None:
    found = meanings(model)
    for name, field in model.model_fields.items():
        value = schema.get("properties", {}).get(field.alias or name)
        if value is not None and name in found:
            value.setdefault("description", found[name])


def _models(model: type[BaseModel], seen: set[type[BaseModel]]) -> Iterator[type[BaseModel]]:
    for field in model.model_fields.values():
        for each in _types(field.annotation):
            if each not in seen:
                seen.add(each)
                yield each
                yield from _models(each, seen)


def _types(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and not get_args(annotation) and issubclass(annotation, BaseModel):
        yield annotation
    for each in get_args(annotation):
        yield from _types(each)


def _attributes(docstring: str) -> Iterator[tuple[str, str]]:
    """Find `name, other: meaning` under "Attributes:"."""
    _, _, listed = docstring.partition("Attributes:\n")
    for said in re.finditer(r"^    (\w[\w, ]*): (.+(?:\n {8}.+)*)", listed, re.M):
        for name in said[1].split(", "):
            yield name, " ".join(said[2].split())
