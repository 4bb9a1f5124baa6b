"""Draw the structure of the code from its imports: `python -m local.tools.structure [--check]`.

Three floors: functions, then products beside what functions share, then the kernel. Inside a product every feature
stands below the features that import it, so an arrow that points up would be a cycle.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from html import escape
from pathlib import Path
from typing import Final

from local.tools.generated import ROOT, write_or_check

FILE: Final = ROOT / "docs" / "structure.svg"

TABLES: Final = frozenset({"events", "part", "parts", "reactions"})
"""Modules that connect a feature to the events and data of others; they do not count as its dependencies."""

Graph = Mapping[str, Collection[str]]
"""{module or package: those that it imports}"""


def products() -> list[str]:
    """The products, each a layer of its own with a package of the same name."""
    return sorted(folder.name for folder in (ROOT / "layers").iterdir() if (folder / folder.name).is_dir())


def sources() -> list[Path]:
    """The folders from which code is imported."""
    return [ROOT / "layers" / "foundation", *(ROOT / "layers" / name for name in products()), ROOT]


@cache
def modules() -> Mapping[str, Path]:
    """All deployed modules, {dotted name: file}."""
    packages = [("kernel", sources()[0]), ("doors", sources()[0]), ("functions", ROOT)]
    packages += [(name, ROOT / "layers" / name) for name in products()]
    return {
        _name_of(file.relative_to(source)): file
        for package, source in packages
        for file in sorted((source / package).rglob("*.py"))
    }


def _name_of(file: Path) -> str:
    parts = file.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def imports() -> Graph:
    """Which of our modules each module imports, lazily or not. Imports for the type checker alone do not count."""
    return {name: frozenset(_imported(name, file)) for name, file in modules().items()}


def _imported(name: str, file: Path) -> Iterator[str]:
    for node in _run_nodes(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            inner = [f"{node.module}.{alias.name}" for alias in node.names]
            found = [module if module in modules() else node.module for module in inner]
        else:
            continue
        yield from (module for module in found if module in modules() and module != name)


def _run_nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """Every node but those below `if TYPE_CHECKING:`."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            continue
        yield node
        yield from _run_nodes(node)


def part_of(module: str) -> str:
    """Where a module belongs: kernel, doors, a product, functions.shared or functions.<product>."""
    first, *rest = module.split(".")
    return ".".join([first, *rest[:1]]) if first == "functions" else first


def allowed(part: str) -> set[str]:
    """The parts that a part may import."""
    first, _, product = part.partition(".")
    if first != "functions":
        return {part, "kernel"}
    if product in ("", "shared"):
        return {part, "functions", *(f"functions.{name}" for name in products()), "doors", "kernel", *products()}
    return {part, "functions", "doors", "kernel", product}


def forbidden_imports() -> list[str]:
    """Every import against the direction of the floors, as "importer -> imported"."""
    return [
        f"{name} -> {other}"
        for name, found in imports().items()
        for other in sorted(found)
        if part_of(other) not in allowed(part_of(name))
    ]


def packages(top: str) -> Graph:
    """Which packages of `top` import which, seen without the modules in `TABLES`.

    A module right below `top` is a package of its own.
    """
    graph: dict[str, set[str]] = {}
    for name, found in imports().items():
        if name.split(".")[0] != top or name == top or name.split(".")[-1] in TABLES:
            continue
        here = name.split(".")[1]
        others = {other for other in found if other.split(".")[0] == top and other.split(".")[-1] not in TABLES}
        graph.setdefault(here, set()).update(other.split(".")[1] for other in others if other != top)
    return {name: found - {name} for name, found in graph.items()}


def cycles(graph: Graph) -> list[list[str]]:
    """Every group of nodes that reach each other, sorted."""
    reached = {name: reachable(graph, name) for name in graph}
    groups = {frozenset(other for other in found if name in reached.get(other, ())) for name, found in reached.items()}
    return sorted(sorted(group) for group in groups if group)


def reachable(graph: Graph, start: str) -> set[str]:
    """Return all that a node leads to."""
    found: set[str] = set()
    pending = list(graph[start])
    while pending:
        if (name := pending.pop()) not in found:
            found.add(name)
            pending.extend(graph.get(name, ()))
    return found


# ---------------------------------------------------------------- the picture

WIDTH: Final = 1480
BOX: Final = (124, 24)  # width and height
GAP: Final = (12, 34)
INK: Final = "#334155"
STYLE: Final = (
    "text{font:12px system-ui,sans-serif;fill:#0f172a}.floor{fill:#f8fafc;stroke:#cbd5e1}"
    f".box{{fill:#fff;stroke:#64748b}}.title{{font-weight:600}}.arrow{{stroke:{INK};fill:none;opacity:.35}}"
    ".between{stroke-width:2;opacity:.9}"
)


def picture() -> str:
    """The SVG: floors from top to bottom, an arrow for what imports what."""
    shapes: list[str] = []
    top = 16
    for group in ("shared", *products()):
        top = _floor(shapes, f"functions/{group}", _folders(f"functions.{group}."), top)
    _arrow_between(shapes, WIDTH // 2, top - 30, top)
    for product in products():
        top = _floor(shapes, product, packages(product), top)
        _arrow_between(shapes, WIDTH // 2, top - 30, top)
    top = _floor(shapes, "doors (shared by functions; no product imports them)", packages("doors"), top)
    _arrow_between(shapes, WIDTH // 2, top - 30, top)
    top = _floor(shapes, "kernel", packages("kernel"), top)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top}" width="{WIDTH}" height="{top}">\n'
        f"<style>{STYLE}</style>\n"
        f'<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        f'<path d="M0 0 8 4 0 8z" fill="{INK}"/></marker></defs>\n' + "\n".join(shapes) + "\n</svg>\n"
    )


def _folders(prefix: str) -> Graph:
    """The functions below a package, without arrows: each is deployed alone."""
    return {name.removeprefix(prefix).split(".")[0]: () for name in modules() if name.startswith(prefix)}


def _floor(shapes: list[str], title: str, graph: Graph, top: int) -> int:
    """Draw a floor; the position of the next one."""
    rows = _rows(graph)
    across = (WIDTH - 64) // (BOX[0] + GAP[0])
    lines = [row[start : start + across] for row in rows for start in range(0, len(row), across)]
    height = 40 + len(lines) * (BOX[1] + GAP[1])
    shapes.append(f'<rect class="floor" x="16" y="{top}" width="{WIDTH - 32}" height="{height}" rx="8"/>')
    shapes.append(f'<text class="title" x="32" y="{top + 24}">{escape(title)}</text>')
    places: dict[str, tuple[int, int]] = {}
    for number, line in enumerate(lines):
        used = len(line) * (BOX[0] + GAP[0]) - GAP[0]
        left = (WIDTH - used) // 2
        for place, name in enumerate(line):
            places[name] = (left + place * (BOX[0] + GAP[0]), top + 40 + number * (BOX[1] + GAP[1]))
    for name, found in sorted(_without_detours(graph).items()):
        for other in sorted(found):
            (x1, y1), (x2, y2) = places[name], places[other]
            x1, y1, x2 = x1 + BOX[0] // 2, y1 + BOX[1], x2 + BOX[0] // 2
            bend = max(14, (y2 - y1) // 2)
            shapes.append(
                f'<path class="arrow" d="M{x1} {y1}C{x1} {y1 + bend} {x2} {y2 - bend} {x2} {y2}" '
                'marker-end="url(#head)"/>'
            )
    for name, (x, y) in sorted(places.items()):
        shapes.append(f'<rect class="box" x="{x}" y="{y}" width="{BOX[0]}" height="{BOX[1]}" rx="4"/>')
        shapes.append(f'<text x="{x + BOX[0] // 2}" y="{y + 16}" text-anchor="middle">{escape(name)}</text>')
    return top + height + 30


def _arrow_between(shapes: list[str], x: int, y1: int, y2: int) -> None:
    shapes.append(f'<path class="arrow between" d="M{x} {y1 + 2}L{x} {y2 - 2}" marker-end="url(#head)"/>')


def _rows(graph: Graph) -> list[list[str]]:
    """Nodes in rows, each above all that it imports. Nodes of a cycle share a row."""
    depth: dict[str, int] = {}

    def measure(name: str, above: frozenset[str]) -> int:
        if name not in depth:
            below = [measure(other, above | {name}) for other in graph.get(name, ()) if other not in above]
            depth[name] = 1 + max(below, default=-1)
        return depth[name]

    for name in sorted(graph):
        measure(name, frozenset())
    return [
        sorted(name for name, value in depth.items() if value == level)
        for level in range(max(depth.values(), default=-1), -1, -1)
    ]


def _without_detours(graph: Graph) -> Graph:
    """The graph without redundant arrows: a -> c is left out when there is a -> b -> c."""
    return {
        name: {
            other
            for other in found
            if not any(other in reachable(graph, between) for between in found if between != other)
        }
        for name, found in graph.items()
    }


def main(arguments: list[str]) -> int:
    """Write the picture, or with --check compare it; the exit status."""
    return write_or_check(FILE, picture(), arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
