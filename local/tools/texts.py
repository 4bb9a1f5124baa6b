"""Bring the translations up to date: `python -m local.tools.texts [--check]`.

It collects every text that people read, from the code, the pages, the content and the Discord commands, writes them to
`messages.pot`, and brings each translation into the same order: new texts are added without a translation, those that
are gone are removed. Each product has its own catalogue, which is complete: what the products share is in each of
them. The root page and the demo have catalogues too. `--check` changes nothing, and fails if a file is outdated.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, nodes

from community import text_contexts
from community.configs import TEXTS, shipped
from community.contents import SECTIONS
from doors.discord.commands import COMMANDS
from doors.discord.localisation import command_texts
from functions.shared.discord import catalogue as catalogue  # declares every command
from kernel.content.library import Library, Section
from kernel.content.po_files import PoEntry, parse
from kernel.content.text_ids import TextId, key_of
from kernel.content.translations import TEMPLATE
from personas.configs import shipped as personas
from personas.contents import SECTIONS as PERSONAS_SECTIONS

ROOT: Final = Path(__file__).resolve().parents[2]
FOLDER: Final = shipped.root / TEXTS
DEMO: Final = ROOT / "local" / "demo"
PERSONAS: Final = ROOT / "configs" / "personas" / TEXTS
ROOT_PAGE: Final = ROOT / "functions" / "shared" / "system" / "root"
WORLDS: Final = ROOT / "configs" / "worlds" / TEXTS
WORLDS_PAGES: Final = ROOT / "functions" / "worlds" / "pages"
SHARED_PAGES: Final = ROOT / "layers" / "foundation" / "doors" / "pages"
CHAT_ONLY: Final = (
    "layers/foundation/doors/discord/",
    "layers/foundation/kernel/keys/",
    "layers/foundation/kernel/quantities.py",
    "layers/personas/personas/channels/",
)
"""What the products share, but only bots and players in a chat read."""
IN_CHANNELS: Final = tuple(
    f"layers/personas/personas/{place}"
    for place in ("channels/", "battles/service.py", "safety/models.py", "templates/models.py")
)
"""What players on Discord read of Personas."""
NOT_IN_COMMUNITY: Final = (
    "functions/shared/accounts/",
    "layers/foundation/kernel/accounts/devices.py",
    *(folder.relative_to(ROOT).as_posix() for folder in (ROOT_PAGE, SHARED_PAGES)),
)
"""What the products share, but only readers of pages see."""
HEADER: Final = "Content-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: 8bit\n"

_ONE = {"translate": 0, "term": 1, "to_translate": 0}
_MANY = {"translate_n": 0, "term_n": 1}
_CONTEXTS = {name: value for name, value in vars(text_contexts).items() if name.isupper()}


class NotALiteral(Exception):
    """A text to translate is put together in the code, so that no translator can find it."""


Found = Mapping[TextId, list[str]]
"""The places of each text, in the order in which they were found."""


def collect() -> dict[TextId, list[str]]:
    """Return every text that the community's players read, with the files it comes from."""
    return _grouped(_of_community())


def collect_personas() -> dict[TextId, list[str]]:
    """Return every text that people read in Personas, on its pages and from its API."""
    folders = ("layers/foundation", "functions/shared/accounts", "layers/personas", "functions/personas")
    found = chain.from_iterable(chain(_code(ROOT / folder), _pages(ROOT / folder)) for folder in folders)
    said = ((text, place) for text, place in found if not place.startswith(CHAT_ONLY))
    return _grouped(chain(said, _of_sections(personas, PERSONAS_SECTIONS)))


def collect_root_page() -> dict[TextId, list[str]]:
    """Return the texts of the installation's first page."""
    folders = (ROOT_PAGE, SHARED_PAGES)
    return _grouped(chain.from_iterable(chain(_code(folder), _pages(folder)) for folder in folders))


def collect_worlds() -> dict[TextId, list[str]]:
    """Return the texts of interviews about new worlds, which the pages show; the game itself speaks English."""
    folders = (ROOT / "layers/worlds/worlds/interview", ROOT / "layers/worlds/worlds/founding")
    return _grouped(chain.from_iterable(map(_code, folders)))


def collect_worlds_pages() -> dict[TextId, list[str]]:
    """Return the texts of Worlds' pages."""
    folders = (WORLDS_PAGES, SHARED_PAGES)
    return _grouped(chain.from_iterable(chain(_code(folder), _pages(folder)) for folder in folders))


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


def _of_community() -> Iterator[tuple[TextId, str]]:
    for folder in ("layers/community", "layers/foundation", "functions/community", "functions/shared"):
        for text, place in _code(ROOT / folder):
            if not place.startswith(NOT_IN_COMMUNITY):
                yield text, place
    found = _code(ROOT / "layers/personas")
    yield from ((text, place) for text, place in found if place.startswith(IN_CHANNELS))
    for name in sorted(COMMANDS):
        yield from ((text, f"/{name}") for text in command_texts(COMMANDS[name]))
    yield from _of_sections(shipped, SECTIONS)


def _of_sections(library: Library, sections: Iterable[type[Section[Any]]]) -> Iterator[tuple[TextId, str]]:
    for section in sections:
        yield from ((text, f"{library.name}/{section.schema_name()}") for text in library[section].texts())


def _code(folder: Path) -> Iterator[tuple[TextId, str]]:
    for file in sorted(folder.rglob("*.py")):
        place = file.relative_to(ROOT).as_posix()
        yield from ((text, place) for text in texts_of(file.read_text(encoding="utf-8"), place))


def _pages(folder: Path) -> Iterator[tuple[TextId, str]]:
    for file in sorted(folder.rglob("*.html")):
        place = file.relative_to(ROOT).as_posix()
        yield from ((text, place) for text in texts_of_page(file.read_text(encoding="utf-8"), place))


def texts_of_page(source: str, name: str) -> Iterator[TextId]:
    """Return the texts in a page's template: what is passed to `t` and `tn`.

    Raises:
        NotALiteral
    """
    for call in Environment(autoescape=True).parse(source).find_all(nodes.Call):
        if not isinstance(call.node, nodes.Name) or call.node.name not in ("t", "tn"):
            continue
        wanted = call.args[: 1 + (call.node.name == "tn")]
        values = [each.value for each in wanted if isinstance(each, nodes.Const)]
        if len(values) != 1 + (call.node.name == "tn"):
            raise NotALiteral(f"{name}:{call.lineno}: {call.node.name}() needs literal texts")
        yield TextId("", *values)


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
    # Without its fields there may be no words left, and a code of the wire contract is none.
    if re.search("[A-Za-z]", re.sub(r"\{\w+\}", "", text)) and not re.fullmatch("[a-z_]+", text):
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
    catalogues = (
        (FOLDER, collect()),
        (PERSONAS, collect_personas()),
        (ROOT_PAGE / TEXTS, collect_root_page()),
        (WORLDS, collect_worlds()),
        (WORLDS_PAGES / TEXTS, collect_worlds_pages()),
        (DEMO / TEXTS, collect_demo()),
    )
    for folder, found in catalogues:
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
