"""Versions of functions that no alias uses, with AWS played by moto."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import boto3
import pytest
from moto import mock_aws

from functions.shared.deploy import old_versions
from functions.shared.deploy.old_versions import delete_unused

FUNCTIONS = ("chat", "shop")


class CloudFormation:
    """A stack with two functions and other things, on three pages; moto's CloudFormation needs more packages."""

    def get_paginator(self, operation: str) -> CloudFormation:
        assert operation == "list_stack_resources"
        return self

    def paginate(self, **parameters: str) -> Iterator[dict[str, Sequence[dict[str, str]]]]:
        assert parameters == {"StackName": "game"}
        for name in FUNCTIONS:
            yield {
                "StackResourceSummaries": [
                    {"ResourceType": "AWS::Lambda::Version", "PhysicalResourceId": f"arn:{name}:1"},
                    {"ResourceType": "AWS::Lambda::Function", "PhysicalResourceId": name},
                ]
            }
        yield {"StackResourceSummaries": [{"ResourceType": "AWS::Lambda::Function"}]}  # being created


@pytest.fixture
def clients(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Any, Any]]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        role = boto3.client("iam").create_role(RoleName="role", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
        functions = boto3.client("lambda", "us-east-1")
        for name in FUNCTIONS:
            functions.create_function(
                FunctionName=name, Runtime="python3.13", Handler="app.handler", Role=role, Code={"ZipFile": b"code"}
            )
        yield CloudFormation(), functions


def publish(functions: Any, name: str, number: int) -> None:
    for each in range(number):
        functions.update_function_code(FunctionName=name, ZipFile=f"code {each}".encode())
        functions.publish_version(FunctionName=name)


def versions(functions: Any, name: str) -> list[str]:
    return [each["Version"] for each in functions.list_versions_by_function(FunctionName=name)["Versions"]]


def test_versions_without_an_alias_are_deleted_and_no_others(clients: tuple[Any, Any]):
    _, functions = clients
    publish(functions, "chat", 3)
    functions.create_alias(FunctionName="chat", Name="live", FunctionVersion="2")

    assert delete_unused(*clients, "game") == ["chat:1", "chat:3"]

    assert versions(functions, "chat") == ["$LATEST", "2"]
    assert versions(functions, "shop") == ["$LATEST"]
    assert delete_unused(*clients, "game") == []


def test_a_long_list_is_deleted_over_several_deployments(clients: tuple[Any, Any], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(old_versions, "MOST_AT_ONCE", 2)
    publish(clients[1], "chat", 3)

    assert [len(delete_unused(*clients, "game")) for _ in range(3)] == [2, 1, 0]
