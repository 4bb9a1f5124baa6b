"""The first import of every function: it disables garbage collection during startup.

What a function imports lives as long as its environment, so a collection during startup finds nothing and takes a
tenth of a cold start.
"""

from __future__ import annotations

import gc

from kernel.startup import run_startup_tasks

gc.disable()


def ready() -> None:
    """Run the startup tasks, exclude everything imported from garbage collection, and enable the collector."""
    run_startup_tasks()
    gc.freeze()
    gc.enable()
