"""`make deploy`, with SAM played by a script."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from local.tools import deploy
from tests.support.template import DOCUMENT, RESOURCES


@dataclass(slots=True)
class FakeAws:
    """What the tool asks AWS, in one region. `sam` and `make verify` are played by `programs`.

    Attributes:
        stacks: {name: the snapshot that its database was made from}.
        proposed: the change sets of all stacks that could be executed.
    """

    stacks: dict[str, str] = field(default_factory=dict)
    proposed: list[str] = field(default_factory=list)

    def answer(self, client: BaseClient, operation: str, given: Mapping[str, Any]) -> dict[str, Any]:
        assert client.meta.region_name == "eu-central-1"
        match operation:
            case "DescribeStacks" if given["StackName"] in self.stacks:
                return {"Stacks": [self._stack(given["StackName"])]}
            case "DescribeStacks":
                said = {"Code": "ValidationError", "Message": f"Stack with id {given['StackName']} does not exist"}
                raise ClientError({"Error": said}, operation)
            case "ListChangeSets":
                without_changes = {"ChangeSetId": uuid4().hex, "ExecutionStatus": "UNAVAILABLE"}
                available = [{"ChangeSetId": each, "ExecutionStatus": "AVAILABLE"} for each in self.proposed]
                return {"Summaries": [without_changes, *available]}
            case "GetSecretValue":
                return {"SecretString": f"value-of-{given['SecretId']}"}
            case _:
                raise AssertionError(operation)

    def _stack(self, name: str) -> dict[str, Any]:
        outputs = {"Url": "https://front.example", "FirstAdminKey": "first-admin-key"}
        return {
            "StackStatus": "UPDATE_COMPLETE",
            "Parameters": [{"ParameterKey": "DatabaseSnapshot", "ParameterValue": self.stacks[name]}],
            "Outputs": [{"OutputKey": key, "OutputValue": value} for key, value in outputs.items()],
        }


def test_every_parameter_is_given_so_that_none_keeps_an_earlier_value():
    values = deploy.parameter_values(DOCUMENT, {"Protected": True, "DatabaseStorage": 100, "GitCommit": "abc"})

    assert values.keys() == DOCUMENT["Parameters"].keys()
    assert (values["Protected"], values["DatabaseStorage"], values["GitCommit"]) == ("true", "100", "abc")
    assert values["CommunityLanguage"] == DOCUMENT["Parameters"]["CommunityLanguage"]["Default"]


def test_a_parameter_that_does_not_exist_is_refused():
    with pytest.raises(deploy.CannotDeploy, match="no parameter DatabaseSize"):
        deploy.parameter_values(DOCUMENT, {"DatabaseSize": 1})


def test_an_installation_that_is_not_described_is_refused(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sys, "argv", ["deploy", "--config-env", "staging"])

    assert deploy.main() == 1
    assert "no [staging.deploy.parameters]" in capsys.readouterr().err


def test_caps_in_dollars_that_never_bind_are_warned_of():
    values = deploy.parameter_values(DOCUMENT, {})
    assert deploy.warnings(values) == []

    [both] = deploy.warnings(values | {"LlmProvider": "openai"})
    [one] = deploy.warnings(values | {"LlmProvider": "bedrock", "LlmInputPrice": "0.06", "LlmOutputPrice": "0.0"})

    assert "LlmProvider is openai, and LlmInputPrice and LlmOutputPrice are 0" in both
    assert "1000 for an account and 100000 for all together" in both
    assert "LlmProvider is bedrock, and LlmOutputPrice is 0" in one
    assert deploy.warnings(values | {"LlmProvider": "openai", "LlmInputPrice": "0.15", "LlmOutputPrice": "0.6"}) == []


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A SAM and a Python that only write down how they were called; returns the file."""
    calls = tmp_path / "calls"
    for name in ("sam", "python"):
        line = f"{name} $* key=$API_KEY region=$AWS_DEFAULT_REGION"
        (tmp_path / name).write_text(f'#!/bin/sh\necho "{line}" >> {calls}\n')
        (tmp_path / name).chmod(0o755)
    small = {"Parameters": DOCUMENT["Parameters"], "Resources": {"Users": RESOURCES["Users"]}}  # quickly read
    (tmp_path / "template.yaml").write_text(json.dumps(small))
    monkeypatch.setattr(deploy, "ROOT", tmp_path)
    monkeypatch.setattr(deploy, "SAM", tmp_path / "sam")
    monkeypatch.setattr(deploy, "BUILT", tmp_path / "template.yaml")
    monkeypatch.setattr(deploy, "VALUES", tmp_path / "parameters.yaml")
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.delenv("AWS_REGION", raising=False)
    monkeypatch.setenv("API_KEY", "")
    return calls


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> FakeAws:
    fake = FakeAws()
    monkeypatch.setattr(BaseClient, "_make_api_call", lambda *asked: fake.answer(*asked))
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    return fake


def test_it_builds_deploys_what_samconfig_says_and_tries_it(
    programs: Path, monkeypatch: pytest.MonkeyPatch, aws: FakeAws
):
    aws.stacks["brandish-prod"] = ""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")  # the option counts
    arguments = ["--config-env", "prod", "--region", "eu-central-1", "--no-confirm-changeset"]
    monkeypatch.setattr(sys, "argv", ["deploy", *arguments])

    assert deploy.main() == 0

    folder = programs.parent
    assert programs.read_text().splitlines() == [
        "sam build --config-env prod key= region=us-east-1",
        f"sam deploy --config-file {deploy.CONFIG} --config-env prod --stack-name brandish-prod"
        f" --template-file {folder}/template.yaml --parameter-overrides file://{folder}/parameters.yaml"
        " --region=eu-central-1 --no-confirm-changeset key= region=us-east-1",
        "python -m local.tools.verify --url https://front.example key=value-of-first-admin-key region=us-east-1",
    ]
    assert json.loads((folder / "parameters.yaml").read_text())["Stage"] == "prod"
    built = json.loads((folder / "template.yaml").read_text())
    assert built["Resources"]["Users"]["Properties"]["Description"].startswith("Deployed with parameters ")


def called(programs: Path) -> list[str]:
    """Return the commands that were called, without their options."""
    return [" ".join(line.split()[:2]) for line in programs.read_text().splitlines()] if programs.exists() else []


def test_nothing_is_tried_when_the_deployment_failed(programs: Path, monkeypatch: pytest.MonkeyPatch, aws: FakeAws):
    (programs.parent / "sam").write_text(f'#!/bin/sh\necho "sam $1" >> {programs}\n[ "$1" = build ]\n')
    monkeypatch.setattr(sys, "argv", ["deploy"])

    assert deploy.main() == 1
    assert called(programs) == ["sam build", "sam deploy"]


@pytest.mark.parametrize("first", [True, False])
def test_nothing_is_tried_when_the_changes_were_not_confirmed(
    programs: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    aws: FakeAws,
    first: bool,
):
    def run(*command: Any, **environment: str) -> int:
        """Ask as SAM does, get the answer N, and leave with success."""
        if command[1] == "deploy":
            aws.stacks.setdefault("brandish-dev", "")
            aws.proposed.append("refused")
        return run_of_the_tool(*command, **environment)

    run_of_the_tool = deploy._run
    if not first:
        aws.stacks["brandish-dev"] = ""
    monkeypatch.setattr(deploy, "_run", run)
    monkeypatch.setattr(sys, "argv", ["deploy"])

    assert deploy.main() == 1
    assert called(programs) == ["sam build", "sam deploy"]
    assert capsys.readouterr().err == "Nothing was deployed: the changes of brandish-dev were not confirmed.\n"


def test_changes_that_were_refused_another_time_do_not_count(
    programs: Path, monkeypatch: pytest.MonkeyPatch, aws: FakeAws
):
    """SAM finds nothing to change this time, so the stack is as it should be, and is tried."""
    aws.stacks["brandish-dev"] = ""
    aws.proposed.append("refused-yesterday")
    monkeypatch.setenv("API_KEY", "some-key")
    monkeypatch.setattr(sys, "argv", ["deploy"])

    assert deploy.main() == 0
    assert called(programs) == ["sam build", "sam deploy", "python -m"]


def test_a_region_that_only_the_cli_would_read_is_everyones(
    programs: Path, monkeypatch: pytest.MonkeyPatch, aws: FakeAws
):
    aws.stacks["brandish-dev"] = ""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "")
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    monkeypatch.setenv("API_KEY", "some-key")
    monkeypatch.setattr(sys, "argv", ["deploy"])

    assert deploy.main() == 0
    assert {line.rpartition("region=")[2] for line in programs.read_text().splitlines()} == {"eu-central-1"}


def test_a_restored_database_is_not_replaced_by_an_empty_one(
    programs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], aws: FakeAws
):
    aws.stacks["brandish-dev"] = "before-the-fire"
    monkeypatch.setattr(sys, "argv", ["deploy"])  # samconfig.toml does not name it

    assert deploy.main() == 1
    assert called(programs) == []
    assert 'Write DatabaseSnapshot = "before-the-fire" into samconfig.toml' in capsys.readouterr().err


@pytest.mark.parametrize(("present", "chosen"), [("", ""), ("", "first"), ("first", "first"), ("first", "second")])
def test_a_snapshot_may_be_given_and_may_be_followed_by_another(present: str, chosen: str):
    stack = {
        "StackStatus": "UPDATE_COMPLETE",
        "Parameters": [{"ParameterKey": "DatabaseSnapshot", "ParameterValue": present}],
    }

    deploy.keep_the_database("brandish-dev", stack, {"DatabaseSnapshot": chosen})


def test_a_stack_that_was_never_made_has_no_database_to_lose():
    proposed = [{"ParameterKey": "DatabaseSnapshot", "ParameterValue": "first"}]

    deploy.keep_the_database("a", {"StackStatus": "REVIEW_IN_PROGRESS", "Parameters": proposed}, {})


def test_parameters_beside_the_file_are_refused(
    programs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    """They would replace all of it, and no one would have compared them with what the stack has."""
    monkeypatch.setattr(sys, "argv", ["deploy", "--parameter-overrides", "LogDays=7"])

    assert deploy.main() == 1
    assert called(programs) == []
    assert "Parameters belong into samconfig.toml" in capsys.readouterr().err


def test_what_aws_refuses_is_said_before_anything_is_built(
    programs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(sys, "argv", ["deploy", "--profile", "no-such-profile"])

    assert deploy.main() == 1
    assert called(programs) == []
    assert "no-such-profile" in capsys.readouterr().err
