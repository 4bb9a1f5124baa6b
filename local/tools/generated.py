"""Writing the files that are generated from the code, or checking that they are up to date."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]


def write_or_check(file: Path, current: str, arguments: list[str]) -> int:
    """Write a file's current text, or with --check compare it with the file; return the exit status."""
    name = file.relative_to(ROOT)
    if "--check" in arguments:
        if file.is_file() and file.read_text(encoding="utf-8") == current:
            return 0
        print(f"{name} is not what the code says: run make generated", file=sys.stderr)
        return 1
    file.write_text(current, encoding="utf-8")
    print(name)
    return 0
