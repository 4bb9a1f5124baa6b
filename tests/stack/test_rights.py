"""A function has the rights that its code needs and no others: rings, roles and queue policies."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from kernel.events import waking
from kernel.roles import APP
from local.stack.template import load
from tests.support.code import ROOT, attributes_of, first_arguments, imports_of, module_file
from tests.support.template import CLOCKS, FUNCTIONS, GROUPS, INNER, OUTER, PROPERTIES, RESOURCES, TEMPLATE, reachable

# Modules that talk to something other than Postgres; boto3 is judged by the clients it is asked for.
INTERNET = {"aiohttp", "ftplib", "http.client", "httpx", "requests", "smtplib", "urllib.request", "urllib3"}
DATABASE = {"kernel.database", "psycopg"}

# What a function must do in its code to deserve the permission.
CALLS = {
    "bedrock:InvokeModel": "converse",
    "cloudformation:ListStackResources": "get_paginator",
    "dynamodb:BatchGetItem": "batch_get_item",
    "dynamodb:BatchWriteItem": "batch_write_item",
    "dynamodb:DeleteItem": "delete_item",
    "dynamodb:GetItem": "get_item",
    "dynamodb:PutItem": "put_item",
    "dynamodb:Query": "get_paginator",
    "dynamodb:UpdateItem": "update_item",
    "events:PutEvents": "put_events",
    "execute-api:ManageConnections": "post_to_connection",
    "iam:PassRole": "create_schedule",
    "lambda:DeleteFunction": "delete_function",
    "lambda:InvokeFunction": "invoke",
    "lambda:ListAliases": "get_paginator",
    "lambda:ListVersionsByFunction": "get_paginator",
    "logs:CreateLogGroup": "create_log_group",
    "logs:PutRetentionPolicy": "put_retention_policy",
    "scheduler:CreateSchedule": "create_schedule",
    "secretsmanager:GetSecretValue": "get_secret_value",
    "ses:SendEmail": "send_email",
    "sqs:ChangeMessageVisibility": "change_message_visibility",
    "sqs:SendMessage": "send_message",
}
# What Lambda does for a function that a queue feeds.
RECEIVING = {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"}
# The calls that a library makes for code that imports these modules.
LIBRARY_CALLS = {
    "cloudformation:ListStackResources": "get_paginator",
    "aws_lambda_powertools.utilities.idempotency": {"delete_item", "get_item", "put_item", "update_item"},
    "aws_lambda_powertools.utilities.parameters": {"get_secret_value"},
}

PUBLISHERS = {"Relay", "Replay"}

# In a module that it shares with others, and nothing that it does.
SPARED = {
    "FollowUps": set(CALLS.values()),
    "PatchNotes": {"batch_get_item", "batch_write_item", "delete_item", "send_message", "update_item"},
    "Sockets": {"get_item", "get_paginator", "put_item"},
}

# Of a role that it shares with a function that needs more.
UNUSED = {"NotifyStreamerbot": {"batch_get_item", "batch_write_item"}}


def calls(function: str) -> set[str]:
    """Which of CALLS the function's code makes."""
    modules, files = reachable(function)
    ours = {name for file in files for name in attributes_of(file)}
    theirs = {name for module, made in LIBRARY_CALLS.items() if module in modules for name in made}
    return (ours | theirs) & set(CALLS.values())


# Speaks to EventBridge, whose endpoint is in the VPC.
BUS_CLIENT = module_file("kernel.event_bridge")


@pytest.mark.parametrize("function", INNER)
def test_an_inner_function_calls_nothing_but_the_bus(function: str):
    files = {file for file in reachable(function)[1] if file != BUS_CLIENT}

    assert {name for file in files for name in imports_of(file)} & INTERNET == set()
    assert {name for file in files for name in first_arguments(file, "client", "resource")} == set()


@pytest.mark.parametrize("function", [name for name in INNER if name not in PUBLISHERS])
def test_a_function_that_does_not_publish_may_wake_the_relay_and_the_pusher_at_most(function: str):
    puts = [each for each in statements(function) if each["Action"] == "events:PutEvents"]

    post = ("WorldsRole", "ClockRole")
    sources = [waking.SOURCE, "brandish.worlds"] if role_of(function) in post else waking.SOURCE
    assert [each["Condition"] for each in puts] == [
        {"ForAllValues:StringEquals": {"events:source": sources}} for _ in puts
    ]
    assert bool(puts) == (BUS_CLIENT in reachable(function)[1])


@pytest.mark.parametrize("function", OUTER)
def test_an_outer_function_does_not_touch_the_database(function: str):
    assert reachable(function)[0] & DATABASE == set()


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_that_uses_the_database_and_no_other_logs_in_as_its_user(function: str):
    user = TEMPLATE.functions[function].environment["DB_USER"]
    # Through the proxy or not: a version that was published before `UseProxy` changed goes the other way.
    ways = ["${Database.DbiResourceId}", *(["prx-*"] if user == APP else [])]
    expected = [f"dbuser:{way}/{user}" for way in ways] if reachable(function)[0] & DATABASE else []

    assert [re.sub(r".*(dbuser:)", r"\1", each) for each in resources_of(function, "rds-db:connect")] == expected
    assert bool(expected) == (function in INNER)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_has_exactly_the_rights_that_its_code_needs(function: str):
    allowed = {action for action, _ in permissions(function)} - {"rds-db:connect"} - RECEIVING
    assert allowed <= CALLS.keys(), "tell CALLS which call needs this permission"

    needed = calls(function) - SPARED.get(function, set())
    assert {CALLS[action] for action in allowed} - UNUSED.get(function, set()) == needed


def policies(function: str) -> list[Any]:
    """What the function's role allows: its own role, which SAM makes, or one that it shares."""
    if "Role" not in PROPERTIES[function]:
        return PROPERTIES[function].get("Policies", [])
    role = RESOURCES[PROPERTIES[function]["Role"]["Fn::GetAtt"][0]]["Properties"]
    return [*(policy["PolicyDocument"] for policy in role.get("Policies", [])), *role["ManagedPolicyArns"]]


def role_of(function: str) -> str | None:
    """The role that it shares with others; None: it has its own."""
    return PROPERTIES[function].get("Role", {"Fn::GetAtt": [None]})["Fn::GetAtt"][0]


def statements(function: str) -> Iterator[dict[str, Any]]:
    for policy in policies(function):
        document = RESOURCES[policy["Ref"]]["Properties"]["PolicyDocument"] if "Ref" in policy else policy
        yield from document.get("Statement", [])  # AWS's own policies are named, not written out


def permissions(function: str) -> Iterator[tuple[str, Any]]:
    for statement in statements(function):
        actions = statement["Action"]
        for action in [actions] if isinstance(actions, str) else actions:
            yield action, statement["Resource"]


@pytest.mark.parametrize("function", [name for name in FUNCTIONS if "Role" in PROPERTIES[name]])
def test_a_shared_role_adds_what_sam_would(function: str):
    """Logs, traces, the network, and the queues of the functions that share it."""
    managed = {policy["Fn::Sub"].rpartition("/")[2] for policy in policies(function) if "Fn::Sub" in policy}
    sharing = [name for name in FUNCTIONS if PROPERTIES[name].get("Role") == PROPERTIES[function]["Role"]]
    queues = {source.queue for source in TEMPLATE.sources if source.function in sharing}
    received = [resource for action, resource in permissions(function) if action == "sqs:ReceiveMessage"]

    assert "Policies" not in PROPERTIES[function]
    assert managed == {"AWSLambdaBasicExecutionRole", "AWSXrayWriteOnlyAccess"} | (
        {"AWSLambdaVPCAccessExecutionRole"} if function in INNER else set()
    )
    assert {queue["Fn::GetAtt"][0] for resource in received for queue in resource} == queues


def invocable(role: str) -> list[Any]:
    [statement] = RESOURCES[role]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    assert statement["Action"] == "lambda:InvokeFunction"
    return statement["Resource"]


def test_the_gateway_may_invoke_the_functions_of_its_paths_and_its_authorizer():
    api = RESOURCES["Api"]["Properties"]
    methods = [method for path in api["DefinitionBody"]["paths"].values() for method in path.values()]
    role = {"Fn::GetAtt": ["GatewayRole", "Arn"]}

    assert all(method["x-amazon-apigateway-integration"]["credentials"] == role for method in methods)
    assert all(each["FunctionInvokeRole"] == role for each in api["Auth"]["Authorizers"].values())
    assert {each["Ref"] for each in invocable("GatewayRole")} == {f"{name}.Alias" for name in (*GROUPS, "Authorizer")}


def test_the_scheduler_may_invoke_the_functions_that_have_a_schedule():
    schedules = [
        event["Properties"]
        for properties in PROPERTIES.values()
        for event in properties.get("Events", {}).values()
        if event["Type"] == "ScheduleV2"
    ]

    assert all(each["RoleArn"] == {"Fn::GetAtt": ["ClocksRole", "Arn"]} for each in schedules)
    assert {each["Fn::GetAtt"][0] for each in invocable("ClocksRole")} == set(CLOCKS)


def resources_of(function: str, wanted: str) -> list[str]:
    """The address patterns, as text, that the function may use for an action."""
    found = [each for action, resource in permissions(function) if action == wanted for each in several(resource)]
    return [text if isinstance(text := resource["Fn::Sub"], str) else text[0] for resource in found]


def several(given: Any) -> list[Any]:
    """Several values, or the one that stands for itself, as in a policy."""
    return given if isinstance(given, list) else [given]


def test_only_a_rule_may_write_to_its_queue():
    """One policy per queue, of one statement that names it alone: SQS refuses others, and more than ten conditions."""
    allowed: set[tuple[str, str]] = set()
    policies = [each["Properties"] for each in RESOURCES.values() if each["Type"] == "AWS::SQS::QueuePolicy"]
    for policy in policies:
        [queue] = policy["Queues"]
        [statement] = policy["PolicyDocument"]["Statement"]
        assert statement["Resource"] == {"Fn::GetAtt": [queue["Ref"], "Arn"]}
        [sources] = statement["Condition"].values()
        rules = several(sources["aws:SourceArn"])
        assert len(rules) <= 10
        allowed |= {
            (rule["Fn::GetAtt"][0] if "Fn::GetAtt" in rule else rule["Fn::Sub"], queue["Ref"]) for rule in rules
        }
    with_mails = load(ROOT / "template.yaml", {"MailSender": "a@example.org"})  # which go elsewhere without
    needed = {
        (rule.name, target.name)
        for template in (TEMPLATE, with_mails)
        for rule in template.rules
        for target in rule.targets
        if target.kind == "queue"
    } | {(each.name, each.target.name) for each in TEMPLATE.schedules if each.target.kind == "queue"}
    any_rule_of_the_bus = "arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:rule/${Bus}/*"

    assert allowed == needed | {(any_rule_of_the_bus, "DeadLetters")}
    assert {target.dead_letters for rule in TEMPLATE.rules for target in rule.targets} <= {"DeadLetters", None}
    assert len(policies) == len({queue for _, queue in allowed})


def test_a_gambles_schedule_may_invoke_the_clock_and_nothing_else():
    variables = PROPERTIES["ScheduleGamble"]["Environment"]["Variables"]
    group, role = variables["SCHEDULE_GROUP"]["Ref"], variables["SCHEDULE_ROLE_ARN"]["Fn::GetAtt"][0]
    [trust] = RESOURCES[role]["Properties"]["AssumeRolePolicyDocument"]["Statement"]

    assert invocable(role) == variables["SCHEDULE_TARGET_ARN"] == {"Fn::GetAtt": ["Clock", "Arn"]}
    assert trust["Principal"] == {"Service": "scheduler.amazonaws.com"}
    assert trust["Condition"]["ArnEquals"] == {"aws:SourceArn": {"Fn::GetAtt": [group, "Arn"]}}

    [passing] = [each for each in statements("ScheduleGamble") if each["Action"] == "iam:PassRole"]
    assert passing["Resource"] == variables["SCHEDULE_ROLE_ARN"]
    assert passing["Condition"] == {"StringEquals": {"iam:PassedToService": "scheduler.amazonaws.com"}}
