"""What template.yaml promises and what the code does are the same thing."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from kernel.counters.rules import COUNTED
from local.stack import template as local_template
from local.stack.cloudformation import read_document
from local.stack.routes import Routes
from tests.support.code import ROOT, attributes_of, first_arguments, reachable_from

DOCUMENT: dict[str, Any] = dict(read_document(ROOT / "template.yaml"))
RESOURCES: dict[str, Any] = DOCUMENT["Resources"]
TEMPLATE = local_template.load(ROOT / "template.yaml")
PROPERTIES: dict[str, dict[str, Any]] = {
    name: resource["Properties"]
    for name, resource in RESOURCES.items()
    if resource["Type"] == "AWS::Serverless::Function"
}
FUNCTIONS = sorted(PROPERTIES)
INNER = sorted(name for name in FUNCTIONS if "VpcConfig" in PROPERTIES[name])
OUTER = sorted(set(FUNCTIONS) - set(INNER))
GROUPS = sorted({route.function for route in TEMPLATE.api.routes})
CLOCKS = sorted(each.target.name for each in TEMPLATE.schedules if each.target.kind == "function")

# Modules that talk to something other than Postgres; boto3 is judged by the clients it is asked for.
INTERNET = {"aiohttp", "ftplib", "http.client", "httpx", "requests", "smtplib", "urllib.request", "urllib3"}
DATABASE = {"kernel.database", "psycopg"}

# What a function must do in its code to deserve the permission.
CALLS = {
    "dynamodb:DeleteItem": "delete_item",
    "dynamodb:GetItem": "get_item",
    "dynamodb:PutItem": "put_item",
    "dynamodb:Query": "get_paginator",
    "dynamodb:UpdateItem": "update_item",
    "events:PutEvents": "put_events",
    "execute-api:ManageConnections": "post_to_connection",
    "iam:PassRole": "create_schedule",
    "lambda:InvokeFunction": "invoke",
    "scheduler:CreateSchedule": "create_schedule",
    "secretsmanager:GetSecretValue": "get_secret_value",
    "sqs:SendMessage": "send_message",
}
# What Lambda does for a function that a queue feeds.
RECEIVING = {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"}
# What a library calls for whoever imports this of it.
LIBRARY_CALLS = {
    "aws_lambda_powertools.utilities.idempotency": {"delete_item", "get_item", "put_item", "update_item"},
    "aws_lambda_powertools.utilities.parameters": {"get_secret_value"},
}

# In a module that it shares with others, and nothing that it does.
SPARED = {
    "FollowUps": set(CALLS.values()),
    "PatchNotes": {"delete_item", "send_message", "update_item"},
    "Sockets": {"get_item", "get_paginator", "put_item"},
}

# Read by the libraries, not by us.
LIBRARY_VARIABLES = {
    "AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI",
    "AWS_LAMBDA_EXEC_WRAPPER",
    "AWS_LWA_INVOKE_MODE",
    "AWS_LWA_READINESS_CHECK_PATH",
    "LOG_LEVEL",
    "POWERTOOLS_METRICS_NAMESPACE",
    "POWERTOOLS_SERVICE_NAME",
    "WEB_APP",
}
# Left to their defaults in AWS, or meant for a machine without it.
LOCAL_VARIABLES = {
    "BUILD_TIME",
    "CONTRIBUTION_SHARDS",
    "DATABASE_URL",
    "DB_PASSWORD",
    "DEV_MODE",
    "DISCORD_API_URL",
    "DISCORD_BOT_TOKEN",
    "DISCORD_FORCE_COMMAND_UPDATE",
    "STREAMERBOT_PASSWORD",
    "STREAMERBOT_WEBHOOK_URL",
}

STATUS_OF_CODE = {
    "validation": {None},  # keeps the status that API Gateway chose
    "unauthorized": {401, 403},
    "not_found": {404},
    "body_too_large": {413},
    "rate_limited": {429},
    "internal": {500},
    "unavailable": {503},
}
SECURITY_HEADERS = {
    "X-Content-Type-Options": "'nosniff'",
    "X-Frame-Options": "'SAMEORIGIN'",
    "X-XSS-Protection": "'1; mode=block'",
    "Referrer-Policy": "'strict-origin-when-cross-origin'",
}


def module_of(function: str) -> str:
    """Where its handler is, or its web server."""
    handler = PROPERTIES[function]["Handler"]
    return (
        handler.removesuffix("/run.sh").replace("/", ".") + ".__main__"
        if "/" in handler
        else handler.rpartition(".")[0]
    )


def folder_of(function: str) -> str:
    """Such as functions/community/economy."""
    return "/".join(module_of(function).split(".")[:3])


# ---------------------------------------------------------------- handlers and routes


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_handler_exists(function: str):
    handler = PROPERTIES[function]["Handler"]
    if handler.endswith("/run.sh"):
        assert os.access(ROOT / handler, os.X_OK)
        module, _, name = PROPERTIES[function]["Environment"]["Variables"]["WEB_APP"].rpartition(":")
    else:
        module, _, name = handler.rpartition(".")

    assert callable(getattr(import_module(module), name))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_what_an_event_source_is_called_is_nothing_elses_name(function: str):
    """SAM makes a resource of each, whose name is the two together. `sam validate --lint` does not look."""
    made = {f"{function}{event}" for event in PROPERTIES[function].get("Events", {})}

    assert made & RESOURCES.keys() == set()


def test_every_folder_of_functions_is_deployed():
    folders = {
        f"functions/{file.parent.parent.name}/{file.parent.name}" for file in (ROOT / "functions").glob("*/*/app.py")
    }

    assert folders == {folder_of(function) for function in FUNCTIONS}


def build_of(function: str, folder: Path = ROOT) -> str:
    """The commands that put its files where SAM wants them."""
    return subprocess.run(
        ["make", "--dry-run", "-f", "functions/Makefile", f"build-{function}", "ARTIFACTS_DIR=out"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    ).stdout


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_build_takes_the_functions_folder(function: str):
    assert f'cp -R "{folder_of(function)}/." "out/{folder_of(function)}"' in build_of(function)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_build_packs_all_that_a_function_imports_of_functions(function: str):
    files = reachable(function)[1]
    packed = {ROOT / word for word in build_of(function).replace('"', " ").split() if word.startswith("functions/")}
    ours = {file for file in files if file.is_relative_to(ROOT / "functions")}

    assert {file for file in ours if not packed & {file, *file.parents}} == set()


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_has_the_layers_that_it_imports_from(function: str):
    layers = {layer["Ref"] for layer in PROPERTIES[function].get("Layers", []) if "Ref" in layer}
    folders = {file.relative_to(ROOT).parts[1] for file in reachable(function)[1] if "layers" in file.parts}

    assert {layer.lower() for layer in layers} == folders | ({"dependencies"} if folders else set())


def test_a_change_in_a_product_publishes_its_functions_only(tmp_path: Path):
    for folder in ("functions", "layers/foundation", "layers/community", "configs"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "layers/dependencies").mkdir()
    (tmp_path / "layers/dependencies/requirements.txt").touch()
    published = [name for name in FUNCTIONS if "AutoPublishAlias" in PROPERTIES[name]]
    community = {name for name in published if {"Ref": "Community"} in PROPERTIES[name]["Layers"]}

    def fingerprints() -> dict[str, str]:
        return {name: fingerprint(tmp_path, name) for name in published}

    def changed(file: str) -> set[str]:
        before = fingerprints()
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text("# new")
        return {name for name, now in fingerprints().items() if now != before[name]}

    assert changed("layers/community/community/economy/rules.py") == community
    assert changed("configs/community/new.json") == community
    assert changed("layers/x/x/rules.py") == changed("configs/x/new.json") == set()
    assert changed("layers/foundation/kernel/action.py") == set(published)
    assert {"Authorizer", "Feed", "Stream"} == set(published) - community


def fingerprint(folder: Path, function: str) -> str:
    """What the build says of the layers."""
    [command] = [line for line in build_of(function, folder).splitlines() if line.startswith("find layers")]
    return subprocess.check_output(command.partition(" > ")[0], shell=True, cwd=folder, text=True)


def test_a_new_version_publishes_the_function_that_tells_it_only():
    versioned = {"VERSION", "GIT_COMMIT", "BUILD_TIME"}

    assert [name for name in FUNCTIONS if versioned & TEMPLATE.functions[name].environment.keys()] == ["System"]


@pytest.mark.parametrize("function", sorted(set(GROUPS) - {"Discord"}))  # which is no web application
def test_every_route_of_the_group_reaches_it(function: str):
    table = Routes(TEMPLATE.api.routes)
    paths = list(paths_of(import_module(f"{folder_of(function).replace('/', '.')}.app").app))
    assert paths

    strays = {
        f"{method} {path}": match.route.function if match else None
        for method, path in paths
        if (match := table.match(method, path)) is None or match.route.function != function
    }

    assert strays == {}


def paths_of(app: Any) -> Iterator[tuple[str, str]]:
    """Method and path of every operation the OpenAPI description lists, parameters filled in."""
    for path, operations in app.openapi()["paths"].items():
        for method in operations:
            yield method.upper(), re.sub(r"\{[^}]+\}", "something", path)


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/version", "/metrics", "/swagger/index.html", "/favicon.ico"])
def test_a_public_path_needs_no_key(path: str):
    match = Routes(TEMPLATE.api.routes).match("GET", path)

    assert match is not None
    assert (match.route.authorizer, match.route.usage_key_required) == (None, False)


def test_everything_that_is_served_below_api_needs_a_key():
    served = [route for route in TEMPLATE.api.routes if route.path.startswith("/api/")]

    assert served
    assert [route for route in served if route.authorizer is None or not route.usage_key_required] == []
    assert [route.path for route in served if route.authorizer != "Key"] == ["/api/v1/events"]


@pytest.mark.parametrize("method", ["HEAD", "POST"])
def test_a_method_that_the_stream_does_not_take_is_its_own_to_answer(method: str):
    match = Routes(TEMPLATE.api.routes).match(method, "/api/v1/events")

    assert match is not None
    assert match.route.streams


def test_a_ticket_is_looked_at_each_time():
    authorizer = TEMPLATE.api.authorizers["KeyOrTicket"]

    assert (authorizer.headers, authorizer.query, authorizer.ttl_seconds) == ((), (), 0)


@pytest.mark.parametrize(
    ("path", "function"),
    [
        ("/api/v1/message/handle", "Messages"),
        ("/api/v1/test", "Messages"),
        ("/api/v1/jobs", "Jobs"),
        ("/api/v1/recipes", "Crafting"),
        ("/api/v1/achievements", "Stats"),
        ("/api/v1/admin/jobs/xp", "Admin"),
        ("/api/admin/progression/reload-weights", "Admin"),
        # Six actions on an item, of three groups.
        ("/api/v1/user/item/buy", "Economy"),
        ("/api/v1/user/item/sell", "Economy"),
        ("/api/v1/user/item/upgrade", "Crafting"),
        ("/api/v1/user/item/disassemble", "Crafting"),
        ("/api/v1/user/item/add", "Users"),
        ("/api/v1/user/item/use", "Users"),
        # We answer for unknown paths ourselves.
        ("/", "System"),
        ("/nowhere", "System"),
        ("/api", "System"),
        ("/api/v2/prices", "System"),
    ],
)
def test_a_path_reaches_its_function(path: str, function: str):
    match = Routes(TEMPLATE.api.routes).match("POST", path)

    assert match is not None
    assert match.route.function == function


# ---------------------------------------------------------------- rings and permissions


def reachable(function: str) -> tuple[frozenset[str], frozenset[Path]]:
    return reachable_from(module_of(function))


def calls(function: str) -> set[str]:
    """Which of CALLS the function's code makes."""
    modules, files = reachable(function)
    ours = {name for file in files for name in attributes_of(file)}
    theirs = {name for module, made in LIBRARY_CALLS.items() if module in modules for name in made}
    return (ours | theirs) & set(CALLS.values())


@pytest.mark.parametrize("function", INNER)
def test_an_inner_function_does_not_call_out(function: str):
    assert reachable(function)[0] & INTERNET == set()


@pytest.mark.parametrize("function", OUTER)
def test_an_outer_function_does_not_touch_the_database(function: str):
    assert reachable(function)[0] & DATABASE == set()


@pytest.mark.parametrize("function", INNER)
def test_an_inner_function_asks_boto3_for_eventbridge_only(function: str):
    services = {name for file in reachable(function)[1] for name in first_arguments(file, "client", "resource")}

    assert services <= {"events"}


@pytest.mark.parametrize("function", INNER)
def test_an_inner_function_logs_in_to_the_database(function: str):
    variables = TEMPLATE.functions[function].environment

    assert [f"dbuser:{variables['DB_USER']}"] == [
        re.sub(r".*(dbuser:).*/", r"\1", resource) for resource in resources_of(function, "rds-db:connect")
    ]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_may_do_exactly_what_it_does(function: str):
    allowed = {action for action, _ in permissions(function)} - {"rds-db:connect"} - RECEIVING
    assert allowed <= CALLS.keys(), "tell CALLS which call needs this permission"

    assert {CALLS[action] for action in allowed} == calls(function) - SPARED.get(function, set())


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_login_to_the_database_is_used(function: str):
    may_log_in = bool(resources_of(function, "rds-db:connect"))

    assert may_log_in == bool(reachable(function)[0] & DATABASE)


def policies(function: str) -> list[Any]:
    """What the function's role allows: its own role, which SAM makes, or one that it shares."""
    if "Role" not in PROPERTIES[function]:
        return PROPERTIES[function].get("Policies", [])
    role = RESOURCES[PROPERTIES[function]["Role"]["Fn::GetAtt"][0]]["Properties"]
    return [*(policy["PolicyDocument"] for policy in role.get("Policies", [])), *role["ManagedPolicyArns"]]


def permissions(function: str) -> Iterator[tuple[str, Any]]:
    for policy in policies(function):
        document = RESOURCES[policy["Ref"]]["Properties"]["PolicyDocument"] if "Ref" in policy else policy
        for statement in document.get("Statement", []):  # AWS's own policies are named, not written out
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


def test_the_gateway_may_invoke_what_it_has_paths_and_an_authorizer_for():
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
    found = [resource for action, resource in permissions(function) if action == wanted]
    return [text if isinstance(text := resource["Fn::Sub"], str) else text[0] for resource in found]


# ---------------------------------------------------------------- what fits, what is watched


CLASSES: dict[str, dict[str, int]] = DOCUMENT["Mappings"]["Connections"]


def share_of(function: str) -> str:
    """The entry of the mapping that says how many environments, and so connections, a function may have."""
    *where, share = PROPERTIES[function]["ReservedConcurrentExecutions"]["Fn::FindInMap"]
    assert where == ["Connections", {"Ref": "DatabaseClass"}]
    return share


@pytest.mark.parametrize("function", INNER)
def test_a_function_has_a_share_of_its_own_unless_it_is_a_small_group(function: str):
    assert share_of(function) == function or (function in GROUPS and share_of(function) == "SmallGroup")


@pytest.mark.parametrize("size", DOCUMENT["Parameters"]["DatabaseClass"]["AllowedValues"])
def test_the_functions_fit_the_databases_connections(size: str):
    shares = {function: CLASSES[size][share_of(function)] for function in INNER}
    kept_for_people_and_rds = 6

    assert CLASSES[size].keys() - {"Max", "Alarm"} == {share_of(function) for function in INNER}
    assert 2 * sum(shares.values()) + kept_for_people_and_rds <= CLASSES[size]["Max"]
    assert 2 * max(shares.values()) < CLASSES[size]["Alarm"] < CLASSES[size]["Max"]
    assert max(shares, key=lambda name: shares[name]) == "Messages"
    assert {shares[name] for name in CLOCKS if name in INNER} == {1}  # they run alone


@pytest.mark.parametrize("size", CLASSES)
def test_no_queue_sends_a_function_more_than_may_run(size: str):
    """What is sent beyond is throttled, comes again, and is given up in the end without ever having been tried."""
    for function in INNER:
        for source in PROPERTIES[function].get("Events", {}).values():
            if source["Type"] == "SQS":
                limit = source["Properties"]["ScalingConfig"]["MaximumConcurrency"]
                assert limit == PROPERTIES[function]["ReservedConcurrentExecutions"]
                assert CLASSES[size][function] >= 2  # SQS has no smaller limit


def test_a_deployment_does_not_replace_the_secrets_that_were_filled_in():
    secret = RESOURCES["DestinationSecrets"]["Properties"]

    assert secret["SecretString"] == '{"discord_bot_token": "", "streamerbot_password": ""}'


def test_an_alarm_hears_of_every_function_that_fails():
    failures, alarm = RESOURCES["Failures"]["Properties"], RESOURCES["FunctionErrors"]["Properties"]
    [metric] = failures["MetricTransformations"]

    assert failures["LogGroupName"] == {"Ref": "Logs"}
    assert (metric["MetricNamespace"], metric["MetricName"]) == (alarm["Namespace"], alarm["MetricName"])
    # Except for what the authorizer raises to say no: anyone could ring the alarm.
    spared = re.findall(r'errorMessage != "(.*?)"', failures["FilterPattern"])
    assert spared == list(first_arguments(ROOT / "functions/shared/authorizer/app.py", "Exception"))


def test_the_alarm_for_dead_events_hears_what_the_relay_reports(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    from functions.shared.relay.app import report
    from kernel.events.service import Backlog

    stack = TEMPLATE.functions["Relay"].environment["POWERTOOLS_SERVICE_NAME"]
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", stack)

    report(Backlog(waiting=5, dead=2))

    said = json.loads(capsys.readouterr().out)
    alarm = RESOURCES["DeadEvents"]["Properties"]
    assert alarm["Dimensions"] == [{"Name": "service", "Value": {"Ref": "AWS::StackName"}}]
    assert said["service"] == stack
    assert said[alarm["MetricName"]] == [2]
    assert [(each["Namespace"], each["Dimensions"]) for each in said["_aws"]["CloudWatchMetrics"]] == [
        (alarm["Namespace"], [["service"]])
    ]


def test_every_function_logs_to_the_group_with_a_retention():
    logging = DOCUMENT["Globals"]["Function"]["LoggingConfig"]

    assert logging == {"LogGroup": {"Ref": "Logs"}, "LogFormat": "JSON"}
    assert RESOURCES["Logs"]["Properties"]["RetentionInDays"] == {"Ref": "LogDays"}
    assert [name for name in FUNCTIONS if "LoggingConfig" in PROPERTIES[name]] == []


def test_the_daily_reset_is_tried_at_its_hour_and_again_for_a_missed_one():
    tries = {each.expression: each.timezone for each in TEMPLATE.schedules if each.target.name == "ClockDailyReset"}

    assert tries.pop("cron(0 17 * * ? *)") in ("Etc/UTC", "UTC")
    assert list(tries) == ["rate(30 minutes)"]


def test_every_queue_gives_up_to_the_dead_letters_and_reports_single_failures():
    assert TEMPLATE.sources
    for source in TEMPLATE.sources:
        queue = TEMPLATE.queues[source.queue]
        timeout = TEMPLATE.functions[source.function].timeout_seconds
        if queue.fifo:  # one batch at a time: no others that wait for a free environment
            assert queue.dead_letters == "DeadLettersInOrder"
            assert queue.visibility_seconds > timeout
        else:
            assert queue.dead_letters == "DeadLetters"
            assert queue.visibility_seconds >= 6 * timeout
        # A message for the WebSockets only says that there is something to see: one look is for all of them.
        assert source.report_failures == (queue.name != "ForSockets")


@pytest.mark.parametrize("queue", ["ForDiscord", "ForStreamerbot"])
def test_what_a_destination_cannot_take_is_kept_for_two_hours(queue: str):
    found = TEMPLATE.queues[queue]

    assert found.max_receives is not None
    assert found.visibility_seconds * found.max_receives == 2 * 60 * 60


def test_a_rule_and_nobody_else_may_write_to_its_queue():
    policy = RESOURCES["RulesMayQueue"]["Properties"]
    allowed = {
        (each["Condition"]["ArnEquals"]["aws:SourceArn"]["Fn::GetAtt"][0], resource["Fn::GetAtt"][0])
        for each in policy["PolicyDocument"]["Statement"]
        for resource in each["Resource"]
    }
    needed = {
        (rule.name, queue)
        for rule in TEMPLATE.rules
        for target in rule.targets
        for queue in (target.name, target.dead_letters)
    } | {(each.name, each.target.name) for each in TEMPLATE.schedules if each.target.kind == "queue"}

    assert allowed == needed
    assert {queue["Ref"] for queue in policy["Queues"]} == {queue for _, queue in needed}


def test_a_gambles_schedule_may_invoke_the_clock_and_nothing_else():
    variables = PROPERTIES["ScheduleGamble"]["Environment"]["Variables"]
    role = RESOURCES[variables["SCHEDULE_ROLE_ARN"]["Fn::GetAtt"][0]]["Properties"]
    trust = role["AssumeRolePolicyDocument"]["Statement"]
    may = [each for policy in role["Policies"] for each in policy["PolicyDocument"]["Statement"]]

    assert variables["SCHEDULE_TARGET_ARN"] == {"Fn::GetAtt": ["ClockDue", "Arn"]}
    assert [(each["Action"], each["Resource"]) for each in may] == [
        ("lambda:InvokeFunction", variables["SCHEDULE_TARGET_ARN"])
    ]
    assert [each["Principal"] for each in trust] == [{"Service": "scheduler.amazonaws.com"}]
    assert trust[0]["Condition"]["ArnEquals"] == {
        "aws:SourceArn": {"Fn::GetAtt": [variables["SCHEDULE_GROUP"]["Ref"], "Arn"]}
    }


def test_a_function_passes_the_schedules_role_to_the_scheduler_alone():
    [passing] = [
        statement
        for policy in PROPERTIES["ScheduleGamble"]["Policies"]
        for statement in policy["Statement"]
        if statement["Action"] == "iam:PassRole"
    ]

    assert passing["Resource"] == PROPERTIES["ScheduleGamble"]["Environment"]["Variables"]["SCHEDULE_ROLE_ARN"]
    assert passing["Condition"] == {"StringEquals": {"iam:PassedToService": "scheduler.amazonaws.com"}}


def test_a_rule_waits_for_events_that_somebody_announces():
    announced = {
        match
        for file in (ROOT / "layers").rglob("*.py")
        for match in re.findall(r'^    type: ClassVar\[str\] = "([^"]+)"', file.read_text(), re.MULTILINE)
    }

    for rule in TEMPLATE.rules:
        assert rule.pattern["source"] == ["brandish"]
        assert {kind for kind in rule.pattern["detail-type"] if isinstance(kind, str)} <= announced


PRIVATE = [{"anything-but": {"prefix": "discord."}}]


def test_private_events_reach_no_listener_and_no_archive():
    [listeners] = [rule for rule in TEMPLATE.rules if rule.name == "EventsForSockets"]

    assert listeners.pattern["detail-type"] == PRIVATE
    assert RESOURCES["BusArchive"]["Properties"]["EventPattern"]["detail-type"] == PRIVATE


@pytest.mark.parametrize("function", sorted({*GROUPS, "Authorizer"} - {"Stream"}))  # whose callers stay for long
def test_whoever_keeps_a_caller_waiting_starts_from_a_snapshot(function: str):
    properties = PROPERTIES[function]

    assert properties["SnapStart"] == {"ApplyOn": "PublishedVersions"}
    assert properties["AutoPublishAlias"] == "live"
    assert properties["AutoPublishAliasAllProperties"] is True


# ---------------------------------------------------------------- answers and settings


@pytest.mark.parametrize("kind", TEMPLATE.api.responses)
def test_the_gateway_answers_in_our_shape(kind: str):
    response = TEMPLATE.api.responses[kind]
    body = json.loads(response.templates["application/json"])

    assert set(body) == {"error", "code"}
    assert response.status in STATUS_OF_CODE[body["code"]]
    assert SECURITY_HEADERS.items() <= response.headers.items()
    assert ("Retry-After" in response.headers) == (response.status in (429, 503))


def test_the_gateway_has_an_answer_for_whatever_it_refuses():
    expected = """
        DEFAULT_4XX DEFAULT_5XX UNAUTHORIZED INVALID_API_KEY ACCESS_DENIED AUTHORIZER_FAILURE THROTTLED
        QUOTA_EXCEEDED REQUEST_TOO_LARGE MISSING_AUTHENTICATION_TOKEN RESOURCE_NOT_FOUND
        INTEGRATION_TIMEOUT INTEGRATION_FAILURE
    """

    assert set(expected.split()) <= TEMPLATE.api.responses.keys()


def test_the_template_sets_what_the_settings_read():
    tree = ast.parse((ROOT / "layers/foundation/kernel/settings.py").read_text())
    read = {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and re.fullmatch(r"[A-Z][A-Z_]+", str(node.value))
    }
    given = {
        name
        for properties in (DOCUMENT["Globals"]["Function"], *PROPERTIES.values())
        for name in properties.get("Environment", {}).get("Variables", {})
    }

    assert given | LOCAL_VARIABLES == read | LIBRARY_VARIABLES
    assert given & LOCAL_VARIABLES == read & LIBRARY_VARIABLES == set()


def test_a_usage_key_exists_for_every_role():
    prefix = TEMPLATE.functions["Authorizer"].environment["USAGE_KEY_PREFIX"]

    assert {f"{prefix}{role}" for role in ("admin", "bot", "viewer")} == TEMPLATE.api.usage_keys
    assert all(20 <= len(key) <= 128 for key in TEMPLATE.api.usage_keys)


@pytest.mark.parametrize("installation", ["default", "prod"])
def test_samconfig_gives_parameters_values_they_take(installation: str):
    config = tomllib.loads((ROOT / "samconfig.toml").read_text())
    overrides = config[installation]["deploy"]["parameters"]["parameter_overrides"].split()
    assert overrides

    for name, value in (override.split("=") for override in overrides):
        parameter = DOCUMENT["Parameters"][name]
        assert value in map(str, parameter.get("AllowedValues", [value]))
        assert re.fullmatch(parameter.get("AllowedPattern", ".*"), value)
        if parameter["Type"] == "Number":
            assert parameter.get("MinValue", 0) <= int(value) <= parameter.get("MaxValue", 10_000)


def test_everything_the_tally_counts_is_delivered_to_it():
    [rule] = [rule for rule in TEMPLATE.rules if rule.name == "EventsToTally"]

    assert set(rule.pattern["detail-type"]) == set(COUNTED)
