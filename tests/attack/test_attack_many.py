from __future__ import annotations

from contextlib import suppress
from random import Random

import psycopg
import pytest

from community.catalog.content import items
from community.items.service import use_item
from community.players import service as players
from community.players.models import PlayerRef
from community.messages.models import Line
from community.messages import service as messages
from community.items.service import use_item
from kernel import statements
from kernel.database import Connection, transaction
from kernel.errors import DomainError
from tests.support.factories import make_player, unlock
from community.progression.content import tree


def test_ten_thousand_of_everything(conn: Connection, monkeypatch):
    most = {}
    send = statements.Statements._send

    def spy(self, cursor, segment):
        n = len(cursor._types)
        if n > most.get("n", 0):
            most["n"] = n
            most["sql"] = cursor.sql[:300]
        return send(self, cursor, segment)

    monkeypatch.setattr(statements.Statements, "_send", spy)
    with transaction(conn) as tx:
        unlock(tx, *tree.nodes)
        make_player(tx, "alice", platform_id="1", items={i.internal_name: 20_000 for i in items.by_id.values()})
        make_player(tx, "bob", platform_id="2")
    for item in items.by_id.values():
        for target in ("bob", "blacksmith", None):
            most.clear()
            try:
                with transaction(conn) as tx:
                    use_item(tx, PlayerRef("twitch", "1", "alice"), item.internal_name, 10_000, target)
            except DomainError as error:
                continue
            except Exception as error:
                print("!!", item.internal_name, target, repr(error)[:200])
                raise
            print(item.internal_name, target, most)
            break


def test_a_batch_is_as_if_its_lines_came_one_by_one(conn: Connection, database_url: str):
    """The same lines in both ways; ids twice, names that change, unicode, traps."""
    from tests.support.factories import stored

    ids = ["1", "2", "3", "\u0131", "i", "I", "\U0001f600", "e\u0301", "\u00e9", " 1", "0" * 100]
    names = ["a", "A", "\u0130", "x" * 100, "\U0001f600", "%s", "$1", "\\", "'; --", "\u202e", "a"]
    for seed in range(15):
        rng = Random(seed)
        lines = [(rng.choice(ids), rng.choice(names), rng.choice(["hi", "$1 %s", "treasure", ""])) for _ in range(25)]
        snapshots = []
        for way in ("batch", "single"):
            with suppress(_Undo), transaction(conn, rng=_NoLuck(seed)) as tx:
                unlock(tx, *tree.nodes)
                for who in ("1", "2"):
                    make_player(tx, f"n{who}", platform_id=who, items={"trap": 1} if False else {})
                ref = {who: stored(tx, PlayerRef("twitch", who)).id for who in ("1", "2")}
                tx.execute(
                    "INSERT INTO traps (trap_id, setter_id, target_id, quality_level, timeout_seconds, placed_at)"
                    " VALUES (gen_random_uuid(), %s, %s, 'COMMON', 60, now())", (ref["2"], ref["1"]))
                if way == "batch":
                    messages.handle_messages(tx, "twitch", [Line(PlayerRef("twitch", i, n), t) for i, n, t in lines])
                else:
                    for i, n, t in lines:
                        messages.handle_message(tx, PlayerRef("twitch", i, n), t)
                snap = {
                    "links": tx.execute("SELECT platform_user_id, l.username, u.username AS u FROM user_platform_links l JOIN users u USING (user_id) ORDER BY 1").fetchall(),
                    "active": tx.execute("SELECT platform_user_id FROM active_chatters JOIN user_platform_links USING (user_id, platform) ORDER BY 1").fetchall(),
                    "stats": tx.execute("SELECT platform_user_id, event_type, count(*) AS n FROM stats_inbox JOIN user_platform_links USING (user_id) GROUP BY 1, 2 ORDER BY 1, 2").fetchall(),
                    "eng": tx.execute("SELECT platform_user_id, metric, sum(value) AS n FROM engagement_inbox JOIN user_platform_links USING (user_id) GROUP BY 1, 2 ORDER BY 1, 2").fetchall(),
                    "points": tx.execute("SELECT sum(points) AS p FROM contribution_shards").fetchall(),
                    "traps": tx.execute("SELECT triggered_at IS NULL AS waiting FROM traps").fetchall(),
                    "events": tx.execute("SELECT event_type, count(*) AS n FROM events GROUP BY 1 ORDER BY 1").fetchall(),
                    "timeouts": tx.execute("SELECT count(*) AS n FROM timeouts").fetchall(),
                    "streaks": tx.execute("SELECT streak FROM user_streaks ORDER BY 1").fetchall(),
                }
                snapshots.append(snap)
                raise _Undo
        for part in snapshots[0]:
            assert snapshots[0][part] == snapshots[1][part], (seed, part)


class _Undo(Exception):
    pass


class _NoLuck(Random):
    def random(self) -> float:
        return 0.99

    def getrandbits(self, k: int) -> int:
        return super().getrandbits(k)
