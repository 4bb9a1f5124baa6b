"""Imports and calls of our modules, read from their source."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = (ROOT, *(folder for folder in (ROOT / "layers").iterdir() if folder.is_dir()))


@cache
def module_file(name: str) -> Path | None:
    """The file of one of our modules; None for a library's."""
    for source in SOURCES:
        stem = source.joinpath(*name.split("."))
        for file in (stem / "__init__.py", stem.with_suffix(".py")):
            if file.is_file():
                return file
    return None


@cache
def nodes_of(file: Path) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(ast.parse(file.read_text())))


@cache
def imports_of(file: Path) -> frozenset[str]:
    """Every module the file names in an import, wherever in the file; the packages around it included."""
    found: set[str] = set()
    for node in nodes_of(file):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(filter(None, (relative_package(file, node.level), node.module)))
            found.update({base, *(f"{base}.{alias.name}" for alias in node.names)})
    # Importing a.b.c runs a and a.b.
    return frozenset(name.rsplit(".", dots)[0] for name in found for dots in range(name.count(".") + 1))


def relative_package(file: Path, level: int) -> str:
    source = max((source for source in SOURCES if file.is_relative_to(source)), key=lambda source: len(source.parts))
    parts = file.relative_to(source).parent.parts
    return ".".join(parts[: len(parts) - level + 1]) if level else ""


@cache
def reachable_from(module: str) -> tuple[frozenset[str], frozenset[Path]]:
    """Modules that the module imports, ours and others', and the files of ours."""
    start = module_file(module)
    assert start, f"{module} has no code"
    files, modules, pending = {start}, set[str](), [start]
    while pending:
        for name in imports_of(pending.pop()):
            modules.add(name)
            if (file := module_file(name)) and file not in files:
                files.add(file)
                pending.append(file)
    return frozenset(modules), frozenset(files)


@cache
def attributes_of(file: Path) -> frozenset[str]:
    return frozenset(node.attr for node in nodes_of(file) if isinstance(node, ast.Attribute))


def first_arguments(file: Path, *functions: str) -> Iterator[str]:
    """Yield the first argument of each call of these functions, if it is a text."""
    for node in nodes_of(file):
        if isinstance(node, ast.Call) and called_name(node) in functions and node.args:
            argument = node.args[0]
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                yield argument.value


def called_name(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
