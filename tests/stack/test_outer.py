"""Functions outside the VPC run in a separate process, with DynamoDB and without the database."""

from __future__ import annotations

import json
import os
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import boto3
import pytest
from botocore.config import Config

from local.stack.outer_process import receive
from local.stack.runtime import FunctionError, Throttled
from local.stack.stack import Stack
from tests.stack.small_stack import PATIENCE, eventually, running

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Globals: {Function: {CodeUri: ., Timeout: 30, Environment: {Variables: {EVERYWHERE: "1", DB_HOST: db.example}}}}
Resources:
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      AttributeDefinitions: [{AttributeName: pk, AttributeType: S}, {AttributeName: sk, AttributeType: S}]
      KeySchema: [{AttributeName: pk, KeyType: HASH}, {AttributeName: sk, KeyType: RANGE}]
      BillingMode: PAY_PER_REQUEST
      TimeToLiveSpecification: {AttributeName: expires_at, Enabled: true}
  Secret: {Type: AWS::SecretsManager::Secret, Properties: {SecretString: '{"token": ""}'}}
  Queue: {Type: AWS::SQS::Queue}
  Dead: {Type: AWS::SQS::Queue}
  Outside:
    Type: AWS::Serverless::Function
    Properties:
      Handler: outside_handlers.handler
      DeadLetterQueue: {TargetArn: !GetAtt Dead.Arn}
      EventInvokeConfig: {MaximumRetryAttempts: 0}
      AutoPublishAlias: live
      Environment:
        Variables: {TABLE: !Ref Table, SECRET: !Ref Secret, QUEUE_URL: !Ref Queue, INSIDE: !Ref Inside.Alias}
  Short: {Type: AWS::Serverless::Function, Properties: {Handler: outside_handlers.handler, Timeout: 1}}
  Single:
    Type: AWS::Serverless::Function
    Properties: {Handler: outside_handlers.handler, ReservedConcurrentExecutions: 1}
  Inside:
    Type: AWS::Serverless::Function
    Properties: {Handler: MODULE.inside, AutoPublishAlias: live, VpcConfig: {}}
"""

HANDLERS = """
import json, os, sys, time
from functools import cache

@cache
def client(service):
    import boto3
    return boto3.client(service)

def handler(event, context):
    match event["do"]:
        case "look":
            return {"pid": os.getpid(), "environment": dict(os.environ), "nice": os.nice(0),
                    "modules": [name for name in ("psycopg", "doors") if name in sys.modules],
                    "remaining": context.get_remaining_time_in_millis()}
        case "put":
            item = {"pk": {"S": event["key"]}, "sk": {"S": "x"}, "expires_at": {"N": str(event["expires_at"])}}
            client("dynamodb").put_item(
                TableName=os.environ["TABLE"], Item=item, ConditionExpression="attribute_not_exists(pk)")
        case "keys":
            return sorted(item["pk"]["S"] for item in client("dynamodb").scan(TableName=os.environ["TABLE"])["Items"])
        case "secret":
            return client("secretsmanager").get_secret_value(SecretId=os.environ["SECRET"])["SecretString"]
        case "send":
            client("sqs").send_message(QueueUrl=os.environ["QUEUE_URL"], MessageBody="from outside")
        case "invoke":
            answer = client("lambda").invoke(FunctionName=os.environ["INSIDE"], Payload=json.dumps(event["payload"]))
            return {"error": answer.get("FunctionError"), "payload": json.loads(answer["Payload"].read())}
        case "sleep":
            time.sleep(event["seconds"])
            return "slept"
        case "stand":
            while not os.path.exists(event["file"]):
                time.sleep(0.01)
            return "went on"
        case "wait":
            while context.get_remaining_time_in_millis():
                time.sleep(0.01)
            with open(event["file"], "w") as file:
                file.write("told")
        case "fail":
            raise ValueError("a bug")
"""


def inside(event: Any, _context: Any) -> Any:
    if event == "fail":
        raise LookupError("nothing there")
    return {"pid": os.getpid(), "said": event}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("outer")
    (made / "outside_handlers.py").write_text(HANDLERS, encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def stack(folder: Path) -> Iterator[Stack]:
    with running(folder, TEMPLATE, inside=inside) as started:
        yield started


def ask(stack: Stack, do: str, function: str = "Outside", **more: Any) -> Any:
    return stack.invoke(function, {"do": do, **more})


def lambda_api(**retries: Any) -> Any:
    return boto3.Session().client("lambda", config=Config(retries=retries))


def test_it_is_a_process_of_low_priority_without_access_to_the_database(stack: Stack):
    seen = ask(stack, "look")

    assert seen["pid"] != os.getpid()
    assert seen["nice"] == os.nice(0) + 5
    assert seen["modules"] == []
    assert 0 < seen["remaining"] <= 30_000
    around = seen["environment"]
    assert around["EVERYWHERE"] == "1"
    assert around["TABLE"] == "Table"
    assert not [name for name in around if name.startswith("DB_") or name == "DATABASE_URL"]


def test_it_reaches_dynamodb_and_the_secrets(stack: Stack):
    ask(stack, "put", key="a", expires_at=4_000_000_000)

    assert ask(stack, "keys") == ["a"]
    with pytest.raises(FunctionError, match="ConditionalCheckFailedException"):
        ask(stack, "put", key="a", expires_at=4_000_000_000)
    assert json.loads(ask(stack, "secret")) == {"token": ""}


def test_it_reaches_the_queues_and_the_functions_of_the_stack(stack: Stack):
    ask(stack, "send")
    answer = ask(stack, "invoke", payload={"n": 1})
    failed = ask(stack, "invoke", payload="fail")

    assert stack.bus.queues["Queue"].bodies() == ["from outside"]
    assert answer == {"error": None, "payload": {"pid": os.getpid(), "said": {"n": 1}}}
    assert failed["error"] == "Unhandled"
    assert (failed["payload"]["errorType"], failed["payload"]["errorMessage"]) == ("LookupError", "nothing there")


def test_it_is_invoked_through_lambdas_api(stack: Stack):
    client = lambda_api()
    address = "arn:aws:lambda:us-east-1:000000000000:function:Outside"

    for name in ("Outside", "Outside:live", address, f"{address}:live"):
        answer = client.invoke(FunctionName=name, Payload=b'{"do": "keys"}')
        assert isinstance(json.loads(answer["Payload"].read()), list)
    begun = client.invoke(FunctionName="Outside", InvocationType="Event", Payload=b'{"do": "fail"}')
    assert begun["StatusCode"] == 202
    eventually(lambda: stack.bus.queues["Dead"].bodies() == ['{"do": "fail"}'])
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.invoke(FunctionName="Nobody")


def test_it_fails_times_out_and_is_throttled_like_any_function(stack: Stack, tmp_path: Path):
    with pytest.raises(FunctionError) as failed:
        ask(stack, "fail")
    assert (failed.value.error_type, failed.value.message) == ("ValueError", "a bug")

    running_one = stack.runtime.start("Single", {"do": "stand", "file": str(tmp_path / "go on")})
    with pytest.raises(Throttled):
        ask(stack, "look", function="Single")
    with pytest.raises(Exception, match="TooManyRequestsException"):
        lambda_api(total_max_attempts=1).invoke(FunctionName="Single", Payload=b'{"do": "look"}')
    (tmp_path / "go on").touch()
    assert running_one.result(PATIENCE) == "went on"

    client = lambda_api()
    late = client.invoke(FunctionName="Short", Payload=b'{"do": "sleep", "seconds": 3}')
    assert json.loads(late["Payload"].read())["errorType"] == "Sandbox.Timedout"


def test_a_killed_process_fails_its_running_invocations_and_is_restarted(folder: Path, tmp_path: Path):
    with running(folder, TEMPLATE, kept=tmp_path / "kept.db", inside=inside) as stack:
        ask(stack, "put", key="kept", expires_at=4_000_000_000)
        ask(stack, "put", key="expired", expires_at=int(time.time()) - 1)
        pid = ask(stack, "look")["pid"]
        under_way = stack.runtime.start("Outside", {"do": "sleep", "seconds": 60})
        ask(stack, "keys")  # so the one before has begun

        os.kill(pid, signal.SIGKILL)

        with pytest.raises(FunctionError, match=r"Runtime\.ExitError"):
            under_way.result(PATIENCE)
        assert ask(stack, "keys") == ["kept"]
        assert ask(stack, "look")["pid"] != pid

    with running(folder, TEMPLATE, kept=tmp_path / "kept.db", inside=inside) as stack:
        assert ask(stack, "keys") == ["kept"]


def test_the_callers_environment_variables_reach_it(folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("STREAMERBOT_ENABLED", "true")
    monkeypatch.setenv("DISCORD_API_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("EVERYWHERE", "2")
    monkeypatch.setenv("AWS_ENDPOINT_URL_SQS", "http://example.invalid")
    template = TEMPLATE.replace('EVERYWHERE: "1"', 'EVERYWHERE: "1", STREAMERBOT_ENABLED: "false"')

    with running(folder, template, inside=inside) as stack:
        around = ask(stack, "look")["environment"]
        ask(stack, "send")

        assert stack.bus.queues["Queue"].bodies() == ["from outside"]
    assert around["STREAMERBOT_ENABLED"] == "true"  # a setting that may be tried out
    assert around["DISCORD_API_URL"] == "http://127.0.0.1:1"  # the template says nothing about it
    assert around["EVERYWHERE"] == "1"


def test_it_ends_when_the_stack_is_killed_with_unread_answers():
    stacks_end, line = socket.socketpair()
    with line:
        stacks_end.sendall(b"{}\n")
        line.sendall(b"an answer\n")
        stacks_end.close()
        requests: SimpleQueue[bytes | None] = SimpleQueue()

        receive(line, requests)

    assert [requests.get_nowait() for _ in range(requests.qsize())] == [b"{}\n", None]


def test_it_ends_with_the_stack_and_its_handlers_are_told(folder: Path, tmp_path: Path):
    with running(folder, TEMPLATE, inside=inside) as stack:
        pid = ask(stack, "look")["pid"]
        stack.runtime.start("Outside", {"do": "wait", "file": str(tmp_path / "told")})
        ask(stack, "look")

    assert (tmp_path / "told").read_text() == "told"
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
