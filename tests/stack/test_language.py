"""Docstrings begin with a summary line, class names are unique, and no text uses words that only translations use."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WORDS = re.compile(r"\b(?:somebody|nobody|whoever|anybody|deeds?)\b", re.IGNORECASE)
NO_SUMMARY = re.compile(r"\s*(?:(?:Args|Attributes|Returns|Yields|Raises|Source):|\{|$)")
TEXT_FILES = {".py", ".md", ".html", ".js", ".css", ".sh", ".json", ".yaml", ""}
GENERATED = {"docs/openapi.json"}

# Messages that tests hold, the system account `nobody`, and the word where a message supplies a missing name.
ALLOWED = re.compile(
    r"Nobody called|Nobody yet|Nobody is there|Nobody else has joined|belongs to somebody else|SOMEBODY|\"Somebody\""
    r"|[`\"]nobody[`\"]|postgres or nobody"
)

Definition = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def python_files(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


def public_definitions(node: Definition) -> Iterator[Definition]:
    """The module or class itself and the public classes and functions in it."""
    yield node
    if isinstance(node, ast.Module | ast.ClassDef):
        for each in node.body:
            if isinstance(each, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and each.name[0] != "_":
                yield from public_definitions(each)


def test_every_public_docstring_begins_with_a_summary_line():
    wrong = [
        f"{file.relative_to(ROOT)}:{each.body[0].lineno}"
        for file in python_files("layers", "functions")
        for each in public_definitions(ast.parse(file.read_text(encoding="utf-8")))
        if (docstring := ast.get_docstring(each, clean=False)) is not None and NO_SUMMARY.match(docstring)
    ]

    assert wrong == []


def text_files(folder: str) -> Iterator[Path]:
    if (ROOT / folder).is_file():
        yield ROOT / folder
        return
    for file in sorted((ROOT / folder).rglob("*")):
        relative = file.relative_to(ROOT).as_posix()
        if file.is_file() and file.suffix in TEXT_FILES and relative not in GENERATED and "/python" not in relative:
            yield file


@pytest.mark.parametrize("folder", ["layers", "functions", "local", "README.md", "docs"])
def test_no_text_uses_the_words_of_a_translation(folder: str):
    wrong = [
        f"{file.relative_to(ROOT)}:{number}: {line.strip()}"
        for file in text_files(folder)
        for number, line in enumerate(file.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if WORDS.search(ALLOWED.sub("", line))
    ]

    assert wrong == []


def test_each_public_class_name_is_defined_once():
    files = defaultdict[str, list[str]](list)
    for file in python_files("layers", "functions"):
        for each in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(each, ast.ClassDef) and each.name[0] != "_":
                files[each.name].append(file.relative_to(ROOT).as_posix())

    assert {name: found for name, found in files.items() if len(found) > 1} == {}
