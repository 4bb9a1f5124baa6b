"""A proxy to Postgres that cuts connections: before, within or after a request of the client."""

from __future__ import annotations

from collections import Counter
from random import Random

from local.tools.postgres_proxy import FLUSH, PostgresProxy, ProxiedConnection

CUTS = ("unheard", "in mid-sentence", "before the sync", "unanswered")
_SYNC = b"S\x00\x00\x00\x04"  # ends a pipeline; COMMIT comes right before


class CuttingProxy(PostgresProxy):
    """Connect to `url` instead of the database's own.

    Args:
        chance: the probability that a client's round trip is cut.
    """

    def __init__(self, conninfo: str, rng: Random, chance: float = 0.0) -> None:
        super().__init__(conninfo)
        self._rng = rng
        self._chance = chance
        self._planned_cut: tuple[int, str] | None = None
        self.cuts: Counter[str] = Counter()
        self._held_back: dict[ProxiedConnection, bytes] = {}  # and not passed on

    def cut_at(self, trip: int, how: str) -> None:
        """Cut a client's round trip (1 is the next) in one of the ways in `CUTS`."""
        self._planned_cut = (trip, how)

    def _request(self, connection: ProxiedConnection, data: bytes) -> None:
        """Hold back pieces of a query until it is complete, because libpq sends it piece by piece."""
        data = self._held_back.pop(connection, b"") + data
        if data.endswith((FLUSH, _SYNC)):
            if how := self._choose_cut():
                self._cut(connection, data, how)
            else:
                self._pass_on(connection.requests, data)
        elif data[:1] in (b"P", b"B", b"D", b"E"):  # part of a query
            self._held_back[connection] = data
        else:  # a login, a farewell
            self._pass_on(connection.requests, data)

    def _choose_cut(self) -> str | None:
        if self._planned_cut is not None:
            trip, how = self._planned_cut
            self._planned_cut = (trip - 1, how) if trip > 1 else None
            return how if trip == 1 else None
        return self._rng.choice((*CUTS, "unanswered")) if self._rng.random() < self._chance else None

    def _cut(self, connection: ProxiedConnection, data: bytes, how: str) -> None:
        self.cuts[how] += 1
        if how == "unheard":
            raise ConnectionAbortedError
        if how == "in mid-sentence":
            data = data[: len(data) // 2]
        elif how == "before the sync":
            data = data.removesuffix(FLUSH).removesuffix(_SYNC)
        self._pass_on(connection.requests, data)
        connection.drop_client()
