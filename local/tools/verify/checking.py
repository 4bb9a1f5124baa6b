"""Checks and their report: a line for each, and the names of the parts that are broken."""

from __future__ import annotations

import http.client
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import urllib3
from websockets.exceptions import WebSocketException


class Broken(Exception):
    """Something does not do what it should; the text says what was expected and what happened."""


class Impossible(Exception):
    """A check needs what another one has not got; the text says what."""


@dataclass(slots=True)
class Report:
    """What has been found.

    Attributes:
        broken: the parts that are broken, each once, in order.
        counts: {ok, failed or skipped: how many checks}.
    """

    broken: list[str] = field(default_factory=list[str])
    counts: Counter[str] = field(default_factory=Counter[str])

    @contextmanager
    def check(self, part: str, claim: str) -> Iterator[list[str]]:
        """Wrap what tries a part, and print whether the claim holds. A part that fails stops no other.

        Yields:
            A list for what is seen meanwhile, which is printed with the claim.
        """
        seen: list[str] = []
        try:
            yield seen
        except Impossible as error:
            self.counts["skipped"] += 1
            print(f"skipped  {part}: {claim} ({error})", flush=True)
        except (
            Broken,
            OSError,
            http.client.HTTPException,
            urllib3.exceptions.HTTPError,
            WebSocketException,
            LookupError,
            TypeError,
            ValueError,
        ) as error:
            reason = str(error) if isinstance(error, Broken) else f"{type(error).__name__}: {error}"
            self.counts["failed"] += 1
            print(f"FAILED   {part}: {claim}: {reason}", flush=True)
            if part not in self.broken:
                self.broken.append(part)
        else:
            self.counts["ok"] += 1
            print(f"ok       {part}: {claim}{': ' if seen else ''}{', '.join(seen)}", flush=True)
