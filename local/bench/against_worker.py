"""Lambda for one tree of the project: imports its handlers and hands them events, as JSON lines ask for.

`python -P against_worker.py TREE`. TREE may be of another revision with another layout than this file's, so nothing of
the project is imported here but what TREE's own template.yaml names.

    {"calls": [CALL, ...]}   -> {"times": [[wall µs, CPU µs], ...], "answer": the last call's}
    {"describe": true}       -> {"paths": [...], "handlers": {name: handler of a function behind the API}}

A CALL is {"event": {...}} for the API (its httpMethod and path lead to the handler), or {"function": "clock",
"event": {...}} for any other function; "formerly" is its name in trees that have none of that name. "keep" names a
field of an API answer, which a later call puts into its event by naming it under "kept". What goes wrong is answered
with {"error": text}.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
import traceback
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from time import perf_counter_ns, process_time_ns
from typing import Any, NamedTuple

import yaml

Handler = Callable[[Any, Any], Any]


class CallFailed(Exception):
    """A function answered something other than success."""


class Route(NamedTuple):
    method: str  # in upper case; ANY for all
    path: str  # as in the template: /api/v1/user/{proxy+}
    handler: str

    @property
    def literal(self) -> str:
        return self.path.partition("{")[0]

    def matches(self, method: str, path: str) -> bool:
        parts = re.split(r"\{[^}+]+(\+?)\}", self.path)
        # Every second part is what follows a parameter's name: + or nothing.
        pattern = "".join(
            (".+" if part else "[^/]+") if index % 2 else re.escape(part) for index, part in enumerate(parts)
        )
        return self.method in ("ANY", method) and re.fullmatch(pattern, path) is not None


class Tree:
    """The functions of a checkout, found in its template."""

    def __init__(self, root: Path) -> None:
        document = _read_template(root / "template.yaml")
        shared = document.get("Globals", {}).get("Function", {})
        self.functions: dict[str, str] = {}  # {name in the template: handler}
        self.routes: list[Route] = []
        for name, resource in document["Resources"].items():
            if resource["Type"] != "AWS::Serverless::Function":
                continue
            properties = shared | resource["Properties"]
            handler = properties["Handler"]
            if "/" in handler:  # a web server behind the Lambda Web Adapter, not a Python handler
                continue
            self.functions[name] = handler
            self.routes += [
                Route(event["Properties"]["Method"].upper(), event["Properties"]["Path"], handler)
                for event in properties.get("Events", {}).values()
                if event["Type"] == "Api"
            ]
        for resource in document["Resources"].values():
            if resource["Type"] == "AWS::Serverless::Api":
                self.routes += _defined_routes(resource["Properties"].get("DefinitionBody", {}), self.functions)
        self.paths: list[str] = [str(path) for path in _search_paths(root, self.functions.values())]

    def handler_of(self, method: str, path: str) -> str:
        """The handler behind a path of the API; as in API Gateway the most specific route wins."""
        found = [route for route in self.routes if route.matches(method, path)]
        if not found:
            raise LookupError(f"no function serves {method} {path}")
        return max(found, key=lambda route: (route.path == path, len(route.literal))).handler

    def handler_named(self, *names: str) -> str:
        """The handler of a function by its module's folder, such as `clock`, wherever that is; the first name wins."""
        for name in names:
            for handler in self.functions.values():
                if name in handler.split("."):
                    return handler
        raise LookupError(f"no function is called {' or '.join(names)}")

    def http_handlers(self) -> dict[str, str]:
        """The functions behind the API, {name in the template: handler}."""
        behind = {route.handler for route in self.routes}
        return {name: handler for name, handler in self.functions.items() if handler in behind}


def _defined_routes(definition: dict[str, Any], functions: dict[str, str]) -> Iterator[Route]:
    """The routes of an OpenAPI definition whose integrations name a function's alias."""
    for path, methods in definition.get("paths", {}).items():
        for method, operation in methods.items():
            _, names = operation["x-amazon-apigateway-integration"]["uri"]
            function = names["Function"].partition(".")[0]
            if function in functions:
                yield Route("ANY" if method.endswith("any-method") else method.upper(), path, functions[function])


class Environment:
    """A Lambda environment that serves all functions of a tree."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._handler_of = cache(tree.handler_of)  # looked for once: other clients would wait for the processor
        self._kept: dict[str, Any] = {}

    def run(self, calls: list[dict[str, Any]]) -> dict[str, Any]:
        times: list[tuple[float, float]] = []
        answer: Any = None
        for call in calls:
            event = call["event"] | {name: self._kept[name] for name in call.get("kept", ())}
            handler = self._handler(call)
            worked, started = process_time_ns(), perf_counter_ns()
            answer = handler(event, None)
            ended = perf_counter_ns()
            times.append(((ended - started) / 1000, (process_time_ns() - worked) / 1000))
            if "function" not in call:
                answer = _body_of(event, answer)
            if "keep" in call:
                self._kept[call["keep"]] = answer[call["keep"]]
        return {"times": times, "answer": answer}

    def _handler(self, call: dict[str, Any]) -> Handler:
        if "function" in call:
            return _loaded(self._tree.handler_named(call["function"], call.get("formerly", call["function"])))
        return _loaded(self._handler_of(call["event"]["httpMethod"], call["event"]["path"]))


def main() -> None:
    # What handlers print must not end up among the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    _log_to_nowhere()
    tree = Tree(Path(sys.argv[1]))
    sys.path[:0] = tree.paths
    environment = Environment(tree)
    for line in sys.stdin:
        order = json.loads(line)
        try:
            if "describe" in order:
                answer: Any = {"paths": tree.paths, "handlers": tree.http_handlers()}
            else:
                answer = environment.run(order["calls"])
        except Exception:  # the caller reports any error
            answer = {"error": traceback.format_exc()}
        print(json.dumps(answer), file=answers, flush=True)


@cache
def _loaded(handler: str) -> Handler:
    module, _, attribute = handler.rpartition(".")
    return getattr(import_module(module), attribute)


def _body_of(event: dict[str, Any], answer: dict[str, Any]) -> Any:
    if not 200 <= answer["statusCode"] < 300:
        raise CallFailed(f"{event['httpMethod']} {event['path']} {event['body']}: {answer}")
    return json.loads(answer["body"])


def _search_paths(root: Path, handlers: Any) -> Iterator[Path]:
    """The folders that AWS would put on sys.path: those that the handlers' modules are in, and the layers."""
    files = [Path(*handler.split(".")[:-1]).with_suffix(".py") for handler in handlers]
    for folder in (root / "functions", root):
        if any((folder / file).is_file() for file in files):
            yield folder
    for layer in sorted((root / "layers").iterdir()):
        if layer.is_dir() and any(child.is_dir() and any(child.glob("*.py")) for child in layer.iterdir()):
            yield layer


_FAST_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_FAST_LOADER):
    """Reads CloudFormation's tags (!Ref, !Sub, ...) as the plain values behind them."""


def _untagged(loader: Any, _: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_scalar(node)


_Loader.add_multi_constructor("!", _untagged)


def _read_template(path: Path) -> dict[str, Any]:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)


class _LikeLambda(logging.Formatter):
    """Lambda's runtime writes each record as JSON; here that is done as well, and thrown away."""

    def format(self, record: logging.LogRecord) -> str:
        return json.dumps(record.__dict__, default=str)


def _log_to_nowhere() -> None:
    nowhere = logging.FileHandler(os.devnull)
    nowhere.setFormatter(_LikeLambda())
    logging.basicConfig(handlers=[nowhere])


if __name__ == "__main__":
    main()
