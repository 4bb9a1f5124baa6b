"""What CloudFormation gets, and does with it the second time: `make deploy` beside another stack, and again."""

from __future__ import annotations

import json
from copy import deepcopy
from functools import cache
from typing import Any

from local.tools.deploy import parameter_values, stamp
from tests.support.template import DOCUMENT, PROPERTIES
from tests.support.translated import needs_sam, translated

pytestmark = needs_sam

VALUES = parameter_values(DOCUMENT, {})
SOME = ("System", "Users", "Battles", "Migrate", "Dependencies", "Foundation", "Community", "Personas")
"""Functions of several layers, and those; the translator takes long for all."""
LAYERS = {name: PROPERTIES[name]["Layers"] for name in SOME if name in PROPERTIES}


def stamped(layer: str = "", **values: str) -> dict[str, Any]:
    """Return some of the template as `make deploy` hands it to SAM, with other parameters or another layer."""
    document = {**DOCUMENT, "Resources": deepcopy({name: DOCUMENT["Resources"][name] for name in SOME})}
    if layer:
        document["Resources"][layer]["Properties"]["ContentUri"] = "s3://elsewhere/other-content"
    stamp(document, VALUES | values)
    return document


@cache
def versions() -> dict[str, dict[str, str]]:
    """Return for each deployment the names of the functions' versions: where one changes, CloudFormation publishes."""
    deployments = {
        "first": stamped(),
        "another value": stamped(CommunityLanguage="de"),
        "another commit": stamped(GitCommit="abc"),
        "another layer": stamped(layer="Personas"),
    }
    return {
        deployment: {
            resource["Properties"]["FunctionName"]["Ref"]: name
            for name, resource in template["Resources"].items()
            if resource["Type"] == "AWS::Lambda::Version"
        }
        for deployment, template in zip(deployments, translated(*deployments.values()), strict=True)
    }


def published(deployment: str) -> set[str]:
    """Return the functions that a deployment after the first publishes anew."""
    first, second = versions()["first"], versions()[deployment]
    return {name for name in first if first[name] != second[name]}


def test_another_value_of_a_parameter_reaches_the_alias_of_every_function():
    assert published("another value") == LAYERS.keys()


def test_another_commit_publishes_only_the_function_that_reports_it():
    assert published("another commit") == {"System"}


def test_another_layer_publishes_the_functions_that_use_it():
    assert published("another layer") == {name for name, layers in LAYERS.items() if {"Ref": "Personas"} in layers}


NAMED_WITHIN_ANOTHER = {
    "AWS::ApiGateway::Stage",
    "AWS::ApiGatewayV2::Authorizer",
    "AWS::ApiGatewayV2::Stage",
    "AWS::Lambda::Alias",
    "AWS::RDS::DBInstance",  # DBName is the name of a database in it
    "AWS::RDS::DBProxyTargetGroup",
}
"""Types whose names need to be unique in their function, API or database only."""
SHARED = {"AWS::Lambda::LayerVersion"}
"""A name may be used by several stacks: each has versions of its own."""


def test_a_second_stack_beside_the_first_shares_no_name():
    """What we name, and what SAM names for us: of functions, only the schedules."""
    scheduled = {
        name: DOCUMENT["Resources"][name]
        for name, properties in PROPERTIES.items()
        if any(event["Type"] == "ScheduleV2" for event in properties.get("Events", {}).values())
    }
    [template] = translated({**DOCUMENT, "Resources": scheduled})
    named = {
        f"{name}.{key}": json.dumps(value)
        for name, resource in (DOCUMENT["Resources"] | template["Resources"]).items()
        if resource["Type"] not in NAMED_WITHIN_ANOTHER | SHARED
        for key, value in resource.get("Properties", {}).items()
        if key == "Name" or (key.endswith("Name") and key.removesuffix("Name") in resource["Type"])
    }

    assert {"Api.Name", "Bus.Name", "Dashboard.DashboardName", "Proxy.DBProxyName"} <= named.keys()
    assert "ClockEveryMinute" in template["Resources"]
    assert [name for name, value in named.items() if "AWS::StackName" not in value] == []


def test_a_stack_of_the_same_name_in_another_region_shares_no_name():
    """CloudFront and dashboards are the account's, in all regions; so are roles, whose names CloudFormation makes."""
    resources = DOCUMENT["Resources"]
    named = {
        name: json.dumps(found)
        for name, resource in resources.items()
        if resource["Type"].startswith(("AWS::CloudFront::", "AWS::CloudWatch::Dashboard"))
        for properties in (resource["Properties"], resource["Properties"].get("CachePolicyConfig", {}))
        if (found := properties.get("Name") or properties.get("DashboardName"))
    }

    assert named.keys() == {"CacheForEveryone", "CachePerPerson", "Dashboard", "FrontRequests"}
    assert [name for name, value in named.items() if "${AWS::StackName}-${AWS::Region}" not in value] == []
    types = {"AWS::IAM::Role": "RoleName", "AWS::IAM::ManagedPolicy": "ManagedPolicyName"}
    assert [
        name
        for name, resource in resources.items()
        if types.get(resource["Type"], "") in resource.get("Properties", {})
    ] == []
