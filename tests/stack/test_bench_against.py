"""The comparison with another revision: finding handlers, counting statements and printing the report."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from local.bench.against_actions import ACTIONS, SCRIPTS, Turn, setup_calls
from local.bench.against_report import Batch, Traffic, printed, rows_of
from local.bench.against_sides import ROOT, WORKER, GitError, checked_out, git
from local.bench.against_worker import Tree
from local.tools.postgres_proxy import PostgresProxy, StatementCounter

TEMPLATE = """
Globals:
  Function: {Runtime: python3.13, Environment: {Variables: {STAGE: !Ref Stage, HOST: !If [HasProxy, !GetAtt P.E, ""]}}}
Resources:
  Bus: {Type: AWS::Events::EventBus, Properties: {Name: !Sub "${AWS::StackName}"}}
  Users:
    Type: AWS::Serverless::Function
    Properties: &common
      Handler: PREFIXusers.app.handler
      Events:
        All: {Type: Api, Properties: {RestApiId: !Ref Api, Method: any, Path: "/api/v1/user/{proxy+}"}}
  Economy:
    Type: AWS::Serverless::Function
    Properties:
      <<: *common
      Handler: PREFIXeconomy.app.handler
      Events:
        Buy: {Type: Api, Properties: {RestApiId: !Ref Api, Method: post, Path: /api/v1/user/item/buy}}
  System:
    Type: AWS::Serverless::Function
    Properties:
      Handler: PREFIXsystem.app.handler
      Events:
        Rest: {Type: Api, Properties: {RestApiId: !Ref Api, Method: any, Path: "/{proxy+}"}}
  Stream: {Type: AWS::Serverless::Function, Properties: {Handler: stream/run.sh}}
  ClockDue: {Type: AWS::Serverless::Function, Properties: {Handler: PREFIXclock_due.app.handler}}
"""
ROUTES_TABLE = """
  Api:
    Type: AWS::Serverless::Api
    Properties:
      DefinitionBody:
        paths:
          /{proxy+}: {x-amazon-apigateway-any-method: {x-amazon-apigateway-integration: {uri: !Sub [x, {Function: !Ref System.Alias}]}}}
          /api/v1/user/{proxy+}: {x-amazon-apigateway-any-method: {x-amazon-apigateway-integration: {uri: !Sub [x, {Function: !Ref Users.Alias}]}}}
          /api/v1/user/item/buy: {post: {x-amazon-apigateway-integration: {uri: !Sub [x, {Function: !Ref Economy.Alias}]}}}
"""  # noqa: E501
HANDLER = """
import helper

def handler(event, context):
    print("not an answer")
    body = {"gamble_id": "g-1"} if "httpMethod" in event else event
    return {"statusCode": helper.STATUS, "body": __import__("json").dumps(body)} if "httpMethod" in event else body
"""
OLD_LAYOUT = ("", "functions", ("layers/domain", "layers/doors"))
NEW_LAYOUT = ("functions.community.", "functions/community", ("layers/community", "layers/foundation"))
Layout = tuple[str, str, tuple[str, ...]]


def make_tree(root: Path, layout: Layout, status: int = 200) -> Path:
    prefix, folder, layers = layout
    template = TEMPLATE.replace("PREFIX", prefix)
    if layout is NEW_LAYOUT:  # whose routes are a table of the API
        template = template.replace("Type: Api,", "Type: NoLongerHere,") + ROUTES_TABLE
    (root / "template.yaml").write_text(template)
    for name in ("users", "economy", "system", "clock_due"):
        (root / folder / name).mkdir(parents=True)
        (root / folder / name / "app.py").write_text(HANDLER)
    for layer in layers:
        (root / layer / "package").mkdir(parents=True)
        (root / layer / "package" / "__init__.py").touch()
    (root / "layers" / "dependencies").mkdir()
    (root / "layers" / "dependencies" / "requirements.txt").touch()
    (root / "helper.py").touch()
    for place in (root, root / "functions"):
        (place / "helper.py").write_text(f"STATUS = {status}\n")
    return root


@pytest.mark.parametrize("layout", [OLD_LAYOUT, NEW_LAYOUT], ids=["old layout", "new layout"])
def test_the_most_specific_route_leads_to_the_handler(tmp_path: Path, layout: Layout):
    tree = Tree(make_tree(tmp_path, layout))

    found = [
        tree.handler_of(method, path).removeprefix(layout[0])
        for method, path in (
            ("POST", "/api/v1/user/register"),
            ("POST", "/api/v1/user/item/buy"),
            ("GET", "/api/v1/user/item/buy"),
            ("GET", "/healthz"),
        )
    ]

    assert found == ["users.app.handler", "economy.app.handler", "users.app.handler", "system.app.handler"]
    assert tree.handler_named("clock", "clock_due") == f"{layout[0]}clock_due.app.handler"
    assert set(tree.http_handlers()) == {"Users", "Economy", "System"}


@pytest.mark.parametrize(
    ("layout", "code"), [(OLD_LAYOUT, "functions"), (NEW_LAYOUT, ".")], ids=["old layout", "new layout"]
)
def test_the_code_and_the_layers_with_packages_are_on_the_path(tmp_path: Path, layout: Layout, code: str):
    tree = Tree(make_tree(tmp_path, layout))

    assert tree.paths == [str(tmp_path / folder) for folder in (code, *sorted(layout[2]))]


@pytest.mark.parametrize("layout", [OLD_LAYOUT, NEW_LAYOUT], ids=["old layout", "new layout"])
def test_a_worker_hands_events_to_the_handlers_of_its_tree(tmp_path: Path, layout: Layout):
    tree = make_tree(tmp_path, layout)
    start = {"event": {"httpMethod": "GET", "path": "/any", "body": None}, "keep": "gamble_id"}
    play = {"function": "clock", "formerly": "clock_due", "event": {"seconds": 3}, "kept": ["gamble_id"]}

    answer = ask_worker(tree, {"calls": [start, play]})

    assert answer["answer"] == {"seconds": 3, "gamble_id": "g-1"}
    assert len(answer["times"]) == 2


def test_a_worker_reports_an_unsuccessful_answer(tmp_path: Path):
    tree = make_tree(tmp_path, OLD_LAYOUT, status=409)

    answer = ask_worker(tree, {"calls": [{"event": {"httpMethod": "GET", "path": "/any", "body": None}}]})

    assert "GET /any None: {'statusCode': 409" in answer["error"]


def test_every_path_that_is_measured_is_served_by_this_checkout():
    tree = Tree(ROOT)
    turn = Turn.of(0, 0)
    calls = [*setup_calls(1), *(step.call(turn) for script in SCRIPTS for step in script.steps)]

    for call in calls:
        if "function" in call:
            assert tree.handler_named(call["function"])
        else:
            assert "system" not in tree.handler_of(call["event"]["httpMethod"], call["event"]["path"]).split(".")


def test_statements_are_counted_wherever_the_bytes_are_cut():
    startup = (8).to_bytes(4, "big") + (196608).to_bytes(4, "big")
    no_tls = (8).to_bytes(4, "big") + (80877103).to_bytes(4, "big")
    messages = [message(kind) for kind in (b"P", b"B", b"D", b"E", b"B", b"E", b"S", b"Q", b"X")]
    stream = no_tls + startup + b"".join(messages)
    counter = StatementCounter()

    for at in range(0, len(stream), 3):
        counter.feed(stream[at : at + 3])

    assert counter.count == 3


def test_the_proxy_counts_the_statements_of_a_pipeline(database_url: str):
    with (
        PostgresProxy(database_url, counts_statements=True) as wire,
        closing(psycopg.connect(wire.url, autocommit=True)) as conn,
    ):
        before = wire.statements()
        with conn.pipeline():
            for number in range(20):
                conn.execute("SELECT %s", [number])

        assert wire.statements() - before == 20


def test_a_slower_action_and_a_changed_round_trip_get_a_verdict():
    batches = {
        "buy": {"old": [Batch(100, 50, 10), Batch(200, 50, 10)], "new": [Batch(112, 50, 9), Batch(226, 50, 9)]},
        "sell": {"old": [Batch(100, 50, 10)], "new": [Batch(109, 50, 9)]},
    }
    traffic = {
        "buy": {"old": Traffic(2, 13), "new": Traffic(2, 13)},
        "sell": {"old": Traffic(2, 13), "new": Traffic(3, 14)},
    }

    rows = rows_of(batches, traffic)

    assert [row["verdict"] for row in rows] == ["SLOWER", "ROUND TRIPS"]
    assert rows[0]["wall_us_ratio"] == 1.125
    lines = printed(rows, "action").splitlines()
    assert lines[1].split() == ["buy", "150", "169", "1.12", "±0.01", "50", "50", "1.00", "±0.00", "2", "13", "SLOWER"]
    assert "2 -> 3" in lines[2]
    assert "13 -> 14" in lines[2]


def test_what_noise_alone_can_explain_gets_no_verdict():
    new = [Batch(wall, 50, 10) for wall in (70, 80, 120, 150, 160)]
    batches = {"buy": {"old": [Batch(100, 50, 10)] * 5, "new": new}}

    (row,) = rows_of(batches, {"buy": {"old": Traffic(2, 13), "new": Traffic(2, 13)}})

    assert row["wall_us_ratio"] == 1.2
    assert row["verdict"] == ""


def test_every_action_is_measured_once_and_newcomers_are_new():
    assert len(set(ACTIONS)) == len(ACTIONS) == 14
    assert len({Turn.of(client, number).newcomer["platform_id"] for client in range(2) for number in range(50)}) == 100


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="this is no git checkout")
def test_the_worktree_of_the_revision_is_always_removed():
    trees: list[Path] = []

    with pytest.raises(KeyboardInterrupt), checked_out("HEAD") as tree:
        trees.append(tree)
        assert (tree / "template.yaml").is_file()
        raise KeyboardInterrupt

    assert not trees[0].exists()
    assert str(trees[0]) not in git("worktree", "list")
    with pytest.raises(GitError), checked_out("no-such-revision"):
        pass


def message(kind: bytes) -> bytes:
    return kind + (4 + 5).to_bytes(4, "big") + b"Q\0E\0\0"


def ask_worker(tree: Path, order: dict[str, Any]) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-P", WORKER, tree],
        input=json.dumps(order),
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},  # this checkout's code
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)
