"""What template.yaml promises and what the code does are the same thing."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from community.counting import COUNTED
from kernel.events.models import Event
from kernel.events.replaying import ReplayRequested
from local.stack import template as local_template
from local.stack.cloudformation import read_document
from local.stack.routes import Routes

ROOT = Path(__file__).parents[2]
SOURCES = (ROOT, ROOT / "layers/foundation", ROOT / "layers/community")

DOCUMENT: dict[str, Any] = dict(read_document(ROOT / "template.yaml"))
TEMPLATE = local_template.load(ROOT / "template.yaml")
PROPERTIES: dict[str, dict[str, Any]] = {
    name: resource["Properties"]
    for name, resource in DOCUMENT["Resources"].items()
    if resource["Type"] == "AWS::Serverless::Function"
}
FUNCTIONS = sorted(PROPERTIES)
INNER = sorted(name for name in FUNCTIONS if "VpcConfig" in PROPERTIES[name])
OUTER = sorted(set(FUNCTIONS) - set(INNER))
GROUPS = sorted({route.function for route in TEMPLATE.api.routes})

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

# Set by AWS's runtime, or by who starts the stream's server.
RUNTIME_VARIABLES = {"AWS_LAMBDA_FUNCTION_NAME", "AWS_REGION", "PORT"}

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

    assert made & DOCUMENT["Resources"].keys() == set()


def test_every_folder_of_functions_is_deployed():
    folders = {
        f"functions/{file.parent.parent.name}/{file.parent.name}" for file in (ROOT / "functions").glob("*/*/app.py")
    }

    assert folders == {folder_of(function) for function in FUNCTIONS}


@cache
def build_of(function: str) -> str:
    """The commands that put its files where SAM wants them."""
    return subprocess.run(
        ["make", "--dry-run", "-f", "functions/Makefile", f"build-{function}", "ARTIFACTS_DIR=out"],
        cwd=ROOT,
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


def test_what_clients_call_user_item_goes_to_whoever_serves_it():
    table = Routes(TEMPLATE.api.routes)
    actions = ("buy", "sell", "upgrade", "disassemble", "add", "use")

    taken = [table.match("POST", f"/api/v1/user/item/{action}") for action in actions]

    expected = ["Economy", "Economy", "Crafting", "Crafting", "Users", "Users"]
    assert [match and match.route.function for match in taken] == expected


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
    ],
)
def test_an_alias_elsewhere_reaches_the_same_function(path: str, function: str):
    match = Routes(TEMPLATE.api.routes).match("POST", path)

    assert match is not None
    assert match.route.function == function


@pytest.mark.parametrize("path", ["/", "/nowhere", "/api", "/api/v2/prices"])
def test_an_unknown_path_is_answered_by_us(path: str):
    match = Routes(TEMPLATE.api.routes).match("GET", path)

    assert match is not None
    assert match.route.function == "System"


# ---------------------------------------------------------------- rings and permissions


@cache
def module_file(name: str) -> Path | None:
    """The file of one of our modules; None for somebody else's."""
    for source in SOURCES:
        stem = source.joinpath(*name.split("."))
        for file in (stem / "__init__.py", stem.with_suffix(".py")):
            if file.is_file():
                return file
    return None


@cache
def imports_of(file: Path) -> frozenset[str]:
    """Every module the file names in an import, wherever in the file; the packages around it included."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                package = relative_package(file, node.level)
                base = f"{package}.{base}".rstrip(".")
            found.update({base, *(f"{base}.{alias.name}" for alias in node.names)})
    return frozenset(parent for name in found for parent in parents(name))


def relative_package(file: Path, level: int) -> str:
    source = next(source for source in SOURCES if file.is_relative_to(source))
    parts = file.relative_to(source).parent.parts
    return ".".join(parts[: len(parts) - level + 1])


def parents(name: str) -> list[str]:
    """a, a.b and a.b.c for a.b.c: importing a module runs the packages around it."""
    parts = name.split(".")
    return [".".join(parts[: end + 1]) for end in range(len(parts))]


@cache
def reachable(function: str) -> tuple[frozenset[str], frozenset[Path]]:
    """Modules the function imports, ours and others', and the files of ours."""
    start = module_file(module_of(function))
    assert start, f"{function} has no code"
    files = {start}
    modules: set[str] = set()
    pending = list(files)
    while pending:
        for name in imports_of(pending.pop()):
            modules.add(name)
            if (file := module_file(name)) and file not in files:
                files.add(file)
                pending.append(file)
    return frozenset(modules), frozenset(files)


@cache
def attributes_of(file: Path) -> frozenset[str]:
    return frozenset(node.attr for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Attribute))


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
    services = {
        node.args[0].value
        for file in reachable(function)[1]
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call)
        and called_name(node) in ("client", "resource")
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }

    assert services <= {"events"}


def called_name(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


@pytest.mark.parametrize("function", INNER)
def test_an_inner_function_logs_in_to_the_database(function: str):
    variables = TEMPLATE.functions[function].environment

    assert [f"dbuser:{variables['DB_USER']}"] == [
        re.sub(r".*(dbuser:).*/", r"\1", resource) for resource in resources_of(function, "rds-db:connect")
    ]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_may_do_exactly_what_it_does(function: str):
    allowed = {action for action, _ in permissions(function)} - {"rds-db:connect"}
    assert allowed <= CALLS.keys(), "tell CALLS which call needs this permission"

    assert {CALLS[action] for action in allowed} == calls(function) - SPARED.get(function, set())


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_login_to_the_database_is_used(function: str):
    may_log_in = bool(resources_of(function, "rds-db:connect"))

    assert may_log_in == bool(reachable(function)[0] & DATABASE)


def permissions(function: str) -> Iterator[tuple[str, Any]]:
    for policy in PROPERTIES[function].get("Policies", []):
        document = policy
        if "Ref" in policy:
            document = DOCUMENT["Resources"][policy["Ref"]]["Properties"]["PolicyDocument"]
        for statement in document["Statement"]:
            actions = statement["Action"]
            for action in [actions] if isinstance(actions, str) else actions:
                yield action, statement["Resource"]


def resources_of(function: str, wanted: str) -> list[str]:
    """The address patterns, as text, that the function may use for an action."""
    found = [resource for action, resource in permissions(function) if action == wanted]
    return [text if isinstance(text := resource["Fn::Sub"], str) else text[0] for resource in found]


# ---------------------------------------------------------------- what fits, what is watched


CLASSES: dict[str, dict[str, int]] = DOCUMENT["Mappings"]["Connections"]


def test_every_database_class_to_choose_has_its_connections_shared_out():
    assert set(DOCUMENT["Parameters"]["DatabaseClass"]["AllowedValues"]) == set(CLASSES)


@pytest.mark.parametrize("size", CLASSES)
def test_the_functions_fit_the_databases_connections(size: str):
    shares = {name: share for name, share in CLASSES[size].items() if name not in ("Max", "Alarm")}
    kept_for_people_and_rds = 6

    assert set(shares) == set(INNER)
    assert 2 * sum(shares.values()) + kept_for_people_and_rds <= CLASSES[size]["Max"]
    assert 2 * max(shares.values()) < CLASSES[size]["Alarm"] < CLASSES[size]["Max"]


@pytest.mark.parametrize("function", INNER)
def test_concurrency_is_the_share_of_connections(function: str):
    assert PROPERTIES[function]["ReservedConcurrentExecutions"] == {
        "Fn::FindInMap": ["Connections", {"Ref": "DatabaseClass"}, function]
    }


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
    secret = DOCUMENT["Resources"]["DestinationSecrets"]["Properties"]

    assert secret["SecretString"] == '{"discord_bot_token": "", "streamerbot_password": ""}'


@pytest.mark.parametrize("function", ["Relay", *(name for name in INNER if name.startswith("Clock"))])
def test_whoever_runs_by_the_clock_runs_alone(function: str):
    assert {shares[function] for shares in CLASSES.values()} == {1}


@pytest.mark.parametrize("size", CLASSES)
def test_chat_gets_the_largest_share(size: str):
    shares = {name: share for name, share in CLASSES[size].items() if name not in ("Max", "Alarm")}

    assert max(shares, key=lambda name: shares[name]) == "Messages"


def test_an_alarm_adds_up_no_more_metrics_than_cloudwatch_allows():
    alarms = [each for each in DOCUMENT["Resources"].values() if each["Type"] == "AWS::CloudWatch::Alarm"]
    summed = [sum("MetricStat" in metric for metric in alarm["Properties"].get("Metrics", [])) for alarm in alarms]

    assert max(summed) <= 10


@pytest.mark.parametrize("function", [name for name in FUNCTIONS if name != "Authorizer"])
def test_an_alarm_watches_the_function(function: str):
    watched = [
        metric
        for resource in DOCUMENT["Resources"].values()
        if resource["Type"] == "AWS::CloudWatch::Alarm"
        for metric in resource["Properties"].get("Metrics", [])
        if {"Name": "FunctionName", "Value": {"Ref": function}}
        in metric.get("MetricStat", {}).get("Metric", {}).get("Dimensions", [])
    ]

    assert [metric["MetricStat"]["Metric"]["MetricName"] for metric in watched] == ["Errors"]


def test_the_alarm_for_dead_events_hears_what_the_relay_reports(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    from functions.shared.relay.app import report
    from kernel.events.service import Backlog

    stack = TEMPLATE.functions["Relay"].environment["POWERTOOLS_SERVICE_NAME"]
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", stack)

    report(Backlog(waiting=5, dead=2))

    said = json.loads(capsys.readouterr().out)
    alarm = DOCUMENT["Resources"]["DeadEvents"]["Properties"]
    assert alarm["Dimensions"] == [{"Name": "service", "Value": {"Ref": "AWS::StackName"}}]
    assert said["service"] == stack
    assert said[alarm["MetricName"]] == [2]
    assert [(each["Namespace"], each["Dimensions"]) for each in said["_aws"]["CloudWatchMetrics"]] == [
        (alarm["Namespace"], [["service"]])
    ]


def test_every_function_logs_to_the_group_with_a_retention():
    logging = DOCUMENT["Globals"]["Function"]["LoggingConfig"]

    assert logging == {"LogGroup": {"Ref": "Logs"}, "LogFormat": "JSON"}
    assert DOCUMENT["Resources"]["Logs"]["Properties"]["RetentionInDays"] == {"Ref": "LogDays"}
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
    policy = DOCUMENT["Resources"]["RulesMayQueue"]["Properties"]
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
    role = DOCUMENT["Resources"][variables["SCHEDULE_ROLE_ARN"]["Fn::GetAtt"][0]]["Properties"]
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


def test_what_the_template_keeps_back_is_what_the_doors_declare_private():
    """A request for a replay is private as well, but the sockets may be woken by it: they find nothing new."""
    private = {event.type for event in all_kinds_of(Event) if event.private}

    assert private == {event.type for event in all_kinds_of(Event) if event.type.startswith("discord.")} | {
        ReplayRequested.type
    }


def all_kinds_of(base: type[Event]) -> Iterator[type[Event]]:
    """Every event that is declared anywhere in the layers."""
    for folder in (ROOT / "layers/foundation", ROOT / "layers/community"):
        for file in folder.rglob("*.py"):
            if "(Event)" in file.read_text():
                import_module(".".join(file.relative_to(folder).with_suffix("").parts))
    for event in base.__subclasses__():
        if hasattr(event, "type"):
            yield event
        yield from all_kinds_of(event)


def test_private_events_reach_no_listener_and_no_archive():
    [listeners] = [rule for rule in TEMPLATE.rules if rule.name == "EventsForSockets"]

    assert listeners.pattern["detail-type"] == PRIVATE
    assert DOCUMENT["Resources"]["BusArchive"]["Properties"]["EventPattern"]["detail-type"] == PRIVATE


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


READERS = {"text", "count", "minutes", "switch"}
"""The functions of kernel.settings."""


@cache
def variables_of(file: Path) -> frozenset[str]:
    """What the file reads of the environment."""
    tree = ast.parse(file.read_text())
    imported = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "kernel.settings"
        for alias in node.names
    }
    readers = READERS if module_file("kernel.settings") == file else READERS & imported
    return frozenset(
        node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and called_name(node) in readers
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    )


def code() -> Iterator[Path]:
    for folder in ("layers", "functions"):
        yield from (ROOT / folder).rglob("*.py")


def test_the_template_sets_what_the_settings_read():
    read = {name for file in code() for name in variables_of(file)}
    given = {
        name
        for properties in (DOCUMENT["Globals"]["Function"], *PROPERTIES.values())
        for name in properties.get("Environment", {}).get("Variables", {})
    }

    assert given | LOCAL_VARIABLES | RUNTIME_VARIABLES == read | LIBRARY_VARIABLES
    assert given & (LOCAL_VARIABLES | RUNTIME_VARIABLES) == read & LIBRARY_VARIABLES == set()


@pytest.mark.parametrize("function", FUNCTIONS)
def test_what_a_function_is_given_of_its_own_is_read_by_its_code(function: str):
    given = PROPERTIES[function].get("Environment", {}).get("Variables", {}).keys() - LIBRARY_VARIABLES
    read = {name for file in reachable(function)[1] for name in variables_of(file)}

    assert given <= read


def test_only_the_kernels_settings_look_at_the_environment():
    looking = {
        file.relative_to(ROOT).as_posix()
        for file in code()
        if attributes_of(file) & {"environ", "environb", "getenv"}
        or imports_of(file) & {"os.environ", "os.environb", "os.getenv"}
    }

    assert looking == {"layers/foundation/kernel/settings.py"}


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
