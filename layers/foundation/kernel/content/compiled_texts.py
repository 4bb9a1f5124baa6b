"""The texts of translations, as quickly as they can be read.

A build leaves a .json file next to each .po file (`python -m kernel.content.compiled_texts FOLDER`): every start of a
function reads the texts, and the .po files themselves, which are read without a build, take ten times as long.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from kernel.content.text_ids import chooser


class FileTexts(NamedTuple):
    """What has been translated in a file.

    Attributes:
        texts: {key of a text: translation}; for a text with a plural, the form for one.
        forms: {key of a text with a plural: the translations, by plural form}.
        choose: returns the plural form for a number; None if the file does not say.
    """

    texts: Mapping[str, str]
    forms: Mapping[str, Sequence[str]]
    choose: Callable[[int], int] | None


def read_texts(file: Path) -> FileTexts:
    """Read the texts of a .po file, compiled or not."""
    compiled = _compiled(file)
    found: dict[str, Any] = json.loads(compiled.read_bytes()) if compiled.is_file() else _content_of(file)
    rule: str | None = found["plural_rule"]
    return FileTexts(found["texts"], found["forms"], chooser(rule) if rule is not None else None)


def compile_texts(folder: Path) -> None:
    """Compile the translations of a folder and of its folders."""
    for file in folder.rglob("*.po"):
        _compiled(file).write_text(json.dumps(_content_of(file), ensure_ascii=False), encoding="utf-8")


def _compiled(file: Path) -> Path:
    return file.with_suffix(".json")


def _content_of(file: Path) -> dict[str, Any]:
    from kernel.content.po_files import parse  # no function needs it after a build

    parsed = parse(file.read_text(encoding="utf-8-sig"), file.name)
    translated = [entry for entry in parsed.entries if entry.is_translated]
    return {
        "plural_rule": parsed.plural_rule if parsed.header else None,
        "texts": {entry.key: entry.translations[0] for entry in translated},
        "forms": {entry.key: list(entry.translations.values()) for entry in translated if entry.plural},
    }


if __name__ == "__main__":
    compile_texts(Path(sys.argv[1]))
