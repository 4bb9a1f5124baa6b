"""The local stack reads template.yaml and locates the errors in it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from local.stack.cloudformation import TemplateError
from local.stack.cron import next_fire
from local.stack.patterns import check
from local.stack.resources import Template
from local.stack.routes import Routes
from local.stack.template import load

ROOT = Path(__file__).resolve().parents[2]
_NOW = datetime(2025, 1, 1, tzinfo=UTC)

SMALL = """
AWSTemplateFormatVersion: 2010-09-09
Parameters:
  Size: {Type: String, Default: small}
  Origins: {Type: CommaDelimitedList, Default: "a, b"}
Conditions:
  Big: !Equals [!Ref Size, big]
  Small: !Not [!Condition Big]
Mappings:
  Sizes: {small: {Concurrency: 2}, big: {Concurrency: 20}}
Globals:
  Function:
    CodeUri: functions/
    Timeout: 7
    Environment: {Variables: {SIZE: !Ref Size, HOST: !GetAtt Database.Endpoint.Address, SHARED: "1"}}
Resources:
  Database: {Type: AWS::RDS::DBInstance}
  Queue:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: 60
      RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 4}
  Dead: {Type: AWS::SQS::Queue}
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Handler: worker.app.handler
      ReservedConcurrentExecutions: !FindInMap [Sizes, !Ref Size, Concurrency]
      Environment:
        Variables:
          GREETING: !Sub "${Size} ${AWS::StackName} ${!literal} ${Queue}"
          ORIGINS: !Join ["|", !Ref Origins]
          SECRET: "{{resolve:secretsmanager:x}}"
          EXTRA: !If [Big, "yes", !Ref AWS::NoValue]
          SHARED: !Select [1, !Split [",", "x,y"]]
      Events:
        Work: {Type: SQS, Properties: {Queue: !GetAtt Queue.Arn, BatchSize: 3}}
  OnlyBig:
    Type: AWS::Serverless::Function
    Condition: Big
    Properties: {Handler: big.app.handler}
"""


def written(folder: Path, text: str, **parameters: str) -> Template:
    path = folder / "template.yaml"
    path.write_text(text, encoding="utf-8")
    return load(path, parameters)


def test_defaults_fill_the_parameters(tmp_path: Path):
    template = written(tmp_path, SMALL)

    worker = template.functions["Worker"]
    assert list(template.functions) == ["Worker"]
    assert (worker.timeout_seconds, worker.reserved_concurrency, worker.code) == (7, 2, "functions/")
    assert worker.environment == {
        "SIZE": "small",
        "GREETING": "small brandish-local ${literal} https://sqs.us-east-1.amazonaws.com/000000000000/Queue",
        "ORIGINS": "a|b",
        "SHARED": "y",
    }


def test_given_parameters_decide_conditions_and_mappings(tmp_path: Path):
    template = written(tmp_path, SMALL, Size="big")

    assert set(template.functions) == {"Worker", "OnlyBig"}
    assert template.functions["Worker"].reserved_concurrency == 20
    assert template.functions["Worker"].environment["EXTRA"] == "yes"


def test_queues_have_their_dead_letters_and_consumers(tmp_path: Path):
    template = written(tmp_path, SMALL)

    queue = template.queues["Queue"]
    assert (queue.visibility_seconds, queue.max_receives, queue.dead_letters) == (60, 4, "Dead")
    (source,) = template.sources
    assert (source.queue, source.function, source.batch_size, source.report_failures) == (
        "Queue",
        "Worker",
        3,
        False,
    )


@pytest.mark.parametrize(
    ("wrong", "right", "says"),
    [
        ("!GetAtt Queue.Arn, BatchSize", "!GetAtt Worker.Arn, BatchSize", "Worker.Events.Work"),
        ("Handler: worker.app.handler", "Runtime: python3.13", "Worker"),
        ("maxReceiveCount: 4", "maxReceiveCount: four", "Queue"),
        ("Condition: Big", "Condition: Huge", "Huge"),
        ("Resources:", "Resources: [", "template.yaml"),
    ],
)
def test_an_error_is_named_with_its_location(tmp_path: Path, wrong: str, right: str, says: str):
    assert wrong in SMALL

    with pytest.raises(TemplateError, match=says):
        written(tmp_path, SMALL.replace(wrong, right))


def test_a_missing_template_is_named(tmp_path: Path):
    with pytest.raises(TemplateError, match="No such file"):
        load(tmp_path / "nothing.yaml")


@pytest.fixture(scope="module")
def real() -> Template:
    return load(ROOT / "template.yaml")


def test_the_projects_template_is_understood(real: Template):
    assert {"Users", "Economy", "Authorizer", "Relay", "Tally", "Migrate"} <= set(real.functions)
    for rule in real.rules:
        check(rule.pattern)
    for schedule in real.schedules:
        assert schedule.target.name in {*real.functions, *real.queues}
        assert next_fire(schedule.expression, schedule.timezone, _NOW) is not None


def test_every_queue_with_a_consumer_has_dead_letters(real: Template):
    assert real.sources
    for source in real.sources:
        assert real.queues[source.queue].dead_letters is not None


def test_the_projects_routes_lead_to_their_groups(real: Template):
    routes = Routes(real.api.routes)

    def function(method: str, path: str) -> str | None:
        match = routes.match(method, path)
        return match.route.function if match else None

    assert function("POST", "/api/v1/user/register") == "Users"
    assert function("POST", "/api/v1/user/item/buy") == "Economy"
    assert function("GET", "/api/v1/prices/") == "Economy"
    assert function("GET", "/healthz") == "System"
    assert function("GET", "/no/such/thing") == "System"


def test_the_projects_keys_are_checked_and_its_errors_have_messages(real: Template):
    key, key_or_ticket = real.api.authorizers.values()
    assert (key.function, key.headers, key.ttl_seconds) == ("Authorizer", ("X-API-Key",), 300)
    assert (key_or_ticket.function, key_or_ticket.headers, key_or_ticket.ttl_seconds) == ("Authorizer", (), 0)
    guarded = {
        route.path: route.authorizer
        for route in real.api.routes
        if route.path.startswith("/api/") and route.authorizer is not None
    }
    assert guarded.pop("/api/v1/events") == key_or_ticket.name
    assert set(guarded.values()) == {key.name}
    assert real.api.responses["MISSING_AUTHENTICATION_TOKEN"].status == 404
    assert "code" in real.api.responses["UNAUTHORIZED"].templates["application/json"]
