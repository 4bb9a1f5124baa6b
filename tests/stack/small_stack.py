"""Small stacks from a few lines of template, with handlers that the test defines."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, Final
from uuid import uuid4

from local.stack.stack import Stack

HEAD: Final = """
Transform: AWS::Serverless-2016-10-31
Globals: {Function: {CodeUri: ., Timeout: 30, VpcConfig: {}}}
Resources:
"""
PATIENCE: Final = 60.0
"""Seconds for what comes at once unless the machine has much else to do."""

Handler = Callable[..., Any]


@contextmanager
def running(folder: Path, template: str, *, kept: Path | None = None, **handlers: Handler) -> Iterator[Stack]:
    """A stack whose template says `Handler: MODULE.<name>` where the test gives `name=...`.

    Such a handler runs in this process, so its function has a VpcConfig.

    Args:
        kept: the file in which queues keep their messages; None: in memory.
    """
    module = ModuleType(f"handlers_{uuid4().hex}")
    for name, handler in handlers.items():
        setattr(module, name, handler)
    sys.modules[module.__name__] = module
    path = folder / "template.yaml"
    path.write_text(template.replace("MODULE", module.__name__), encoding="utf-8")
    stack = Stack(path, database_url="", retry_delays=(0.05, 0.05), messages=kept)
    try:
        yield stack.start()
    finally:
        stack.stop()
        del sys.modules[module.__name__]


def eventually(holds: Callable[[], Any], seconds: float = PATIENCE) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.01)
