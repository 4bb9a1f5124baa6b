"""`python -m local`"""

from __future__ import annotations

import signal
import sys
from typing import Final

TURN_SECONDS: Final = 0.0005
"""How long a thread may keep the interpreter while others want it; Python's own 5 ms are as long as a player's whole
call, and there are a good many turns in it."""


def run() -> int:
    # While we only import, there is nothing to stop in good order, and a traceback would help nobody.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.setswitchinterval(TURN_SECONDS)
    from local.command import main

    return main()


if __name__ == "__main__":
    sys.exit(run())
