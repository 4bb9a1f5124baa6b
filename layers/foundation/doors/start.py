"""The first import of every function: it disables garbage collection during startup.

What a function imports lives as long as its environment, so a collection during startup finds nothing and takes a
tenth of a cold start.
"""

from __future__ import annotations

import gc
import logging

from kernel.startup import run_startup_tasks

gc.disable()
# Lambda's log lines name neither process, thread nor source line, and finding them costs a third of a line.
# Source: "Optimization" in Python's logging HOWTO.
logging.logProcesses = logging.logMultiprocessing = logging.logThreads = False
logging.logAsyncioTasks = False  # pyright: ignore[reportAttributeAccessIssue]  # since Python 3.12
logging._srcfile = None


def ready() -> None:
    """Run the startup tasks, exclude everything imported from garbage collection, and enable the collector."""
    run_startup_tasks()
    gc.freeze()
    gc.enable()
