"""Write the table of what each request costs the database: `python -m local.tools.statements`.

It plays the requests of the bench against a Postgres of its own, with known dice. A test compares the table with what
it counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from community import inboxes
from kernel.database import transaction
from kernel.switches import service as switches
from local.bench.trips import Cost, count, spent
from local.tools.environment import begun_game, call, new_database
from local.tools.postgres_proxy import PostgresProxy

FILE: Final = Path(__file__).resolve().parents[2] / "docs" / "statements.md"

NEVER: Final = 10**9
"""For what is asked now and then: the question would fall on one request or another by chance."""

HEAD: Final = """# What each request costs the database

An action takes two round trips, a look one. Both columns are counted on the wire; BEGIN, COMMIT and the questions
behind it count as statements, except those that an environment asks now and then along with others: about a long inbox
every 64 entries, about switches every two seconds. Newcomers are counted while nothing waits for accounts that are no
player's yet, neither an import nor a timeout. `make generated` writes this table; a test compares it.

| Request | Round trips | Statements |
|---|---|---|
"""


def document(costs: Mapping[str, Cost]) -> str:
    """Return the table as Markdown."""
    rows = [f"| {name} | {cost.round_trips} | {cost.statements} |\n" for name, cost in costs.items()]
    return HEAD + "".join(rows)


def documented() -> dict[str, Cost]:
    """Return the costs in the table as it is."""
    rows = [line.strip("| \n").split(" | ") for line in FILE.read_text().splitlines() if line.startswith("| ")]
    return {name: Cost(int(round_trips), int(sent)) for name, round_trips, sent in rows[1:]}


def main() -> None:
    with new_database() as url:
        FILE.write_text(document(_counted(url)))
    print(FILE)


def _counted(database_url: str) -> dict[str, Cost]:
    inboxes.ASK_EVERY = switches.RELIED_ON_SECONDS = NEVER
    with PostgresProxy(database_url, counts_statements=True) as wire, begun_game(wire.url) as conn:
        with transaction(conn) as tx:
            # Out of reach: the request that makes the last point turns the cycle, too.
            tx.execute("UPDATE unlock_progress SET starts_at_points = 1000000000000 WHERE unlocked_at IS NULL")
        return count(call, lambda: spent(wire))


if __name__ == "__main__":
    main()
