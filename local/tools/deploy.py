"""`make deploy ARGS="--config-env prod"`: build, deploy and try an installation that samconfig.toml describes.

SAM publishes a new version of a function when its code, its layers or the *text* of its properties change. The text
names parameters, so a new value of one would change `$LATEST` and leave the alias `live`, which serves every request,
at the old one. Therefore a fingerprint of the values is written into each function that has an alias.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from local.stack.cloudformation import read_document

ROOT: Final = Path(__file__).resolve().parents[2]
CONFIG: Final = ROOT / "samconfig.toml"
SAM: Final = ROOT / ".local/sam/bin/sam"
BUILT: Final = ROOT / ".aws-sam/build/template.yaml"
VALUES: Final = ROOT / ".aws-sam/parameters.yaml"  # JSON is YAML, and SAM reads values from YAML only
REPORTED: Final = {"Version", "GitCommit"}
"""Parameters that only the function `System` gets: a new commit does not publish the others."""


class CannotDeploy(Exception):
    """A setting is wrong; the text says which."""


def main() -> int:
    from botocore.exceptions import BotoCoreError, ClientError  # takes long to import

    options, for_sam = _options()
    try:
        return deploy(options, for_sam)
    except CannotDeploy as error:
        print(error, file=sys.stderr)
    except (BotoCoreError, ClientError) as error:
        print(f"AWS: {error}", file=sys.stderr)
    return 1


def deploy(options: argparse.Namespace, for_sam: Sequence[str]) -> int:
    """Build, deploy and try an installation; return the status to end with.

    Raises:
        CannotDeploy: a setting is wrong. Nothing has been built.
        BotoCoreError, ClientError: AWS is out of reach, or refuses to be asked.
    """
    if any(each.startswith("--parameter-overrides") for each in for_sam):
        raise CannotDeploy("Parameters belong into samconfig.toml: --parameter-overrides would replace all of them.")
    config = read_config(CONFIG, options.config_env)
    values = parameter_values(read_document(ROOT / "template.yaml"), config.get("parameter_overrides", {}))
    stack = options.stack_name or config["stack_name"]
    options.region, options.profile = (options.region or config.get("region"), options.profile or config.get("profile"))
    _take_region_of_the_cli()
    session = _session(options)
    cloudformation = session.client("cloudformation")
    before = _described(cloudformation, stack)
    keep_the_database(stack, before, values)
    unexecuted = _unexecuted(cloudformation, stack) if before else frozenset()
    _say(warnings(values))

    print(f"1 of 3: building {stack}", flush=True)
    if status := _run(SAM, "build", "--config-env", options.config_env):
        return status
    document = read_document(BUILT)
    stamp(document, values)
    BUILT.write_text(json.dumps(document, indent=1), encoding="utf-8")
    VALUES.write_text(json.dumps(values), encoding="utf-8")

    print(f"2 of 3: deploying {stack}", flush=True)
    where = [f"--{name}={value}" for name in ("region", "profile") if (value := getattr(options, name))]
    # SAM would look for its settings beside the template.
    described = ["--config-file", CONFIG, "--config-env", options.config_env, "--stack-name", stack]
    built = ["--template-file", BUILT, "--parameter-overrides", f"file://{VALUES}"]
    if status := _run(SAM, "deploy", *described, *built, *where, *for_sam):
        return status
    if _unexecuted(cloudformation, stack) - unexecuted:  # SAM reports success
        print(f"Nothing was deployed: the changes of {stack} were not confirmed.", file=sys.stderr)
        return 1

    print(f"3 of 3: trying {stack}", flush=True)
    outputs = _outputs(cloudformation, stack)
    key = os.environ.get("API_KEY") or _secret(session, outputs["FirstAdminKey"])
    status = _run(sys.executable, "-m", "local.tools.verify", "--url", outputs["Url"], API_KEY=key)
    _say(warnings(values))  # once more: the first time is far above
    return status


def read_config(file: Path, environment: str) -> dict[str, Any]:
    """Return what samconfig.toml says about deploying an installation.

    Raises:
        CannotDeploy: it says nothing about this one.
    """
    config = tomllib.loads(file.read_text(encoding="utf-8"))
    try:
        return config[environment]["deploy"]["parameters"]
    except KeyError:
        raise CannotDeploy(f"{file.name} has no [{environment}.deploy.parameters].") from None


def parameter_values(template: Mapping[str, Any], chosen: Mapping[str, Any]) -> dict[str, str]:
    """Return the value of every parameter: the chosen one, or the default.

    All are given to CloudFormation, which would otherwise keep the last value of a parameter that is chosen no more.

    Raises:
        CannotDeploy: there is no such parameter.
    """
    if unknown := chosen.keys() - template["Parameters"].keys():
        raise CannotDeploy(f"template.yaml has no parameter {', '.join(sorted(unknown))}.")
    defaults = {name: spec["Default"] for name, spec in template["Parameters"].items()} | {"GitCommit": _commit()}
    return {name: _text(value) for name, value in (defaults | dict(chosen)).items()}


def keep_the_database(stack: str, present: Mapping[str, Any] | None, values: Mapping[str, str]) -> None:
    """Refuse parameters for which CloudFormation would replace a restored database by an empty one.

    A snapshot brings the names of database and master. Without it the template gives them, and neither can change.

    Args:
        present: the stack as it is; None: there is none.

    Raises:
        CannotDeploy: the snapshot is missing that the stack's database was made from.
    """
    if present is None or present["StackStatus"] == "REVIEW_IN_PROGRESS":  # nothing of it was ever made
        return
    parameters = {each["ParameterKey"]: each["ParameterValue"] for each in present.get("Parameters", [])}
    snapshot = parameters.get("DatabaseSnapshot")
    if snapshot and not values.get("DatabaseSnapshot"):
        raise CannotDeploy(
            f"The database of {stack} was made from the snapshot {snapshot}, and without it CloudFormation would put "
            f'an empty database in its place. Write DatabaseSnapshot = "{snapshot}" into samconfig.toml and keep it.'
        )


def warnings(values: Mapping[str, str]) -> list[str]:
    """Return what these parameters allow that may be expensive."""
    if values["LlmProvider"] == "offline":
        return []
    free = [name for name in ("LlmInputPrice", "LlmOutputPrice") if not float(values[name])]
    if not free:
        return []
    return [
        f"WARNING: LlmProvider is {values['LlmProvider']}, and {' and '.join(free)} "
        f"{'is' if len(free) == 1 else 'are'} 0, so AI texts count as cheaper than they are: LlmDollarsPerAccount and "
        "LlmDollarsPerDay do not limit what they cost. Only the numbers of calls a day do, "
        f"{values['LlmCallsPerAccount']} for an account and {values['LlmCallsPerDay']} for all together. "
        "Set the prices in samconfig.toml, unless the model is free."
    ]


def stamp(template: Mapping[str, Any], values: Mapping[str, str]) -> None:
    """Write a fingerprint of the parameters into each function that has an alias, in place."""
    shared = {name: value for name, value in values.items() if name not in REPORTED}
    for name, resource in template["Resources"].items():
        if "AutoPublishAlias" in resource.get("Properties", {}):
            seen = values if name == "System" else shared
            digest = hashlib.sha256(json.dumps(seen, sort_keys=True).encode()).hexdigest()
            resource["Properties"]["Description"] = f"Deployed with parameters {digest[:16]}"


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _commit() -> str:
    """Return the commit that is deployed; empty outside a repository."""
    found = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)
    return found.stdout.strip()


def _take_region_of_the_cli() -> None:
    """Let SAM and boto3 use the region that only the AWS CLI would read, so that all tools mean the same one."""
    if not os.environ.get("AWS_DEFAULT_REGION") and (region := os.environ.get("AWS_REGION")):
        os.environ["AWS_DEFAULT_REGION"] = region


def _session(options: argparse.Namespace) -> Any:
    import boto3  # takes long to import

    return boto3.Session(profile_name=options.profile, region_name=options.region)


def _described(cloudformation: Any, stack: str) -> dict[str, Any] | None:
    """Return what AWS says about a stack; None: there is none."""
    try:
        [found] = cloudformation.describe_stacks(StackName=stack)["Stacks"]
    except cloudformation.exceptions.ClientError as error:
        if "does not exist" in error.response["Error"]["Message"]:
            return None
        raise
    return found


def _outputs(cloudformation: Any, stack: str) -> dict[str, str]:
    [found] = cloudformation.describe_stacks(StackName=stack)["Stacks"]
    return {each["OutputKey"]: each["OutputValue"] for each in found["Outputs"]}


def _unexecuted(cloudformation: Any, stack: str) -> frozenset[str]:
    """Return the change sets that could be executed, but were not. One without changes cannot."""
    pages = cloudformation.get_paginator("list_change_sets").paginate(StackName=stack)
    return frozenset(
        each["ChangeSetId"] for page in pages for each in page["Summaries"] if each["ExecutionStatus"] == "AVAILABLE"
    )


def _secret(session: Any, name: str) -> str:
    return session.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"]


def _say(sentences: Sequence[str]) -> None:
    for sentence in sentences:
        print(sentence, file=sys.stderr, flush=True)


def _run(*command: str | Path, **environment: str) -> int:
    return subprocess.run(command, cwd=ROOT, env=os.environ | environment, check=False).returncode


def _options() -> tuple[argparse.Namespace, list[str]]:
    parser = argparse.ArgumentParser(
        prog="deploy", description="Builds, deploys and tries an installation.", epilog="The rest is for `sam deploy`."
    )
    parser.add_argument("--config-env", default="default", help="which installation of samconfig.toml")
    parser.add_argument("--stack-name", help="another name for its stack")
    parser.add_argument("--region")
    parser.add_argument("--profile", help="which credentials of AWS")
    return parser.parse_known_args()


if __name__ == "__main__":
    sys.exit(main())
