"""`python -m local.stack`"""

from __future__ import annotations

import signal
import sys


def run() -> int:
    # While we only import, there is nothing to stop in good order, and a traceback would help nobody.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from local.stack.command import main

    return main()


if __name__ == "__main__":
    sys.exit(run())
