"""Checks and their report: a line for each, and the names of the parts that are broken."""

from __future__ import annotations

import http.client
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
    """

    broken: list[str] = field(default_factory=list[str])

    @contextmanager
    def check(self, part: str, claim: str) -> Iterator[None]:
        """Wrap what tries a part, and print whether the claim holds. A part that fails stops no other."""
        try:
            yield
        except Impossible as error:
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
            print(f"FAILED   {part}: {claim}: {reason}", flush=True)
            if part not in self.broken:
                self.broken.append(part)
        else:
            print(f"ok       {part}: {claim}", flush=True)
