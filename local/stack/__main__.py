"""`python -m local.stack`"""

from __future__ import annotations

import signal
import sys


def run() -> int:
    # During the imports there is nothing to shut down, and a traceback would not help.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from local.stack.command import main

    return main()


if __name__ == "__main__":
    sys.exit(run())
