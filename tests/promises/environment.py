"""A Lambda environment in its own process: `python -m tests.promises.environment`.

Takes a request as JSON on every line of stdin, [group, method, path, body], and answers [status, body] on stdout.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from tests.promises import modules
from tests.support.api import app_of, proxy_event


@dataclass(frozen=True)
class Environment:
    process: subprocess.Popen[str]

    def __call__(self, group: str, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """The status and body that the function of this group answers."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps([group, method, path, body]) + "\n")
        self.process.stdin.flush()
        status, answer = json.loads(self.process.stdout.readline())
        return status, answer


@contextmanager
def environment(url: str) -> Iterator[Environment]:
    process = modules.start("tests.promises.environment", DATABASE_URL=url)
    try:
        yield Environment(process)
    finally:
        process.kill()
        process.communicate()


def main() -> None:
    for line in sys.stdin:
        group, method, path, body = json.loads(line)
        answer = import_module(app_of(group)).handler(proxy_event(method, path, body), None)
        print(json.dumps([answer["statusCode"], json.loads(answer["body"])]), flush=True)


if __name__ == "__main__":
    main()
