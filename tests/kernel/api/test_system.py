"""Health, version, metrics, documents and texts. Source: wire 3."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

import functions.shared.system.app
import kernel.connections
from community.economy.service import sell_item
from community.voting import controls
from kernel import action, metrics
from kernel.database import Connection, transaction
from kernel.events import service as events
from kernel.statements import take_times
from personas.digests import service as digests
from tests.support.api import Answer, CallApi, proxy_event
from tests.support.factories import make_player
from tests.support.people import make_account
from tests.support.personas import make_persona
from tests.support.prometheus import parse

INFO = "/api/v1/info"


@pytest.fixture
def ask() -> CallApi:
    """`call` for this function alone, which seldom needs a database."""

    def ask(method: str, path: str, body: Any = None, **options: Any) -> Answer:
        answer = functions.shared.system.app.handler(proxy_event(method, path, body, **options), None)
        return Answer(answer["statusCode"], answer["headers"], answer["body"])

    return ask


def at(path: str, *, stage: str = "") -> Answer:
    """Below a stage's name, as on AWS."""
    event = proxy_event("GET", path, role=None)
    event["requestContext"]["path"] = stage + path
    answer = functions.shared.system.app.handler(event, None)
    return Answer(answer["statusCode"], answer["headers"], answer["body"])


@pytest.fixture
def database_at(monkeypatch: pytest.MonkeyPatch) -> Any:
    """`database_at(url)`: from now on the function's settings name this database."""

    def point(url: str) -> None:
        settings = replace(kernel.connections.settings, database_url=url)
        monkeypatch.setattr(kernel.connections, "settings", settings)

    return point


@pytest.fixture
def silent_server() -> Iterator[str]:
    """The address of something that accepts connections and says nothing."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        yield f"host=127.0.0.1 port={server.getsockname()[1]} user=x dbname=x"


# ---------------------------------------------------------------- health and version


@pytest.mark.parametrize("path", ["/healthz", "/healthz/"])
def test_healthz(ask: CallApi, path: str):
    answer = ask("GET", path, role=None)

    assert (answer.status, answer.json) == (200, {"status": "ok"})
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_readyz_while_the_database_answers(ask: CallApi, database_url: str, database_at: Any):
    database_at(database_url)

    answer = ask("GET", "/readyz", role=None)

    assert (answer.status, answer.json) == (200, {"status": "ok"})


def test_readyz_when_the_database_refuses(ask: CallApi, database_at: Any):
    database_at("host=127.0.0.1 port=1 user=x dbname=x")

    answer = ask("GET", "/readyz", role=None)

    assert (answer.status, answer.json["status"]) == (503, "unavailable")
    assert answer.json["message"]


def test_readyz_waits_two_seconds_for_a_database_that_does_not_answer(
    ask: CallApi, database_at: Any, silent_server: str
):
    database_at(silent_server)

    started = time.monotonic()
    answer = ask("GET", "/readyz", role=None)

    assert (answer.status, answer.json["status"]) == (503, "unavailable")
    assert 1.9 < time.monotonic() - started < 5


def test_health_tells_check_by_check_that_all_is_well(
    ask: CallApi, environment: Connection, database_url: str, database_at: Any
):
    database_at(database_url)
    with transaction(environment) as tx:
        controls.unlock_node(tx, "feature_economy", 1)
        moment = tx.now

    answer = ask("GET", "/health", role=None)

    assert answer.status == 200
    assert answer.json | {"uptime": 0} == {
        "status": "ok",
        "uptime": 0,
        "version": "dev",
        "checks": {"database": "ok", "cache": "ok", "queue": "ok"},
        "last_event": moment.isoformat(timespec="seconds").replace("+00:00", "Z"),
    }
    assert answer.json["uptime"] >= 0
    assert ask("GET", "/health/ready", role=None).json == {"status": "ok"}


def test_health_is_degraded_while_events_do_not_leave(
    ask: CallApi, environment: Connection, database_url: str, database_at: Any
):
    database_at(database_url)
    with transaction(environment, now=datetime.now(UTC) - timedelta(minutes=6)) as tx:
        controls.unlock_node(tx, "feature_economy", 1)

    answer = ask("GET", "/health", role=None)

    assert (answer.status, answer.json["status"]) == (503, "degraded")
    assert answer.json["checks"] == {"database": "ok", "cache": "ok", "queue": "failing"}
    assert ask("GET", "/health/ready", role=None).status == 200


@pytest.mark.parametrize("silent", [False, True])
def test_worlds_26_1_with_the_database_down_health_is_degraded_within_two_seconds(
    ask: CallApi, database_at: Any, silent_server: str, silent: bool
):
    database_at(silent_server if silent else "host=127.0.0.1 port=1 user=x dbname=x password=hidden")

    started = time.monotonic()
    answer = ask("GET", "/health", role=None)

    assert time.monotonic() - started < 2
    assert (answer.status, answer.json["status"], answer.json["last_event"]) == (503, "degraded", None)
    assert answer.json["checks"] == {"database": "failing", "cache": "failing", "queue": "failing"}
    assert "hidden" not in answer.text
    assert ask("GET", "/health/live", role=None).json == {"status": "ok"}
    assert (ready := ask("GET", "/health/ready", role=None)).status == 503
    assert ready.json == {"status": "unavailable"}


def test_version(ask: CallApi, monkeypatch: pytest.MonkeyPatch):
    plain = ask("GET", "/version", role=None).json
    monkeypatch.setattr(
        functions.shared.system.app,
        "settings",
        replace(functions.shared.system.app.settings, version="1.2.3", git_commit="abc"),
    )
    told = ask("GET", "/version", role=None).json

    assert plain["go_version"].startswith("python3.")
    assert set(plain) == {"version", "go_version"}
    assert (told["version"], told["git_commit"]) == ("1.2.3", "abc")


# ---------------------------------------------------------------- metrics


def test_metrics_add_up_what_all_functions_have_counted(
    call: CallApi, environment: Connection, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(metrics, "FLUSH_EVERY", 0.0)
    monkeypatch.setattr(metrics._environment, "sums", {})
    with transaction(environment) as tx:
        controls.unlock_node(tx, "feature_economy", 1)
        controls.unlock_node(tx, "job_merchant", 1)
        sell_item(tx, make_player(tx, items={"item_spade": 3}), "spade", 2)
        events.publish_due(tx, lambda envelopes: [None if e.type == "item.sold" else "no" for e in envelopes])
    for _ in range(3):
        call("GET", "/api/v1/progression/tree")
    call("GET", "/api/v1/nowhere")

    # A scrape shows what was counted before it, and takes its own environment's counts along.
    answer = [call("GET", "/metrics", role=None) for _ in range(3)][-1]

    page = parse(answer.text)
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    tree = {"method": "GET", "path": "/api/v1/progression/tree"}
    assert page["http_requests_total"].value(**tree, status="200") == 3
    assert page["http_request_duration_seconds"].value("_count", **tree) == 3
    assert page["http_requests_total"].value(method="GET", path="", status="404") == 1
    assert page["http_requests_total"].value(method="GET", path="/metrics", status="200") == 1
    assert page["events_published_total"].value(type="item.sold") == 1
    assert page["events_waiting"].value() == 2
    assert page["events_dead"].value() == 0
    assert page["db_pool_in_use"].value() >= 1


def test_metrics_tell_how_long_the_database_takes_and_how_old_digests_are(
    ask: CallApi, environment: Connection, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(metrics, "FLUSH_EVERY", 0.0)
    with transaction(environment, now=datetime.now(UTC) - timedelta(hours=2)) as tx:
        account_id = make_account(tx)
        make_persona(tx, account_id)
        digests.write_daily(tx)
    take_times()
    action.run_action(lambda tx: tx.execute("SELECT pg_sleep(0.03)").fetchall())

    page = parse(ask("GET", "/metrics", role=None).text)

    times = page["db_query_duration_seconds"]
    # The action's COMMIT is measured after its counts are saved.
    assert (times.value("_bucket", le="0.025"), times.value("_bucket", le="0.5"), times.value("_count")) == (0, 1, 1)
    assert 0.03 < times.value("_sum") < 0.5
    assert 7190 < page["digest_age_seconds"].value(kind="daily") < 7300
    assert [labels for _, labels in page["digest_age_seconds"].samples] == [(("kind", "daily"),)]


def test_metrics_tell_of_events_that_were_given_up(ask: CallApi, environment: Connection):
    with transaction(environment) as tx:
        controls.unlock_node(tx, "feature_economy", 1)
        tx.execute("UPDATE events SET next_attempt_at = NULL, last_error = 'no'")

    page = parse(ask("GET", "/metrics", role=None).text)

    assert (page["events_waiting"].value(), page["events_dead"].value()) == (0, 1)


def test_metrics_need_the_database(ask: CallApi, environment: Connection, monkeypatch: pytest.MonkeyPatch):
    environment.close()
    away = {"database_url": "host=127.0.0.1 port=1 user=x dbname=x", "database_patience_seconds": 0}
    monkeypatch.setattr(kernel.connections, "settings", replace(kernel.connections.settings, **away))

    answer = ask("GET", "/metrics", role=None)

    assert (answer.status, answer.json["code"]) == (503, "unavailable")


# ---------------------------------------------------------------- documents


@pytest.mark.parametrize("path", ["/admin/", "/admin/players/alice", "/swagger/"])
def test_a_page_runs_only_its_own_scripts_and_asks_for_https_where_there_is_https(ask: CallApi, path: str):
    local = ask("GET", path, role=None, headers={"X-Forwarded-Proto": "http"})
    on_aws = ask("GET", path, role=None, headers={"X-Forwarded-Proto": "https"})

    assert on_aws.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert "Strict-Transport-Security" not in local.headers
    policy = local.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; ")
    assert "frame-ancestors 'self'" in policy
    assert "<script>" not in local.text
    assert local.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("path", ["/swagger/", "/swagger/index.html"])
def test_the_swagger_page_refers_only_to_its_neighbours(ask: CallApi, path: str):
    page = ask("GET", path, role=None)

    assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "://" not in page.text
    assert '<script src="swagger.js">' in page.text


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("swagger.js", "text/javascript; charset=utf-8"),
        ("swagger-ui-bundle.js", "text/javascript; charset=utf-8"),
        ("swagger-ui.css", "text/css; charset=utf-8"),
        ("openapi.json", "application/json"),
    ],
)
def test_what_the_swagger_page_loads(name: str, kind: str):
    answer = functions.shared.system.app.handler(proxy_event("GET", f"/swagger/{name}", role=None), None)

    assert (answer["statusCode"], answer["headers"]["content-type"]) == (200, kind)
    assert answer["isBase64Encoded"] is False
    assert "max-age" in answer["headers"]["cache-control"] or answer["headers"]["cache-control"] == "no-cache"


def test_the_description_is_the_committed_one(ask: CallApi):
    description = ask("GET", "/swagger/openapi.json", role=None).json

    assert description["openapi"].startswith("3.")
    assert "/api/v1/economy/sell" in description["paths"]


@pytest.mark.parametrize("path", ["/swagger", "/admin"])
def test_a_folder_without_its_slash_redirects(path: str):
    here, on_aws = at(path), at(path, stage="/prod")

    assert (here.status, here.headers["location"]) == (301, f"{path}/")
    assert (on_aws.status, on_aws.headers["location"]) == (301, f"/prod{path}/")


@pytest.mark.parametrize("path", ["/swagger/nothing.js", "/swagger/redoc.standalone.js", "/swagger/../app.py"])
def test_swagger_has_nothing_else(ask: CallApi, path: str):
    assert ask("GET", path, role=None).json["code"] == "not_found"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/admin/", "text/html; charset=utf-8"),
        ("/admin/index.html", "text/html; charset=utf-8"),
        ("/admin/panel.js", "text/javascript; charset=utf-8"),
        ("/admin/panel.css", "text/css; charset=utf-8"),
    ],
)
def test_the_panels_files(ask: CallApi, path: str, kind: str):
    answer = ask("GET", path, role=None)

    assert (answer.status, answer.headers["content-type"]) == (200, kind)


@pytest.mark.parametrize(
    "path",
    [
        "/admin/players",
        "/admin/players/alice",
        "/admin/../app.py",
        "/admin/%2e%2e/app.py",
        "/admin/..%2f..%2f..%2fetc%2fpasswd",
        "/admin//etc/passwd",
        "/admin/panel.js/",
        "/admin/%00",
        "/admin/.git/config",
    ],
)
def test_any_other_path_of_the_panel_is_its_index_page(ask: CallApi, path: str):
    assert ask("GET", path, role=None).text == ask("GET", "/admin/", role=None).text


def test_the_panels_files_are_found_from_a_page_further_down(ask: CallApi):
    assert ask("GET", "/admin/players/panel.js", role=None).text == ask("GET", "/admin/panel.js", role=None).text


def test_the_panel_may_be_kept_but_not_its_index(ask: CallApi):
    assert ask("GET", "/admin/", role=None).headers["cache-control"] == "no-cache"
    assert "max-age" in ask("GET", "/admin/panel.js", role=None).headers["cache-control"]


def test_the_icon_is_text_on_the_wire():
    answer = functions.shared.system.app.handler(proxy_event("GET", "/favicon.ico", role=None), None)

    assert (answer["statusCode"], answer["headers"]["content-type"]) == (200, "image/svg+xml")
    assert answer["body"].startswith("<svg")


# ---------------------------------------------------------------- texts


def test_info(ask: CallApi):
    answer = ask("GET", INFO, query={"platform": "twitch", "feature": "economy", "topic": "sell"})

    assert answer.status == 200
    assert answer.json["description"]
    assert answer.json | {"description": ""} == {
        "platform": "twitch",
        "feature": "economy",
        "topic": "sell",
        "description": "",
        "link": "",
    }


def test_info_without_a_name_is_the_overview(ask: CallApi):
    answer = ask("GET", INFO, query={"platform": "discord"})

    assert set(answer.json) == {"platform", "description", "link"}
    assert "Brandish" in answer.json["description"]


def test_info_falls_back_to_a_topic(ask: CallApi):
    by_name = ask("GET", INFO, query={"platform": "discord", "feature": "sell"})
    in_full = ask("GET", INFO, query={"platform": "discord", "feature": "economy", "topic": "sell"})

    assert by_name.json["description"] == in_full.json["description"]


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ({}, 400, "missing_parameter"),
        ({"feature": "economy"}, 400, "missing_parameter"),
        ({"platform": ""}, 400, "validation"),
        ({"platform": "x" * 21}, 400, "validation"),
        ({"platform": "discord", "feature": "x" * 51}, 400, "validation"),
        ({"platform": "discord", "feature": "dragons"}, 404, "not_found"),
        ({"platform": "discord", "feature": "economy", "topic": "../items"}, 404, "not_found"),
        ({"platform": "discord", "feature": "dragons\x00"}, 404, "not_found"),
    ],
)
def test_info_refuses(ask: CallApi, query: dict[str, str], status: int, code: str):
    answer = ask("GET", INFO, query=query)

    assert (answer.status, answer.json["code"]) == (status, code)


@pytest.mark.parametrize("path", [INFO, f"{INFO}/", "/api/v1/%69nfo"])
def test_info_needs_a_key_although_its_neighbours_do_not(ask: CallApi, path: str):
    refused = ask("GET", path, query={"platform": "discord"}, role=None)

    assert (refused.status, refused.json["code"]) == (401, "unauthorized")
    assert ask("GET", path, query={"platform": "discord"}, role="viewer").status == 200


# ---------------------------------------------------------------- every path


@pytest.mark.parametrize("path", ["/nowhere", "/api", "/api/v1", "/api/v2/prices", "/api/v1/nowhere", "/healthz/x"])
@pytest.mark.parametrize("method", ["GET", "POST", "HEAD"])
def test_an_unknown_path_is_a_404_in_our_shape(ask: CallApi, method: str, path: str):
    answer = ask(method, path, role=None)

    assert answer.status == 404
    assert method == "HEAD" or set(answer.json) == {"error", "code"}


@pytest.mark.parametrize("path", ["/healthz", "/version", "/metrics", "/swagger/", "/admin/", "/favicon.ico", INFO])
def test_a_wrong_method_is_a_405_in_our_shape(ask: CallApi, path: str):
    answer = ask("POST", path, {})

    assert (answer.status, answer.json["code"]) == (405, "method_not_allowed")


@pytest.mark.parametrize(
    "path",
    ["/healthz", "/version", "/swagger/", "/swagger/openapi.json", "/admin/", "/favicon.ico"],
)
def test_head_has_the_headers_and_no_body(ask: CallApi, path: str):
    got, head = ask("GET", path, role=None), ask("HEAD", path, role=None)

    assert (head.status, head.text) == (200, "")
    assert head.headers["content-type"] == got.headers["content-type"]


@pytest.mark.parametrize("path", ["/healthz", "/swagger/openapi.json", INFO])
def test_a_preflight_is_answered_without_a_key(ask: CallApi, path: str, monkeypatch: pytest.MonkeyPatch):
    import doors.app

    monkeypatch.setattr(doors.app, "settings", replace(doors.app.settings, cors_origins=("https://a.example",)))

    answer = ask("OPTIONS", path, headers={"Origin": "https://a.example"}, role=None)
    stranger = ask("OPTIONS", path, headers={"Origin": "https://b.example"}, role=None)

    assert answer.status == stranger.status == 204
    assert answer.headers["Access-Control-Allow-Origin"] == "https://a.example"
    assert "X-API-Key" in answer.headers["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Origin" not in stranger.headers


def test_public_paths_are_not_logged_and_info_is(ask: CallApi, caplog: pytest.LogCaptureFixture):
    caplog.set_level("INFO", logger="brandish")

    ask("GET", "/healthz", role=None)
    assert caplog.records == []
    ask("GET", INFO, query={"platform": "discord"})
    assert [json.dumps(record.__dict__["path"]) for record in caplog.records] == [f'"{INFO}"']
