"""The events that are declared anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

from kernel.events.models import Event
from tests.support.code import ROOT


def all_kinds_of(base: type[Event]) -> Iterator[type[Event]]:
    """Every event that is declared anywhere in the layers."""
    for folder in (ROOT / "layers/foundation", ROOT / "layers/community", ROOT / "layers/personas"):
        for file in folder.rglob("*.py"):
            if "(Event)" in file.read_text():
                import_module(".".join(file.relative_to(folder).with_suffix("").parts))
    for event in base.__subclasses__():
        if hasattr(event, "type"):
            yield event
        yield from all_kinds_of(event)
