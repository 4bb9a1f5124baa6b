"""A clock that is killed in a transaction: `python -m tests.promises.interrupted <url> <moment>`.

It reports when it is ready, waits for a line on stdin, executes the gamble that is due, and stops before the COMMIT:
there it reports and waits to be killed.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime

from community.gambles.execution import execute
from kernel.database import connect, transaction
from tests.promises import modules


@contextmanager
def interrupted(url: str, moment: datetime) -> Iterator[subprocess.Popen[str]]:
    """The process, ready to begin."""
    process = modules.start("tests.promises.interrupted", url, moment.isoformat())
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def main() -> None:
    url, moment = sys.argv[1:]
    with closing(connect(url)) as conn:
        print("ready", flush=True)
        sys.stdin.readline()
        with transaction(conn, now=datetime.fromisoformat(moment)) as tx:
            assert execute(tx) is not None
            tx.execute("SELECT 1").fetchone()  # everything is written by now
            print("in the middle", flush=True)
            time.sleep(60)
            raise AssertionError("this process was not killed")


if __name__ == "__main__":
    main()
