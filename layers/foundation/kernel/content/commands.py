"""The command line for a product's content: check the files, write their schemas."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from kernel.content import schemas
from kernel.content.errors import ContentError
from kernel.content.library import Library, Section


def run(
    arguments: Sequence[str],
    shipped: Library,
    sections: Sequence[type[Section[Any]]],
    check: Callable[[Library], None],
) -> int:
    """Run the command line.

    Args:
        shipped: the library that owns the schemas; it is checked unless the arguments name another folder.
        sections: all sections of the product.
        check: raises ContentError when a library is wrong.

    Returns:
        The exit code.
    """
    parser = ArgumentParser(description="Check the content files, or bring their JSON Schemas up to date.")
    parser.add_argument("folder", nargs="?", type=Path, default=shipped.root, help="the folder to check")
    parser.add_argument("--write-schemas", action="store_true", help="write the JSON Schemas instead")
    parser.add_argument("--check-schemas", action="store_true", help="fail if a JSON Schema is outdated instead")
    options = parser.parse_args(arguments)
    if options.write_schemas:
        print(*schemas.write(shipped, sections), sep="\n")
        return 0
    if options.check_schemas:
        return _check_schemas(shipped, sections)
    return _check(Library(options.folder.resolve()), sections, check)


def _check(library: Library, sections: Sequence[type[Section[Any]]], check: Callable[[Library], None]) -> int:
    try:
        check(library)
    except ContentError as error:
        print(error, file=sys.stderr)
        return 1
    print(", ".join(filter(None, (library[section].summary() for section in sections))))
    return 0


def _check_schemas(shipped: Library, sections: Sequence[type[Section[Any]]]) -> int:
    outdated = schemas.outdated(shipped, sections)
    for name in outdated:
        print(f"{shipped.name}/{schemas.FOLDER}/{name} is outdated: run make generated", file=sys.stderr)
    return 1 if outdated else 0
