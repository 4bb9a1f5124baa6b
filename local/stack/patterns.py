"""EventBridge event patterns.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html

Why not `moto.events.models.EventPattern`: tried in version 5.2.5 with the cases of tests/stack/test_bus.py, it takes 0
for false and sees an empty array as existing; and an operator that it does not know matches every event, instead of
being refused at start.
"""

from __future__ import annotations

import ipaddress
import operator
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

_MISSING: Final = object()
_COMPARISONS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
    ">=": operator.ge,
    ">": operator.gt,
}


class PatternError(ValueError):
    """EventBridge would refuse this pattern."""


def matches(pattern: Mapping[str, Any], event: Mapping[str, Any]) -> bool:
    """Whether an event fits. Every field of the pattern must; one of a field's values is enough.

    Raises:
        PatternError: something that EventBridge does not know.
    """
    return all(
        any(matches(choice, event) for choice in wanted) if name == "$or" else _field_fits(name, wanted, event)
        for name, wanted in pattern.items()
    )


def check(pattern: Mapping[str, Any]) -> None:
    """Try every part of a pattern once.

    Raises:
        PatternError: at start, where `matches` would only raise for the event that reaches the mistake.
    """
    for name, wanted in pattern.items():
        if name == "$or":
            for choice in wanted:
                check(choice)
        elif isinstance(wanted, Mapping):
            check(wanted)
        elif not isinstance(wanted, list) or not wanted:
            raise PatternError(f"{name}: a value in a pattern is a list with at least one entry, or an object")
        else:
            for candidate in wanted:
                _fits(candidate, "")


def _field_fits(name: str, wanted: Any, event: Mapping[str, Any]) -> bool:
    found = event.get(name, _MISSING)
    if isinstance(wanted, Mapping):
        return matches(wanted, found if isinstance(found, Mapping) else {})
    # An array fits when one of its elements does. An object is no leaf: `exists` does not see it.
    values = found if isinstance(found, list) and found else [_MISSING if isinstance(found, Mapping | list) else found]
    return any(_fits(candidate, value) for candidate in wanted for value in values)


def _fits(candidate: Any, value: Any) -> bool:
    if not isinstance(candidate, Mapping):
        return _same(candidate, value)
    if len(candidate) != 1:
        raise PatternError(f"one operator at a time: {candidate}")
    name, operand = next(iter(candidate.items()))
    if name == "exists":
        return (value is not _MISSING) is operand
    if name not in _OPERATORS:
        raise PatternError(f"no such operator: {name}")
    return value is not _MISSING and _OPERATORS[name](operand, value)


def _same(wanted: Any, value: Any) -> bool:
    # In Python True == 1; in JSON they differ.
    return value is not _MISSING and isinstance(wanted, bool) is isinstance(value, bool) and wanted == value


def _prefix(operand: Any, value: Any) -> bool:
    if not isinstance(value, str):
        return False
    if isinstance(operand, Mapping):
        return value.lower().startswith(operand["equals-ignore-case"].lower())
    return value.startswith(operand)


def _suffix(operand: Any, value: Any) -> bool:
    if not isinstance(value, str):
        return False
    if isinstance(operand, Mapping):
        return value.lower().endswith(operand["equals-ignore-case"].lower())
    return value.endswith(operand)


def _ignore_case(operand: Any, value: Any) -> bool:
    return isinstance(value, str) and value.lower() in {str(item).lower() for item in _list(operand)}


def _wildcard(operand: Any, value: Any) -> bool:
    def fits(pattern: str) -> bool:
        # A backslash makes the next character literal.
        parts = re.findall(r"\\.|\*|[^\\*]+", pattern)
        regex = "".join(".*" if part == "*" else re.escape(part.removeprefix("\\")) for part in parts)
        return re.fullmatch(regex, value, re.DOTALL) is not None

    return isinstance(value, str) and any(fits(pattern) for pattern in _list(operand))


def _anything_but(operand: Any, value: Any) -> bool:
    if not isinstance(operand, Mapping):
        return not any(_same(item, value) for item in _list(operand))
    name, inner = next(iter(operand.items()))
    if name not in ("prefix", "suffix", "equals-ignore-case", "wildcard"):
        raise PatternError(f"anything-but does not take {name}")
    return not any(_OPERATORS[name](item, value) for item in _list(inner))


def _numeric(operand: list[Any], value: Any) -> bool:
    if len(operand) not in (2, 4) or any(sign not in _COMPARISONS for sign in operand[::2]):
        raise PatternError(f"numeric takes one or two comparisons: {operand}")
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return all(_COMPARISONS[sign](value, bound) for sign, bound in zip(operand[::2], operand[1::2], strict=True))


def _cidr(operand: str, value: Any) -> bool:
    network = ipaddress.ip_network(operand, strict=False)
    try:
        return ipaddress.ip_address(_text(value)) in network
    except ValueError:
        return False


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _list(operand: Any) -> list[Any]:
    return operand if isinstance(operand, list) else [operand]


_OPERATORS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "prefix": _prefix,
    "suffix": _suffix,
    "equals-ignore-case": _ignore_case,
    "wildcard": _wildcard,
    "anything-but": _anything_but,
    "numeric": _numeric,
    "cidr": _cidr,
}
