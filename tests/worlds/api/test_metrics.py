"""The numbers of Worlds on /metrics, from all environments together. Source: worlds 26."""

from __future__ import annotations

import json
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

import kernel.connections
from functions.shared.feed import app as feed
from functions.worlds.play import app as play
from functions.worlds.post_desk import app as desk
from kernel import connections, metrics
from kernel.accounts import tokens
from kernel.accounts.key_ring import ring
from kernel.database import Connection, transaction
from tests.support.api import CallApi
from tests.support.grounds import make_ground
from tests.support.people import Someone
from tests.support.prometheus import Family, parse
from tests.support.worlds import Player, come_to, come_to_lobby
from worlds.ground import cache
from worlds.posts import service as posts


@pytest.fixture(autouse=True)
def flushing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every action saves what was counted before it."""
    monkeypatch.setattr(metrics, "FLUSH_EVERY", 0.0)
    for name, empty in (("sums", {}), ("counts", Counter())):
        monkeypatch.setattr(metrics._environment, name, empty)


def send(player: Player, message: Any, request_id: str = "r") -> list[dict[str, Any]]:
    """Send a frame over a player's connection; return the documents of its answer."""
    body = message if isinstance(message, str) else json.dumps(message)
    context = {"connectionId": player.connection_id, "eventType": "MESSAGE", "requestId": request_id}
    answered = play.handler({"requestContext": context, "body": body}, None)["body"]
    return [json.loads(line) for line in answered.split("\n") if line]


def types(player: Player, text: str) -> list[dict[str, Any]]:
    return send(player, {"type": "command", "data": {"text": text}})


def scrape(call: CallApi) -> dict[str, Family]:
    """Return the metrics, with what was counted just before: a scrape takes its own environment's counts along."""
    return [parse(call("GET", "/metrics", role=None).text) for _ in range(3)][-1]


def test_26_2_ten_requests_raise_the_counter_by_ten_in_whichever_environments(
    call: CallApi, environment: Connection, database_url: str, ann: Someone, monkeypatch: pytest.MonkeyPatch
):
    """Worlds 26, acceptance 2."""
    monkeypatch.setattr(kernel.connections, "settings", replace(kernel.connections.settings, database_url=database_url))
    together = threading.Barrier(5)

    def environment_of_its_own() -> None:
        together.wait()
        for _ in range(2):
            assert call("GET", "/api/auth/me", headers=ann.headers).status == 200
        call("GET", "/api/session/state", headers=ann.headers)  # its counts leave with the next call
        connections.connection().close()

    threads = [threading.Thread(target=environment_of_its_own) for _ in range(5)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    counted = scrape(call)["http_requests_total"]
    assert counted.value(method="GET", path="/api/auth/me", status="200") == 10


def test_sockets_and_their_messages_are_counted(call: CallApi, environment: Connection):
    with transaction(environment) as tx:
        ann, _ = come_to_lobby(tx), come_to_lobby(tx)

    types(ann, "look")
    types(ann, "nonsense")
    send(ann, {"type": "ping"})
    send(ann, "{")

    page = scrape(call)
    assert page["websocket_active_connections"].value(type="worlds") == 2
    assert page["websocket_active_connections"].value(type="community") == 0
    received = page["hub_messages_processed_total"]
    assert [received.value(type=kind) for kind in ("command", "ping", "invalid")] == [2, 1, 1]
    answered = page["hub_command_duration_seconds"]
    assert answered.value("_count") == 2
    assert answered.value("_sum") > 0


def test_posts_are_counted_with_the_time_until_their_player_had_them(call: CallApi, environment: Connection):
    with transaction(environment, now=datetime.now(UTC) - timedelta(seconds=2)) as tx:
        ann = come_to_lobby(tx)
        waiting = len(tx.execute("SELECT FROM worlds.posts").fetchall())
        [delivery] = posts.claim(tx)
    desk.handler(
        {
            "op": "report",
            "delivered": [{"character_id": str(ann.character_id), "seq": delivery.last_seq, "ago": 1.9}],
        },
        None,
    )

    page = scrape(call)

    assert page["hub_messages_processed_total"].value(type="post") == waiting
    took = page["hub_broadcast_duration_seconds"]
    assert (took.value("_count"), took.value("_bucket", le="0.05")) == (waiting, 0)
    assert 0.1 * waiting <= took.value("_sum") < waiting * 1.9


def test_what_is_remembered_of_ground_and_maps_is_counted_by_level(
    call: CallApi, environment: Connection, monkeypatch: pytest.MonkeyPatch
):
    with transaction(environment) as tx:
        world = make_ground(tx)
        ann = come_to(tx, world.world_id, "Ann")
    monkeypatch.setattr(cache, "tiles", cache.Remembered(cache.MOST_TILES))

    for _ in range(3):
        types(ann, "look")
    for _ in range(2):
        call("GET", f"/api/game/worlds/{world.world_id}/map", headers=_signed_in(ann))

    page = scrape(call)
    hits, misses = page["cache_hits_total"], page["cache_misses_total"]
    assert (hits.value(level="l1"), misses.value(level="l1")) == (2, 1)
    assert (hits.value(level="l2"), misses.value(level="l2")) == (1, 1)


def test_events_are_counted_that_were_appended_and_no_others(call: CallApi, environment: Connection):
    with transaction(environment) as tx:
        ann = come_to_lobby(tx)
    before = _appended(environment, "character")

    types(ann, "n")
    types(ann, "fly")  # refused, or not: the log knows

    appended = _appended(environment, "character") - before
    assert appended
    assert scrape(call)["events_appended_total"].value(aggregate="character") == appended


def test_worlds_with_people_tell_their_time_and_whether_their_tables_lag_behind(call: CallApi, environment: Connection):
    with transaction(environment) as tx:
        for _ in range(2):
            come_to_lobby(tx)
        tx.execute("UPDATE worlds.worlds SET told_until = 61500")
    lobby = "00000000-0000-0000-0000-000000000000"

    page = scrape(call)
    assert page["world_settled_game_seconds"].value(world=lobby) == 61.5
    assert page["projection_lag_seconds"].value(world=lobby) == 0

    with transaction(environment) as tx:  # a character's row has lost its last event
        tx.execute("UPDATE worlds.characters SET version = version - 1")
    assert scrape(call)["projection_lag_seconds"].value(world=lobby) > 0


def test_only_the_busiest_worlds_have_metrics_of_their_own(
    call: CallApi, environment: Connection, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("functions.shared.system.queries.WORLDS_LISTED", 1)
    with transaction(environment) as tx:
        world = make_ground(tx)
        come_to(tx, world.world_id, "Ann")
        for _ in range(2):
            come_to_lobby(tx)

    assert [labels for _, labels in scrape(call)["projection_lag_seconds"].samples] == [
        (("world", "00000000-0000-0000-0000-000000000000"),)
    ]


def test_sockets_of_the_community_are_known_for_some_minutes(call: CallApi, environment: Connection):
    feed.handler({"holders": [], "listeners": 7}, None)
    sockets = scrape(call)["websocket_active_connections"]
    with transaction(environment) as tx:
        tx.execute("UPDATE kernel.gauges SET measured_at = measured_at - interval '4 minutes'")

    assert sockets.value(type="community") == 7
    assert scrape(call)["websocket_active_connections"].value(type="community") == 0


def _appended(conn: Connection, kind: str) -> int:
    [row] = conn.execute("SELECT count(*) AS n FROM worlds.events WHERE aggregate_type = %s", (kind,))
    return row["n"]


def _signed_in(player: Player) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens.issue_access(ring(tokens.ACCESS)[0], player.me, datetime.now(UTC))}"}
