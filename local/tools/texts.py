"""Bring the translations up to date: `python -m local.tools.texts [--check]`.

It collects every text that players read, from the code, the content and the Discord commands, writes them to
`messages.pot`, and brings each translation into the same order: new texts are added without a translation, those that
are gone are removed. The demo has its own catalogue. `--check` changes nothing, and fails if a file is outdated.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from community import text_contexts
from community.configs import TEXTS, shipped
from community.contents import SECTIONS
from doors.discord.commands import COMMANDS
from doors.discord.localisation import command_texts
from functions.community.discord import catalogue as catalogue  # declares every command
from kernel.content.po_files import PoEntry, TextId, key_of, parse
from kernel.content.translations import TEMPLATE

ROOT: Final = Path(__file__).resolve().parents[2]
FOLDER: Final = shipped.root / TEXTS
DEMO: Final = ROOT / "local" / "demo"
HEADER: Final = "Content-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: 8bit\n"

_ONE = {"translate": 0, "term": 1, "to_translate": 0}
_MANY = {"translate_n": 0, "term_n": 1}
_CONTEXTS = {name: value for name, value in vars(text_contexts).items() if name.isupper()}


class NotALiteral(Exception):
    """A text to translate is put together in the code, so that no translator can find it."""


Found = Mapping[TextId, list[str]]
"""The places of each text, in the order in which they were found."""


def collect() -> dict[TextId, list[str]]:
    """Return every text that players read, with the files it comes from."""
    return _grouped(_everything())


def collect_demo() -> dict[TextId, list[str]]:
    """Return the texts that only the demo says."""
    game = collect()
    return {text: places for text, places in _grouped(_code(DEMO)).items() if text not in game}


def _grouped(everything: Iterable[tuple[TextId, str]]) -> dict[TextId, list[str]]:
    found: dict[TextId, list[str]] = {}
    for text, place in everything:
        places = found.setdefault(text, [])
        if place not in places:
            places.append(place)
    return found


def document(found: Found, header: str, entries: Mapping[str, PoEntry]) -> str:
    """Return a .po file.

    Args:
        header: its first translation.
        entries: the translations, by key.
    """
    blocks = [f'msgid ""\nmsgstr ""\n{_lines(header)}']
    for text, places in found.items():
        lines = [f"#: {place}" for place in places]
        if text.context:
            lines.append(f"msgctxt {_quoted(text.context)}")
        lines.append(f"msgid {_quoted(text.text)}")
        known = entries.get(key_of(text.context, text.text))
        if text.plural:
            lines.append(f"msgid_plural {_quoted(text.plural)}")
            forms = known.translations if known and known.plural else {0: "", 1: ""}
            lines += [f"msgstr[{form}] {_quoted(forms[form])}" for form in sorted(forms)]
        else:
            lines.append(f"msgstr {_quoted(known.translations[0] if known and not known.plural else '')}")
        blocks.append("\n".join(lines) + "\n")
    return "\n".join(blocks)


def texts_of(source: str, name: str) -> Iterator[TextId]:
    """Return the texts in a module: what is passed to `kernel.texts`, and the messages of refusals.

    Raises:
        NotALiteral
    """
    nodes = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ClassDef | ast.Call))
    for node in sorted(nodes, key=lambda each: (each.lineno, each.col_offset)):
        if isinstance(node, ast.ClassDef):
            yield from _message(node)
        elif isinstance(node.func, ast.Name):
            yield from _call(node, node.func.id, name)


def _everything() -> Iterator[tuple[TextId, str]]:
    for folder in ("layers", "functions"):
        yield from _code(ROOT / folder)
    for name in sorted(COMMANDS):
        yield from ((text, f"/{name}") for text in command_texts(COMMANDS[name]))
    for section in SECTIONS:
        yield from ((text, f"{shipped.name}/{section.schema_name()}") for text in shipped[section].texts())


def _code(folder: Path) -> Iterator[tuple[TextId, str]]:
    for file in sorted(folder.rglob("*.py")):
        place = file.relative_to(ROOT).as_posix()
        yield from ((text, place) for text in texts_of(file.read_text(encoding="utf-8"), place))


def _message(node: ast.ClassDef) -> Iterator[TextId]:
    for each in node.body:
        match each:
            case ast.Assign(targets=[ast.Name(id="message")], value=ast.Constant(value=str(text))):
                yield from _sentence(text)
            case ast.AnnAssign(target=ast.Name(id="message"), value=ast.Constant(value=str(text))):
                yield from _sentence(text)
            case _:
                pass


def _sentence(text: str) -> Iterator[TextId]:
    if text not in ("", "{what}"):  # what a caller of the WebSocket API has done wrong: for developers
        yield TextId("", text)


def _call(node: ast.Call, function: str, name: str) -> Iterator[TextId]:
    first = _ONE.get(function, _MANY.get(function))
    if first is None:
        return
    for argument in node.args[: first + 1 + (function in _MANY)]:
        # The names of content may be computed: the content's sections list them.
        if isinstance(argument, ast.JoinedStr | ast.BinOp) and not function.startswith("term"):
            raise NotALiteral(f"{name}:{node.lineno}: {function}() needs one literal text")
    values = [_literal(argument) for argument in node.args]
    text = values[first] if len(values) > first else None
    plural = (values[first + 1] if len(values) > first + 1 else None) if function in _MANY else ""
    context = values[0] if first else (values[1] if function == "to_translate" and len(values) > 1 else "")
    if text and plural is not None and context is not None:
        yield TextId(context, text, plural)


def _literal(node: ast.expr) -> str | None:
    """Return the text of a literal, or of a constant that names a context; None for anything else."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    return _CONTEXTS.get(node.id) if isinstance(node, ast.Name) else None


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'


def _lines(text: str) -> str:
    return "".join(f"{_quoted(line)}\n" for line in text.splitlines(keepends=True))


def _documents() -> Iterable[tuple[Path, str]]:
    for folder, found in ((FOLDER, collect()), (DEMO / TEXTS, collect_demo())):
        yield folder / TEMPLATE, document(found, HEADER, {})
        for file in sorted(folder.glob("*.po")):
            parsed = parse(file.read_text(encoding="utf-8"), file.name)
            yield file, document(found, parsed.header, {entry.key: entry for entry in parsed.entries})


def main() -> int:
    outdated = [
        (file, text) for file, text in _documents() if not file.is_file() or file.read_text(encoding="utf-8") != text
    ]
    if "--check" in sys.argv[1:]:
        for file, _ in outdated:
            print(f"{file.relative_to(ROOT)} is outdated: run make generated", file=sys.stderr)
        return 1 if outdated else 0
    for file, text in outdated:
        file.write_text(text, encoding="utf-8")
        print(file.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())
