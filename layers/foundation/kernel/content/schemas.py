"""The JSON Schemas that editors use to check content files."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from kernel.content.descriptions import describe
from kernel.content.library import Library, Section

FOLDER = "schemas"


def schemas(library: Library, sections: Iterable[type[Section[Any]]]) -> Mapping[str, str]:
    """Return the schemas as {file name: text}."""
    return {
        f"{section.schema_name()}.schema.json": _text(describe(library[section].schema(), library[section].model))
        for section in sections
    }


def outdated(library: Library, sections: Iterable[type[Section[Any]]]) -> list[str]:
    """Return the names of the schemas in a library that are missing, differ or belong to no section."""
    expected = schemas(library, sections)
    on_disk = {file.name: file.read_text(encoding="utf-8") for file in (library.root / FOLDER).glob("*")}
    return sorted(name for name in expected.keys() | on_disk.keys() if expected.get(name) != on_disk.get(name))


def write(library: Library, sections: Iterable[type[Section[Any]]]) -> list[Path]:
    """Write every schema into a library; return the files written."""
    (library.root / FOLDER).mkdir(exist_ok=True)
    written: list[Path] = []
    for name, text in schemas(library, sections).items():
        written.append(library.root / FOLDER / name)
        written[-1].write_text(text, encoding="utf-8")
    return written


def _text(schema: dict[str, Any]) -> str:
    return json.dumps(schema, indent=2, sort_keys=True) + "\n"
