"""Which route takes a path: as in API Gateway, a literal segment before {name}, {name} before {rest+}."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import unquote

from local.stack.resources import Route


@dataclass(slots=True)
class _Node:
    literal: dict[str, _Node] = field(default_factory=dict)
    parameter: tuple[str, _Node] | None = None
    rest: tuple[str, _Node] | None = None
    methods: dict[str, Route] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Match:
    route: Route
    parameters: dict[str, str]


class Routes:
    def __init__(self, routes: Iterable[Route]) -> None:
        self._root = _Node()
        for route in routes:
            node = self._root
            for segment in _segments(route.path):
                node = _child(node, segment)
            node.methods[route.method] = route

    def match(self, method: str, path: str) -> Match | None:
        """The route for a path as sent. None: no such path, or the path has no such method."""
        found = _find(self._root, _segments(path))
        if found is None:
            return None
        node, parameters = found
        route = node.methods.get(method) or node.methods.get("ANY")
        return Match(route, {name: unquote(value) for name, value in parameters.items()}) if route else None


def _segments(path: str) -> list[str]:
    # Slashes at the end or doubled do not count here; the event's `path` keeps them.
    return [segment for segment in path.split("/") if segment]


def _child(node: _Node, segment: str) -> _Node:
    if not segment.startswith("{"):
        return node.literal.setdefault(segment, _Node())
    if segment.endswith("+}"):
        node.rest = node.rest or (segment[1:-2], _Node())
        return node.rest[1]
    node.parameter = node.parameter or (segment[1:-1], _Node())
    return node.parameter[1]


def _find(node: _Node, segments: list[str]) -> tuple[_Node, dict[str, str]] | None:
    if not segments:
        return (node, {}) if node.methods else None
    first, *others = segments
    if (literal := node.literal.get(first)) and (found := _find(literal, others)):
        return found
    if node.parameter and (found := _find(node.parameter[1], others)):
        return found[0], {node.parameter[0]: first, **found[1]}
    if node.rest:
        return node.rest[1], {node.rest[0]: "/".join(segments)}
    return None
