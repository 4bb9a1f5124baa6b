"""The first import of every function: nothing is collected while it starts.

What a function imports lives as long as its environment. Collecting in between costs a tenth of a cold start and
finds nothing.
"""

from __future__ import annotations

import gc

from kernel.startup import run_startup_tasks

gc.disable()


def ready() -> None:
    """Everything is imported: it is set aside for good, and collecting begins."""
    run_startup_tasks()
    gc.freeze()
    gc.enable()
