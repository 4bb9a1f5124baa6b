"""The deployment's custom resource, with AWS and CloudFormation played by one small HTTP server."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

import pytest

from functions.shared.deploy.app import handler

SECRETS = {"master-arn": '{"username": "master", "password": "pass word"}', "key-arn": "first-admin-key"}


@dataclass
class Aws:
    """What was said to AWS, and what it will answer."""

    url: str
    migrate_answer: Any = field(default_factory=lambda: {"applied": ["0001_ground_floor.sql"]})
    migrate_error: bool = False
    invocations: list[tuple[str, Any]] = field(default_factory=list)
    answers: list[dict[str, Any]] = field(default_factory=list)
    log_groups: dict[str, int | None] = field(default_factory=lambda: {"logs/postgresql": None})
    """Each with the days that its logs are kept."""


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            assert not self.headers["Content-Type"], "the pre-signed URL allows none"
            told.answers.append(self.json())
            self.reply({})

        def do_POST(self) -> None:
            if "GetSecretValue" in self.headers.get("X-Amz-Target", ""):
                self.reply({"SecretString": SECRETS[self.json()["SecretId"]]})
                return
            operation = self.headers.get("X-Amz-Target", "").removeprefix("Logs_20140328.")
            if operation == "CreateLogGroup":
                name = self.json()["logGroupName"]
                exists = name in told.log_groups
                told.log_groups.setdefault(name, None)
                self.reply(
                    {"__type": "ResourceAlreadyExistsException"} if exists else {}, status=400 if exists else 200
                )
                return
            if operation == "PutRetentionPolicy":
                policy = self.json()
                told.log_groups[policy["logGroupName"]] = policy["retentionInDays"]
                self.reply({})
                return
            told.invocations.append((unquote(self.path).split("/")[3], self.json()))
            headers = {"X-Amz-Function-Error": "Unhandled"} if told.migrate_error else {}
            self.reply(told.migrate_answer, headers)

        def json(self) -> Any:
            return json.loads(self.rfile.read(int(self.headers["Content-Length"])))

        def reply(self, body: Any, headers: dict[str, str] | None = None, status: int = 200) -> None:
            data = json.dumps(body).encode()
            self.send_response(status)
            for name, value in {**(headers or {}), "Content-Length": str(len(data))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: Any) -> None:
            """The test's output is quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        told = Aws(f"http://127.0.0.1:{server.server_port}")
        for name, value in {
            "AWS_ENDPOINT_URL": told.url,
            "AWS_REGION": "eu-central-1",
            "AWS_DEFAULT_REGION": "eu-central-1",
            "AWS_ACCESS_KEY_ID": "nobody",
            "AWS_SECRET_ACCESS_KEY": "nothing",
        }.items():
            monkeypatch.setenv(name, value)
        threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
        yield told
        server.shutdown()


def request(aws: Aws, kind: str) -> dict[str, Any]:
    return {
        "RequestType": kind,
        "ResponseURL": f"{aws.url}/answer?signature=abc",
        "StackId": "stack",
        "RequestId": "request",
        "LogicalResourceId": "Migration",
        "ResourceProperties": {
            "MigrateFunction": "migrate",
            "MasterSecret": "master-arn",
            "AdminKeySecret": "key-arn",
            "DatabaseLogs": ["logs/postgresql", "logs/upgrade"],
            "LogDays": "7",
        },
    }


@pytest.mark.parametrize("kind", ["Create", "Update"])
def test_a_deployment_migrates_with_the_masters_login_and_the_hash_of_the_first_key(aws: Aws, kind: str):
    handler(request(aws, kind), None)

    login = {"username": "master", "password": "pass word"}
    key_hash = sha256(b"first-admin-key").hexdigest()
    assert aws.invocations == [("migrate", {"master": login, "admin_key_sha256": key_hash})]
    assert aws.answers == [
        {
            "Status": "SUCCESS",
            "Data": {"Applied": "1"},
            "PhysicalResourceId": "migration",
            "StackId": "stack",
            "RequestId": "request",
            "LogicalResourceId": "Migration",
        }
    ]


def test_the_databases_logs_are_kept_as_long_as_ours(aws: Aws):
    handler(request(aws, "Create"), None)

    assert aws.log_groups == {"logs/postgresql": 7, "logs/upgrade": 7}


@pytest.mark.parametrize(
    ("kind", "before", "now", "restored"),
    [
        ("Create", None, "", False),
        ("Create", None, "final", True),  # a stack that comes back from the one that was deleted
        ("Update", {}, "final", True),
        ("Update", {"Snapshot": "final"}, "final", False),
        ("Update", {"Snapshot": "final"}, "later", True),
    ],
)
def test_a_database_from_a_snapshot_is_told_to_skip_numbers_once(
    aws: Aws, kind: str, before: dict[str, str] | None, now: str, restored: bool
):
    sent = request(aws, kind)
    sent["ResourceProperties"]["Snapshot"] = now
    if before is not None:
        sent["OldResourceProperties"] = before

    handler(sent, None)

    assert [told.get("restored", False) for _, told in aws.invocations] == [restored]


def test_deleting_the_stack_migrates_nothing(aws: Aws):
    handler(request(aws, "Delete"), None)

    assert aws.invocations == []
    assert [answer["Status"] for answer in aws.answers] == ["SUCCESS"]


def test_a_failed_migration_fails_the_deployment_with_its_reason(aws: Aws):
    aws.migrate_error = True
    aws.migrate_answer = {"errorMessage": "0002_quests.sql: relation exists", "errorType": "MigrationError"}

    handler(request(aws, "Update"), None)

    assert [answer["Status"] for answer in aws.answers] == ["FAILED"]
    assert "0002_quests.sql: relation exists" in aws.answers[0]["Reason"]


def test_a_long_reason_is_cut_to_what_cloudformation_takes(aws: Aws):
    aws.migrate_error = True
    aws.migrate_answer = {"errorMessage": "x" * 10_000}

    handler(request(aws, "Update"), None)

    assert len(json.dumps(aws.answers[0])) < 4096


def test_a_failure_before_the_invocation_is_reported_too(aws: Aws):
    incomplete = request(aws, "Create")
    del incomplete["ResourceProperties"]["MasterSecret"]

    handler(incomplete, None)

    assert aws.invocations == []
    assert [answer["Status"] for answer in aws.answers] == ["FAILED"]
    assert aws.answers[0]["Reason"] == "KeyError: 'MasterSecret'"
