"""Deleting versions of functions that no alias uses.

SAM keeps every version, and with SnapStart each has a snapshot that AWS charges for.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

MOST_AT_ONCE = 200
"""CloudFormation waits for us meanwhile; what is left is deleted by the next deployment."""

_FUNCTION = "AWS::Lambda::Function"
_NUMBERLESS = "$LATEST"


def delete_unused(cloudformation: Any, functions: Any, stack: str) -> list[str]:
    """Delete every published version that no alias points to, of all functions in a stack.

    The versions in use stay, so a deployment that fails later can return to them.

    Args:
        cloudformation, functions: boto3 clients of CloudFormation and Lambda.
        stack: the stack's id.

    Returns:
        What was deleted, as "function:version".
    """
    deleted: list[str] = []
    for function, version in islice(_unused(cloudformation, functions, stack), MOST_AT_ONCE):
        functions.delete_function(FunctionName=function, Qualifier=version)
        deleted.append(f"{function}:{version}")
    return deleted


def _unused(cloudformation: Any, functions: Any, stack: str) -> Iterator[tuple[str, str]]:
    for function in _functions(cloudformation, stack):
        used = {alias["FunctionVersion"] for alias in _pages(functions, "list_aliases", "Aliases", function)}
        versions = [each["Version"] for each in _pages(functions, "list_versions_by_function", "Versions", function)]
        yield from ((function, version) for version in versions if version != _NUMBERLESS and version not in used)


def _functions(cloudformation: Any, stack: str) -> Iterator[str]:
    for page in cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack):
        for resource in page["StackResourceSummaries"]:
            if resource["ResourceType"] == _FUNCTION and resource.get("PhysicalResourceId"):
                yield resource["PhysicalResourceId"]


def _pages(functions: Any, operation: str, member: str, function: str) -> Iterator[Any]:
    for page in functions.get_paginator(operation).paginate(FunctionName=function):
        yield from page[member]
