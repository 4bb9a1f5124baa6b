"""The functions in template.yaml and their code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from local.stack import template as local_template
from local.stack.cloudformation import read_document
from tests.support.code import ROOT, reachable_from

DOCUMENT: dict[str, Any] = dict(read_document(ROOT / "template.yaml"))
RESOURCES: dict[str, Any] = DOCUMENT["Resources"]
TEMPLATE = local_template.load(ROOT / "template.yaml")
PROPERTIES: dict[str, dict[str, Any]] = {
    name: resource["Properties"]
    for name, resource in RESOURCES.items()
    if resource["Type"] == "AWS::Serverless::Function"
}
FUNCTIONS = sorted(PROPERTIES)
INNER = sorted(name for name in FUNCTIONS if "VpcConfig" in PROPERTIES[name])
OUTER = sorted(set(FUNCTIONS) - set(INNER))
GROUPS = sorted({route.function for route in TEMPLATE.api.routes})
CLOCKS = sorted(each.target.name for each in TEMPLATE.schedules if each.target.kind == "function")


def module_of(function: str) -> str:
    """Return the module of a function's handler or web server."""
    handler = PROPERTIES[function]["Handler"]
    return (
        handler.removesuffix("/run.sh").replace("/", ".") + ".__main__"
        if "/" in handler
        else handler.rpartition(".")[0]
    )


def folder_of(function: str) -> str:
    """Return a function's folder, such as functions/community/economy."""
    return "/".join(module_of(function).split(".")[:3])


def reachable(function: str) -> tuple[frozenset[str], frozenset[Path]]:
    """Return the modules that a function's code imports, and our files among them."""
    return reachable_from(module_of(function))
