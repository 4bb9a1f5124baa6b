"""/api/v1/admin. Source: wire 13."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from community.catalog import sync
from community.catalog.content import items as catalogue
from community.configs import shipped
from community.inventory.service import add_item
from community.jobs.content import jobs
from community.linking.registration import register
from community.players.models import PlayerRef
from community.progression.service import current_state
from community.timeouts import service as timeouts
from kernel import metrics
from kernel.content.library import Library
from kernel.counters import service as counters
from kernel.database import Connection, transaction
from tests.support.api import CallApi
from tests.support.factories import make_player

# ---------------------------------------------------------------- names


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of configs/ to spoil."""
    shutil.copytree(shipped.root, tmp_path / "configs" / "community")
    monkeypatch.setattr(sync, "shipped", Library(tmp_path / "configs" / "community"))
    return tmp_path / "configs" / "community"


def edit(file: Path, change: Callable[[Any], None]) -> None:
    document = json.loads(file.read_text())
    change(document)
    file.write_text(json.dumps(document))


def spade_names(conn: Connection) -> tuple[str, ...]:
    with transaction(conn) as tx:
        names = current_state(tx).names
    return names.aliases["item_spade"].default if "item_spade" in names.aliases else ()


def test_new_names_are_taken_from_the_files(call: CallApi, conn: Connection, files: Path):
    def always_frosty(document: Any) -> None:
        document["themes"] = {"frost": {"start": "01-01", "end": "12-31"}}

    edit(files / "item_themes.json", always_frosty)
    aliases = {"item_spade": {"default": ["digger"], "themes": {"frost": ["ice pick"]}}}
    edit(files / "item_aliases.json", lambda document: document.update(aliases=aliases))

    answer = call("POST", "/api/v1/admin/reload-aliases")

    assert answer.status == 200
    assert answer.json == {"message": "Item names reloaded.", "active_theme": "frost"}
    assert spade_names(conn) == ("digger",)


def test_there_may_be_no_theme(call: CallApi, files: Path):
    (files / "item_themes.json").unlink()

    answer = call("POST", "/api/v1/admin/reload-aliases")

    assert (answer.status, answer.json["active_theme"]) == (200, "")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda file: file.write_text('{"version": "1.0"'),
        lambda file: file.write_text("[]"),
        lambda file: file.write_text('"item-aliases"'),
        lambda file: file.write_bytes(b'{"version": "\xff"}'),
        lambda file: edit(file, lambda document: document.pop("version")),
        lambda file: edit(file, lambda document: document.update(schema="item-themes")),
        lambda file: edit(file, lambda document: document["aliases"].update(item_sapde={"default": ["x"]})),
        lambda file: edit(file, lambda document: document["aliases"].update(item_spade={"themes": {"no_such": ["x"]}})),
    ],
    ids=[
        "cut off",
        "a list",
        "a text",
        "not UTF-8",
        "no version",
        "another kind",
        "unknown item",
        "unknown theme",
    ],
)
def test_a_broken_file_keeps_the_old_names(call: CallApi, conn: Connection, files: Path, spoil: Callable[[Path], None]):
    before = spade_names(conn)
    spoil(files / "item_aliases.json")

    answer = call("POST", "/api/v1/admin/reload-aliases")

    assert answer.status == 400
    assert answer.json["code"] == "validation"
    assert "item_aliases.json" in answer.json["error"]
    assert "\n" not in answer.json["error"]
    assert spade_names(conn) == before


# ---------------------------------------------------------------- the state of the house


def test_the_cache_reports_under_both_spellings(call: CallApi, conn: Connection):
    with transaction(conn) as tx:
        current_state(tx)
        current_state(tx)

    stats = call("GET", "/api/v1/admin/cache/stats").json

    assert stats.keys() == {
        *("hits", "misses", "evictions", "size", "hit_rate"),
        *("Hits", "Misses", "Evictions", "Size"),
    }
    assert all(stats[name.lower()] == stats[name] for name in ("Hits", "Misses", "Evictions", "Size"))
    assert stats["size"] == 1
    assert stats["hits"] >= 1
    assert stats["hit_rate"] == stats["hits"] / (stats["hits"] + stats["misses"])


def test_figures_of_a_fresh_fleet_are_zero(call: CallApi):
    answer = call("GET", "/api/v1/admin/metrics")

    assert answer.status == 200
    assert answer.json == {
        "http": {
            "requests_total_by_status": {},
            "avg_latency_ms": 0.0,
            "p95_latency_ms": 0.0,
            "in_flight": 0,
        },
        "events": {"published_total_by_type": {}, "handler_errors_by_type": {}},
        "business": {"items_sold": {}, "items_bought": {}},
        "sse": {"client_count": 0},
    }


def test_figures_add_up_over_routes_and_environments(call: CallApi, conn: Connection, monkeypatch: pytest.MonkeyPatch):
    for path, status, times, seconds in (("/a", 200, 80, 0.004), ("/b", 200, 14, 0.02), ("/b", 400, 6, 0.2)):
        # Each line is an environment that reports what it has served.
        monkeypatch.setattr(metrics, "_environment", metrics._Environment())
        metrics._environment.flushed_at -= metrics.FLUSH_EVERY
        for _ in range(times):
            metrics.count_request("GET", path, status, seconds)
        with transaction(conn) as tx:
            metrics.flush_if_due(tx)
    with transaction(conn) as tx:
        counters.add(tx, {("items_sold_total", "item_spade"): 7, ("items_bought_total", "item_stick"): 2})
        counters.add(tx, {("events_published_total", "item.sold"): 3, ("money_earned_total", ""): 9})

    figures = call("GET", "/api/v1/admin/metrics").json

    assert figures["http"]["requests_total_by_status"] == {"200": 94, "400": 6}
    assert figures["http"]["avg_latency_ms"] == pytest.approx((80 * 4 + 14 * 20 + 6 * 200) / 100)
    assert figures["http"]["p95_latency_ms"] == 250
    assert figures["business"] == {"items_sold": {"item_spade": 7}, "items_bought": {"item_stick": 2}}
    assert figures["events"]["published_total_by_type"] == {"item.sold": 3}


# ---------------------------------------------------------------- users


def test_a_name_is_looked_up_on_its_platform(call: CallApi, conn: Connection):
    with transaction(conn, now=datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC)) as tx:
        player, _ = register(tx, PlayerRef("twitch", "1", "Owl"), PlayerRef("discord", "2", "owl#2"))

    answer = call("GET", "/api/v1/admin/users/lookup", query={"platform": "Twitch", "username": "oWL#2"})
    assert (answer.status, answer.json["code"]) == (404, "not_found")

    answer = call("GET", "/api/v1/admin/users/lookup", query={"platform": "DISCORD", "username": "oWL#2"})
    assert answer.status == 200
    assert answer.json == {
        "id": str(player.id),
        "platform": "discord",
        "platform_id": "2",
        "username": "owl#2",
        "created_at": "2026-01-02T03:04:05Z",
    }


def test_the_newest_players_come_first(call: CallApi, conn: Connection):
    for number in range(12):
        with transaction(conn, now=datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=number)) as tx:
            make_player(tx, f"owl{number}", platform_id=f"{number}")

    default = call("GET", "/api/v1/admin/users/recent").json
    two = call("GET", "/api/v1/admin/users/recent", query={"limit": "2"}).json

    assert [user["username"] for user in default] == [f"owl{number}" for number in range(11, 1, -1)]
    assert two == default[:2]
    assert two[0].keys() == {*("id", "internal_id", "platform", "platform_id", "username", "twitch_id", "created_at")}
    assert (two[0]["platform"], two[0]["platform_id"], two[0]["twitch_id"]) == ("twitch", "11", "11")


def test_nobody_asks_for_too_many(call: CallApi, subtests: pytest.Subtests):
    for limit in ["0", "101", "-1", "x", "1e9", ""]:
        with subtests.test(limit=limit):
            answer = call("GET", "/api/v1/admin/users/recent", query={"limit": limit})

            assert (answer.status, answer.json["code"]) == (400, "validation")
            assert answer.json["fields"].keys() == {"limit"}


# ---------------------------------------------------------------- content


def test_the_catalogue_is_shown_whole(call: CallApi):
    items = call("GET", "/api/v1/admin/items").json

    assert [item["internal_name"] for item in items] == list(catalogue.by_name)
    assert items[0].keys() >= {"item_id", "item_name", "public_name", "base_value", "types", "content_type"}


def test_jobs_are_listed_for_the_panel(call: CallApi):
    listed = call("GET", "/api/v1/admin/jobs").json

    assert {job["Key"] for job in listed} == set(jobs.by_key)
    assert all(job["Key"] == job["key"] and job["DisplayName"] == job["display_name"] for job in listed)


# ---------------------------------------------------------------- events

EVENTS = "/api/v1/admin/events"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def log(conn: Connection) -> UUID:
    """One timeout every minute from noon on, and then an item for the player whose id this is."""
    for minute in range(5):
        with transaction(conn, now=NOON + timedelta(minutes=minute)) as tx:
            timeouts.apply_timeout(tx, PlayerRef("twitch", username=f"troll{minute}"), timedelta(seconds=1))
    with transaction(conn, now=NOON + timedelta(minutes=5)) as tx:
        alice = make_player(tx)
        add_item(tx, alice, "spade", 1)
        row = tx.execute("SELECT user_id FROM users").fetchone()
    assert row is not None
    return row["user_id"]


def times(call: CallApi, **query: str) -> list[str]:
    answer = call("GET", EVENTS, query=query)
    assert answer.status == 200
    return [event["created_at"][11:16] for event in answer.json["events"]]


def test_the_log_is_read_backwards(call: CallApi, log: UUID):
    answer = call("GET", EVENTS)

    assert [event["event_type"] for event in answer.json["events"]] == ["item.added"] + ["timeout.applied"] * 5
    added, applied = answer.json["events"][:2]
    assert added["id"] > applied["id"]
    assert added["user_id"] == added["payload"]["user_id"] == str(log)
    assert applied.keys() == {"id", "event_id", "event_type", "payload", "created_at"}
    assert applied["payload"]["username"] == "troll4"
    assert datetime.fromisoformat(applied["created_at"]) == NOON + timedelta(minutes=4)


def test_the_log_is_filtered(call: CallApi, log: UUID):
    assert times(call, limit="2") == ["12:05", "12:04"]
    assert times(call, user_id=str(log)) == ["12:05"]
    assert times(call, user_id=str(UUID(int=0))) == []
    assert times(call, event_type="timeout.applied", limit="1") == ["12:04"]
    assert times(call, since="2026-03-01T12:03:00Z") == ["12:05", "12:04", "12:03"]
    assert times(call, until="2026-03-01T14:01:00+02:00") == ["12:01", "12:00"]
    assert times(call, event_type="timeout.applied", since="2026-03-01T12:01:00Z", until="2026-03-01T12:02:00Z") == [
        "12:02",
        "12:01",
    ]


def test_a_wrong_filter_is_named(call: CallApi, subtests: pytest.Subtests):
    for name, value in [
        ("user_id", "alice"),
        ("user_id", "1" * 200),
        ("since", "yesterday"),
        ("since", "2026-03-01"),
        ("since", "2026-03-01T12:00:00"),
        ("until", "9" * 400),
        ("until", "NaN"),
        ("event_type", "x\x00y"),
        ("event_type", "x" * 101),
        ("limit", "0"),
        ("limit", "1001"),
        ("limit", "9" * 5000),
    ]:
        with subtests.test(name=name, value=value):
            answer = call("GET", EVENTS, query={name: value})

            assert (answer.status, answer.json["code"]) == (400, "validation")
            assert answer.json["fields"].keys() == {name}


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "1e10"])
def test_the_ends_of_time_are_no_accident(call: CallApi, moment: str):
    for name in ("since", "until"):
        assert call("GET", EVENTS, query={name: moment}).status in (200, 400)
