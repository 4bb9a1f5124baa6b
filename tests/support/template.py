"""What template.yaml says of its functions, and where their code is."""

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
    """Where its handler is, or its web server."""
    handler = PROPERTIES[function]["Handler"]
    return (
        handler.removesuffix("/run.sh").replace("/", ".") + ".__main__"
        if "/" in handler
        else handler.rpartition(".")[0]
    )


def folder_of(function: str) -> str:
    """Such as functions/community/economy."""
    return "/".join(module_of(function).split(".")[:3])


def reachable(function: str) -> tuple[frozenset[str], frozenset[Path]]:
    """Modules that its code imports, and the files of ours among them."""
    return reachable_from(module_of(function))
