"""template.yaml agrees with the code."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Final, get_args

import pytest
import yaml

from community.counters import COUNT_RULES
from functions.community.tally.app import FEAT, HIDDEN, OF_AUTHORS, SIGHTED, TURNING_POINT
from kernel.events import waking
from kernel.events.models import Event
from kernel.events.replaying import ReplayRequested
from kernel.outside.desk import Status
from kernel.roles import APP, CLOCK, OWNER, STREAM
from local.bench import bill
from local.stack.cloudformation import STACK, Resolver
from local.stack.routes import Routes
from local.stack.template import load
from local.tools.deploy import parameter_values
from personas.battles.models import BattleWon
from personas.posts.models import PostApproved
from tests.support.code import ROOT, attributes_of, first_arguments, imports_of, module_file, nodes_of
from tests.support.event_classes import all_kinds_of
from tests.support.template import (
    CLOCKS,
    DOCUMENT,
    FUNCTIONS,
    GROUPS,
    INNER,
    PROPERTIES,
    RESOURCES,
    TEMPLATE,
    folder_of,
    reachable,
)
from worlds.deep_time.chat_events import ChatAsked
from worlds.feats.models import FeatAchieved
from worlds.following.events import HeroHidden, HeroSighted

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
    "FAILED_LOG_INS",
    "LOCKED_MINUTES",
    "LOG_INS_PER_MINUTE",
    "PASSWORD_CHANGES_PER_HOUR",
    "PASSWORD_LANES",
    "PASSWORD_MEMORY_KIB",
    "PASSWORD_PASSES",
    "RESET_MAILS_PER_HOUR",
    "DEFAULT_DRAFT_QUOTA",
    "DEFAULT_PREVIEW_QUOTA",
    "DEFAULT_REPLY_QUOTA",
    "DRAFT_MAX_LEN",
    "REPLY_MAX_LEN",
    "SUMMARY_MAX_LEN",
    "SIGN_INS_PER_MINUTE",
    "SIGN_UPS_PER_DAY",
    "SIGN_UPS_PER_FIVE_MINUTES",
    "MAIL_FOLDER",
    "OPENAI_API_KEY",
    "OPENAI_MAX_RETRIES",
    "OPENAI_REQUEST_TIMEOUT",
    "STREAMERBOT_PASSWORD",
    "STREAMERBOT_WEBHOOK_URL",
    "EXPORTS_PER_MINUTE",
    "RESET_MAILS_PER_DAY",
    "RESET_MAILS_PER_ADDRESS_AND_DAY",
    "STORED_ANSWERS_PER_DAY",
    "WRITES_PER_ADDRESS_AND_DAY",
    "WRITES_PER_ADDRESS_AND_MINUTE",
    "WRITES_PER_MINUTE",
    "WORLD_CONNECTS_PER_ADDRESS_AND_DAY",
    "WORLD_CONNECTS_PER_DAY",
    "WORLD_CONNECTS_PER_MINUTE",
    "WORLD_KILOBYTES_PER_ADDRESS_AND_DAY",
    "WORLD_KILOBYTES_PER_DAY",
    "WORLD_SECONDS_PER_ADDRESS_AND_DAY",
    "WORLD_SECONDS_PER_DAY",
    "WORLD_SLICES_AT_ONCE",
}

OF_WORLDS = "brandish.worlds"
"""The source of what wakes the pusher of posts."""

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
    "Cache-Control": "'no-store'",
}


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
def test_the_name_of_an_event_source_is_unique(function: str):
    """SAM makes a resource of each, whose name is the two together. `sam validate --lint` does not look."""
    made = {f"{function}{event}" for event in PROPERTIES[function].get("Events", {})}

    assert made & RESOURCES.keys() == set()


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
def test_the_build_packs_everything_that_a_function_imports_from_functions(function: str):
    files = reachable(function)[1]
    assert f'cp -R "{folder_of(function)}/." "out/{folder_of(function)}"' in build_of(function)
    packed = {ROOT / word for word in build_of(function).replace('"', " ").split() if word.startswith("functions/")}
    ours = {file for file in files if file.is_relative_to(ROOT / "functions")}

    assert {file for file in ours if not packed & {file, *file.parents}} == set()


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_has_the_layers_that_it_imports_from(function: str):
    layers = {layer["Ref"] for layer in PROPERTIES[function].get("Layers", []) if "Ref" in layer}
    modules, files = reachable(function)
    folders = {file.relative_to(ROOT).parts[1] for file in files if "layers" in file.parts}
    heavy = {"imaging": "PIL", "generating": "numpy"}
    needed = {layer for layer, package in heavy.items() if any(name.startswith(package) for name in modules)}
    libraries = {"dependencies", *needed}

    assert {layer.lower() for layer in layers} == folders | (libraries if folders else set())


def test_only_build_needs_numpy():
    assert [name for name in FUNCTIONS if any(each.startswith("numpy") for each in reachable(name)[0])] == ["Build"]


def test_a_new_version_publishes_only_the_function_that_reports_it():
    versioned = {"VERSION", "GIT_COMMIT", "BUILD_TIME"}

    assert [name for name in FUNCTIONS if versioned & TEMPLATE.functions[name].environment.keys()] == ["System"]


PASSED_ON = {"Consult": "PersonasDesk", "Letters": "Admin"}
"""Outer functions whose requests an inner one answers."""


@pytest.mark.parametrize("function", sorted(set(GROUPS) - {"Discord"}))  # which is no web application
def test_every_route_of_the_group_reaches_it(function: str):
    table = Routes(TEMPLATE.api.routes)
    folder = folder_of(PASSED_ON.get(function, function))
    paths = list(paths_of(import_module(f"{folder.replace('/', '.')}.app").app))
    assert paths

    reached = {
        f"{method} {path}": match.route.function if (match := table.match(method, path)) else None
        for method, path in paths
    }

    pair = next((pair for pair in PASSED_ON.items() if function in pair), (function,))
    assert function in reached.values()
    assert set(reached.values()) <= set(pair), reached


def paths_of(app: Any) -> Iterator[tuple[str, str]]:
    """Method and path of every route, parameters filled in."""
    for route in app.routes:
        for method in route.methods if route.path != "/ready" else ():  # which the web adapter asks for, past the API
            yield method, re.sub(r"\{[^}]+\}", "something", route.path)


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/version", "/metrics", "/swagger/index.html", "/favicon.ico"])
def test_a_public_path_needs_no_key(path: str):
    match = Routes(TEMPLATE.api.routes).match("GET", path)

    assert match is not None
    assert (match.route.authorizer, match.route.usage_key_required) == (None, False)


# A browser asks first, without a key, whether it may ask.
ROUTES = [route for route in TEMPLATE.api.routes if route.method != "OPTIONS"]
OF_PEOPLE = re.compile(r"/api/(auth|game|interview|personas|session|world)(/|$)")
"""What people sign in to, or may look at without: it needs no key of the API."""


def test_everything_that_is_served_below_api_needs_a_key_or_is_for_people():
    of_people = [route for route in ROUTES if OF_PEOPLE.match(route.path)]
    served = [route for route in ROUTES if route.path.startswith("/api/") and route not in of_people]

    assert [route for route in of_people if route.authorizer is not None or route.usage_key_required] == []

    assert served
    assert [route for route in served if route.authorizer is None or not route.usage_key_required] == []
    assert [route.path for route in served if route.authorizer != "Key"] == ["/api/v1/events"]


def test_an_unknown_path_below_api_needs_a_key_like_a_known_one():
    """API Gateway knows every part of a path as a resource, and answers one without a method before it asks for a key.

    It calls that answer MISSING_AUTHENTICATION_TOKEN, and it is a 404 here.
    """
    served = {
        route.path: route for route in ROUTES if route.path.startswith("/api") and not OF_PEOPLE.match(route.path)
    }
    parts = [path.split("/") for path in served]
    parents = {"/".join(each[:length]) for each in parts for length in range(2, len(each))}
    table = Routes(TEMPLATE.api.routes)

    assert {"/api", "/api/v1", "/api/v1/user/item"} <= parents <= served.keys()
    for path in (*parents, *(f"{parent}/no-such-thing" for parent in ("/api", "/api/v1"))):
        match = table.match("GET", path)
        assert match is not None, path
        assert (match.route.authorizer, match.route.usage_key_required) == ("Key", True), path


@pytest.mark.parametrize("method", ["HEAD", "POST"])
def test_the_stream_itself_answers_methods_that_it_does_not_accept(method: str):
    match = Routes(TEMPLATE.api.routes).match(method, "/api/v1/events")

    assert match is not None
    assert match.route.streams


def test_a_ticket_is_checked_each_time():
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


# ---------------------------------------------------------------- what fits, what is watched


CLASSES: dict[str, dict[str, int]] = DOCUMENT["Mappings"]["Connections"]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_new_account_can_deploy_it(function: str):
    """It may run 10 functions at once, and none of them may be reserved."""
    assert "ReservedConcurrentExecutions" not in PROPERTIES[function]


@pytest.mark.parametrize("size", DOCUMENT["Parameters"]["DatabaseClass"]["AllowedValues"])
def test_the_limits_of_the_roles_fit_the_databases_connections(size: str):
    limits = {role: CLASSES[size][role] for role in CLASSES[size].keys() - {"Max", "Alarm"}}
    kept_for_people_rds_and_migrations = 10

    assert sum(limits.values()) + kept_for_people_rds_and_migrations <= CLASSES[size]["Max"]
    # A crowd alone does not ring the alarm, which is for what is wrong.
    assert limits["App"] < CLASSES[size]["Alarm"] < CLASSES[size]["Max"]
    # So many that each clock, the relay and two replays may run twice at the same moment.
    clocks = [name for name in INNER if TEMPLATE.functions[name].environment["DB_USER"] == CLOCK]
    assert limits["Clock"] >= len(clocks) + 2
    pool = RESOURCES["ProxyTarget"]["Properties"]["ConnectionPoolConfigurationInfo"]
    assert pool["MaxConnectionsPercent"] * CLASSES[size]["Max"] / 100 <= limits["App"]


def test_the_limits_reach_the_roles():
    given = PROPERTIES["Migrate"]["Environment"]["Variables"]

    assert {name: value["Fn::FindInMap"] for name, value in given.items() if name.endswith("_CONNECTIONS")} == {
        f"{role.upper()}_CONNECTIONS": ["Connections", {"Ref": "DatabaseClass"}, role]
        for role in ("App", "Clock", "Stream")
    }


def test_no_crowd_takes_the_connections_of_what_runs_by_itself():
    users = {name: TEMPLATE.functions[name].environment["DB_USER"] for name in INNER}

    by_itself = {name for name in CLOCKS if name in INNER} | {"Relay", "Replay"}
    assert {name for name, user in users.items() if user == CLOCK} == by_itself - {"ClockRetention"}
    assert {name for name, user in users.items() if user == OWNER} == {"ClockRetention", "Migrate"}
    assert {name for name, user in users.items() if user == STREAM} == {"Stream"}
    assert {*users.values()} == {APP, CLOCK, OWNER, STREAM}


def test_only_the_crowd_goes_through_the_proxy():
    direct = {"Fn::GetAtt": ["Database", "Endpoint.Address"]}
    for name in INNER:
        own = PROPERTIES[name].get("Environment", {}).get("Variables", {})
        if TEMPLATE.functions[name].environment["DB_USER"] == APP:
            assert not own.keys() & {"DB_HOST", "DB_PREPARE"}
        else:
            assert (own["DB_HOST"], own["DB_PREPARE"]) == (direct, "true")


def test_what_comes_from_queues_takes_few_connections():
    limits = [
        source["Properties"]["ScalingConfig"]["MaximumConcurrency"]
        for function in INNER
        for source in PROPERTIES[function].get("Events", {}).values()
        if source["Type"] == "SQS"
    ]

    assert min(limits) >= 2  # SQS has no smaller limit
    assert sum(limits) <= 10


def test_every_queue_has_a_limit_of_its_own():
    """Without one, a function of the outer ring would take all that an account may run at once."""
    assert {source.queue for source in TEMPLATE.sources if not source.concurrency} == set()


def test_the_streams_server_finds_the_layers_and_the_runtimes_own_packages(tmp_path: Path):
    """Without the runtime's, botocore is missing, which signs the database's tokens."""
    (tmp_path / "python3").write_text('#!/bin/sh\necho "$PYTHONPATH"')
    (tmp_path / "python3").chmod(0o755)
    told = {"PATH": f"{tmp_path}:/usr/bin:/bin", "LAMBDA_TASK_ROOT": "/var/task", "LAMBDA_RUNTIME_DIR": "/var/runtime"}
    script = ROOT / PROPERTIES["Stream"]["Handler"]

    said = subprocess.run([script], env=told, capture_output=True, text=True, check=True).stdout

    assert said.strip().split(":") == ["/var/task", "/opt/python", "/var/runtime"]


def test_a_deleted_stack_leaves_what_its_data_is_worth_little_without():
    kept = {
        name: resource.get("DeletionPolicy")
        for name, resource in RESOURCES.items()
        if resource["Type"] in {"AWS::SecretsManager::Secret", "AWS::RDS::DBInstance"}
    }
    secrets = kept.keys() - {"Database"}

    assert len(secrets) == 5
    assert kept == {"Database": "Snapshot", **dict.fromkeys(secrets, "RetainExceptOnCreate")}


def test_alarms_may_use_the_topic_and_its_key():
    """With AWS's own key for topics they could not, and would stop without a word."""
    senders = {"Service": ["cloudwatch.amazonaws.com", "budgets.amazonaws.com"]}
    [publish] = RESOURCES["AlarmsPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    _, use = RESOURCES["AlarmKey"]["Properties"]["KeyPolicy"]["Statement"]
    alarms = [each["Properties"] for each in RESOURCES.values() if each["Type"] == "AWS::CloudWatch::Alarm"]

    assert (publish["Principal"], publish["Action"]) == (senders, "sns:Publish")
    assert (use["Principal"], use["Action"]) == (senders, ["kms:Decrypt", "kms:GenerateDataKey*"])
    assert [each for each in alarms if each["AlarmActions"] != [{"Ref": "Alarms"}]] == []


def test_a_deployment_does_not_replace_the_secrets_that_were_filled_in():
    secret = RESOURCES["DestinationSecrets"]["Properties"]

    assert secret["SecretString"] == '{"discord_bot_token": "", "streamerbot_password": ""}'


def test_an_alarm_covers_the_errors_of_every_function():
    failures, alarm = RESOURCES["Failures"]["Properties"], RESOURCES["FunctionErrors"]["Properties"]
    [metric] = failures["MetricTransformations"]

    assert failures["LogGroupName"] == {"Ref": "Logs"}
    assert (metric["MetricNamespace"], metric["MetricName"]) == (alarm["Namespace"], alarm["MetricName"])
    # Except for what the authorizer raises to say no: anyone could ring the alarm.
    spared = re.findall(r'errorMessage != "(.*?)"', failures["FilterPattern"])
    assert set(spared) == set(first_arguments(ROOT / "functions/shared/authorizer/app.py", "Exception"))
    # An exception that no one caught: `log_level` before version 4.0.4 of the runtime's client, `level` since.
    assert '($.level = "ERROR" || $.log_level = "ERROR")' in failures["FilterPattern"]
    assert "level = 'ERROR' or log_level = 'ERROR'" in RESOURCES["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]


def test_the_alarm_for_dead_events_uses_the_metric_that_the_relay_reports(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    from doors.backlog import report
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


SERVICE_LEVELS: Final[dict[str, Callable[[float], float]]] = {
    "SlowRequests": lambda limit: limit * 1000,
    "SlowDrafts": lambda limit: limit * 1000,
    "RequestsOutsideFail": lambda limit: 1 - limit,
    "ManyRetries": lambda limit: limit,
    "RequestsOutsideWait": lambda limit: limit,
}
"""{alarm: its threshold, given the limit of the Prometheus rule of the same name}"""


@pytest.mark.parametrize("name", SERVICE_LEVELS)
def test_an_alarm_of_a_service_level_has_the_limit_of_its_prometheus_rule(name: str):
    alarm = RESOURCES[name]["Properties"]
    groups = yaml.safe_load((ROOT / "docs/observability/alerts.yml").read_text())["groups"]
    [rule] = [rule for group in groups for rule in group["rules"] if rule.get("alert") == name]
    window = rule.get("for") or re.findall(r"\[(\d+m)\]", rule["expr"])[-1]

    assert alarm["Threshold"] == pytest.approx(SERVICE_LEVELS[name](float(rule["expr"].split()[-1])))
    assert f"{alarm['Period'] * alarm['EvaluationPeriods'] // 60}m" == window


def test_alarms_of_service_levels_read_what_the_log_has():
    filters = {
        each["Properties"]["MetricTransformations"][0]["MetricName"]["Fn::Sub"]: each["Properties"]["FilterPattern"]
        for each in RESOURCES.values()
        if each["Type"] == "AWS::Logs::MetricFilter"
    }
    read = {
        RESOURCES[name]["Properties"]["MetricName"]["Fn::Sub"]
        for name in SERVICE_LEVELS
        if RESOURCES[name]["Properties"]["Namespace"] == "Brandish"
    }
    messages = {name for pattern in filters.values() for name in re.findall(r'message = "(.*?)"', pattern)}
    slow = re.findall(r'route != "\*(.*?)"', filters["${AWS::StackName}-request-ms"])
    by_consult = {route.path for route in TEMPLATE.api.routes if route.function == "Consult"}

    assert read <= filters.keys()
    assert messages == {"request", *(f"job_{status}" for status in get_args(Status) if status not in ("", "started"))}
    assert {route.path for route in TEMPLATE.api.routes if route.path.endswith(tuple(slow))} == by_consult != set()


def test_every_function_logs_to_the_group_with_a_retention():
    logging = DOCUMENT["Globals"]["Function"]["LoggingConfig"]

    assert logging == {"LogGroup": {"Ref": "Logs"}, "LogFormat": "JSON"}
    assert RESOURCES["Logs"]["Properties"]["RetentionInDays"] == {"Ref": "LogDays"}
    assert [name for name in FUNCTIONS if "LoggingConfig" in PROPERTIES[name]] == []


def test_what_runs_because_time_passes_is_a_clock_per_ring_and_two_things_a_day():
    """Promise 7: an empty house costs next to nothing."""
    assert {each.target.name: each.expression for each in TEMPLATE.schedules} == {
        "Clock": "rate(1 minute)",
        "ForSockets": "rate(1 minute)",
        "ClockRetention": "cron(30 3 * * ? *)",
        "PatchNotes": "cron(0 12 * * ? *)",
    }


def test_what_writers_send_to_wake_the_relay_invokes_it_and_nothing_else():
    [rule] = [rule for rule in TEMPLATE.rules if waking.SOURCE in rule.pattern["source"]]

    assert rule.pattern == {"source": [waking.SOURCE], "detail-type": [waking.DETAIL_TYPE]}
    assert [(target.kind, target.name) for target in rule.targets] == [("function", "Relay")]
    assert RESOURCES["BusArchive"]["Properties"]["EventPattern"]["source"] == ["brandish"]


def test_what_writers_send_to_wake_the_pusher_of_posts_and_who_looks_after_fights_invokes_these_and_nothing_else():
    rules = {
        rule.pattern["detail-type"][0]: [(target.kind, target.name) for target in rule.targets]
        for rule in TEMPLATE.rules
        if OF_WORLDS in rule.pattern["source"]
    }

    assert rules == {"posts.waiting": [("function", "PushPosts")], "fights.open": [("function", "Fights")]}


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


@pytest.mark.parametrize("queue", ["ForDiscord", "BundledForDiscord", "ForStreamerbot"])
def test_events_that_a_destination_cannot_take_are_kept_for_two_hours(queue: str):
    found = TEMPLATE.queues[queue]

    assert found.max_receives is not None
    assert found.visibility_seconds * found.max_receives == 2 * 60 * 60


def test_a_rule_matches_events_that_the_code_announces():
    announced = {
        match
        for file in (ROOT / "layers").rglob("*.py")
        for match in re.findall(r'^    type: ClassVar\[str\] = "([^"]+)"', file.read_text(), re.MULTILINE)
    }

    for rule in TEMPLATE.rules:
        if rule.pattern["source"] in ([waking.SOURCE], [OF_WORLDS]):
            continue
        assert rule.pattern["source"] == ["brandish"]
        assert {kind for kind in rule.pattern["detail-type"] if isinstance(kind, str)} <= announced


PRIVATE = [{"anything-but": {"prefix": ["discord.", "outside."]}}]


def test_the_template_excludes_the_events_that_the_doors_declare_private():
    """Others are private as well, but the sockets may be woken by them: they find nothing new."""
    private = {event.type for event in all_kinds_of(Event) if event.private}
    prefixes = tuple(PRIVATE[0]["anything-but"]["prefix"])

    assert private == {event.type for event in all_kinds_of(Event) if event.type.startswith(prefixes)} | {
        ReplayRequested.type,
        PostApproved.type,
        BattleWon.type,
        ChatAsked.type,
        FeatAchieved.type,
        HeroSighted.type,
        HeroHidden.type,
    }


def test_private_events_reach_no_listener_and_no_archive():
    [listeners] = [rule for rule in TEMPLATE.rules if rule.name == "EventsForSockets"]

    assert listeners.pattern["detail-type"] == PRIVATE
    assert RESOURCES["BusArchive"]["Properties"]["EventPattern"]["detail-type"] == PRIVATE


@pytest.mark.parametrize(
    "function", sorted({*GROUPS, "Authorizer", "Play"} - {"Stream"})
)  # whose callers stay for long
def test_functions_that_answer_callers_may_start_from_a_snapshot(function: str):
    properties = PROPERTIES[function]

    assert properties["SnapStart"] == {"ApplyOn": {"Fn::If": ["HasSnapStart", "PublishedVersions", "None"]}}
    assert properties["AutoPublishAlias"] == "live"
    assert properties["AutoPublishAliasAllProperties"] is True


# ---------------------------------------------------------------- answers and settings


@pytest.mark.parametrize("kind", TEMPLATE.api.responses)
def test_the_gateways_own_errors_have_the_contracts_shape(kind: str):
    response = TEMPLATE.api.responses[kind]
    body = json.loads(response.templates["application/json"])

    assert set(body) == {"error", "code"}
    assert response.status in STATUS_OF_CODE[body["code"]]
    assert SECURITY_HEADERS.items() <= response.headers.items()
    assert ("Retry-After" in response.headers) == (response.status in (429, 503))


def test_no_answer_of_the_gateway_has_an_empty_header_where_no_other_origin_may_call():
    """Its values are expressions, or texts in quotes; AWS does not say what becomes of a text without characters."""
    assert DOCUMENT["Parameters"]["CorsOrigins"]["Default"] == ""

    for response in TEMPLATE.api.responses.values():
        assert "''" not in response.headers.values()


def test_the_gateway_has_a_response_for_every_refusal():
    expected = """
        DEFAULT_4XX DEFAULT_5XX UNAUTHORIZED INVALID_API_KEY ACCESS_DENIED AUTHORIZER_FAILURE THROTTLED
        QUOTA_EXCEEDED REQUEST_TOO_LARGE MISSING_AUTHENTICATION_TOKEN RESOURCE_NOT_FOUND
        INTEGRATION_TIMEOUT INTEGRATION_FAILURE
    """

    assert set(expected.split()) <= TEMPLATE.api.responses.keys()


READERS = {"text", "time_zone", "count", "dollars", "number", "minutes", "switch"}
"""The functions of kernel.settings."""


@cache
def variables_of(file: Path) -> frozenset[str]:
    """What the file reads of the environment."""
    imported = {
        alias.name
        for node in nodes_of(file)
        if isinstance(node, ast.ImportFrom) and node.module == "kernel.settings"
        for alias in node.names
    }
    readers = READERS if module_file("kernel.settings") == file else READERS & imported
    return frozenset(first_arguments(file, *readers))


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
def test_a_functions_own_variables_are_read_by_its_code(function: str):
    given = PROPERTIES[function].get("Environment", {}).get("Variables", {}).keys() - LIBRARY_VARIABLES
    read = {name for file in reachable(function)[1] for name in variables_of(file)}

    assert given <= read


def test_who_asks_whether_someone_is_signed_in_has_the_keys_of_tokens():
    """And no one else has them, least of all the outer ring."""
    asks = {name for name in FUNCTIONS if "signed_in" in {*calls_of(name)}}
    given = {
        name for name in FUNCTIONS if "ACCOUNT_KEYS" in PROPERTIES[name].get("Environment", {}).get("Variables", {})
    }

    assert {"Accounts", "Linking", "People", "PersonasDesk"} <= given <= set(INNER)
    assert given == asks | {"Play"}  # which reads tokens on connecting, and is no HTTP group


@pytest.mark.parametrize(
    ("variable", "module"), [("FRONT_SECRET", "doors/front.py"), ("ACCOUNT_HASH_KEY", "community/account_hashes.py")]
)
def test_a_secret_is_given_to_the_functions_whose_code_reads_it(variable: str, module: str):
    """With the default in its place, a function would make hashes that no other recognises."""
    reads = {name for name in FUNCTIONS if any(file.as_posix().endswith(module) for file in reachable(name)[1])}

    assert reads == {
        name for name in FUNCTIONS if variable in PROPERTIES[name].get("Environment", {}).get("Variables", {})
    }


def test_there_are_no_more_references_to_secrets_than_a_template_may_have():
    """Source: AWS's documentation of dynamic references: 60 in a template."""
    assert json.dumps(DOCUMENT).count("{{resolve:") <= 60


def calls_of(function: str) -> Iterator[str]:
    """The names that a function's code imports from `doors.people`."""
    for file in reachable(function)[1]:
        for node in nodes_of(file):
            if isinstance(node, ast.ImportFrom) and node.module == "doors.people":
                yield from (alias.name for alias in node.names)


def test_only_the_kernels_settings_read_the_environment():
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
    # API Gateway wants 20 to 128 characters, for stacks of any name.
    for key in TEMPLATE.api.usage_keys:
        assert len(key.replace(STACK, "x")) >= 20
        assert len(key.replace(STACK, "x" * 100)) <= 128


@pytest.mark.parametrize("installation", ["default", "prod"])
def test_samconfig_gives_parameters_values_they_take(installation: str):
    config = tomllib.loads((ROOT / "samconfig.toml").read_text())
    chosen = config[installation]["deploy"]["parameters"]["parameter_overrides"]
    assert chosen

    for name, value in parameter_values(DOCUMENT, chosen).items():
        parameter = DOCUMENT["Parameters"][name]
        assert value in map(str, parameter.get("AllowedValues", [value]))
        assert re.fullmatch(parameter.get("AllowedPattern", ".*"), value)
        if parameter["Type"] == "Number":
            assert parameter.get("MinValue", 0) <= float(value) <= parameter.get("MaxValue", 100_000)


def test_every_parameter_is_explained():
    rows = re.findall(r"^\| (`\w+`(?:, `\w+`)*) \|", (ROOT / "docs/aws.md").read_text(), re.MULTILINE)

    assert {name for row in rows for name in re.findall(r"`(\w+)`", row)} >= DOCUMENT["Parameters"].keys()


def test_the_bill_counts_what_an_installation_has():
    """What is off until it is wanted, the queues of Discord and Streamer.bot, costs nothing."""
    mappings = [
        event["Properties"]
        for properties in PROPERTIES.values()
        for event in properties.get("Events", {}).values()
        if event["Type"] == "SQS"
    ]
    alarms = [each for each in RESOURCES.values() if each["Type"] == "AWS::CloudWatch::Alarm"]
    alarmed: Counter[str | None] = Counter()
    for alarm in alarms:
        read = alarm["Properties"].get("Metrics", [{"MetricStat": {}}])
        alarmed[alarm.get("Condition")] += sum("MetricStat" in each for each in read)
    secrets = [each for each in RESOURCES.values() if each["Type"] == "AWS::SecretsManager::Secret"]
    of_the_master = RESOURCES["Database"]["Properties"]["ManageMasterUserPassword"]

    assert sum("Enabled" not in each for each in mappings) == bill.QUEUES
    assert alarmed == {None: bill.ALARMED_METRICS, "HasAlarmEmail": bill.ALARMED_METRICS_WITH_MAILS}
    further = bill.PRICES["alarms"].of(bill.ALARMED_METRICS + bill.ALARMED_METRICS_WITH_MAILS)
    assert f"`AlarmEmail` adds {further:.2f} dollars" in (ROOT / "docs/aws.md").read_text()
    assert len(secrets) + of_the_master == bill.SECRETS


def test_the_bill_of_an_idle_installation_is_the_one_that_is_promised():
    lines = bill.Measured(lines=1, seconds=0.01, events=0.003)
    total = bill.bill(lines, lines)[-1]["idle"]
    said = re.search(r"\*\*total\*\* \| \*\*([\d.]+)\*\*", (ROOT / "docs/aws.md").read_text())

    assert said
    assert said[1] == total
    assert float(total) < 25


def test_no_one_pays_for_metrics_of_single_methods():
    """Those of the whole stage are free, and alarm and dashboard read no others."""
    every_method = [["ApiId", "Stage"], ["ApiName", "Stage"]]
    alarms = [each["Properties"] for each in RESOURCES.values() if each["Type"] == "AWS::CloudWatch::Alarm"]
    body = RESOURCES["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    shown = [line for line in body.splitlines() if "AWS/ApiGateway" in line]

    assert [each for each in RESOURCES["Api"]["Properties"]["MethodSettings"] if each.get("MetricsEnabled")] == []
    for api in TEMPLATE.sockets:
        assert "DetailedMetricsEnabled" not in RESOURCES[api.name]["Properties"]["DefaultRouteSettings"]
    read = [each["Dimensions"] for each in alarms if each.get("Namespace") == "AWS/ApiGateway"]
    assert sorted(sorted(dimension["Name"] for dimension in each) for each in read) == every_method
    assert shown
    assert all("ApiName" in line and "Stage" in line and "Method" not in line for line in shown)


def test_the_bill_says_for_how_many_functions_a_snapshot_is_paid():
    kept = [properties for properties in PROPERTIES.values() if "SnapStart" in properties]
    small = [properties for properties in kept if properties.get("MemorySize") == 512]
    said = re.search(
        r"each of (\d+) functions with 1 GB and half of that for each of (\d+)", (ROOT / "docs/aws.md").read_text()
    )

    assert said
    assert said.groups() == (str(len(kept) - len(small)), str(len(small)))


@pytest.mark.parametrize(("sender", "queue"), [("", "OutsideRequests"), ("a@example.org", "MailRequests")])
def test_mails_without_a_sender_fail_in_the_queue_that_is_polled_anyway(sender: str, queue: str):
    """A request whose message no one receives would wait for ever, and the clock would send it again and again."""
    template = load(ROOT / "template.yaml", {"MailSender": sender})
    [rule] = [rule for rule in template.rules if rule.name == "MailRequested"]
    [mapping] = [
        event["Properties"]
        for event in PROPERTIES["Outside"]["Events"].values()
        if event["Properties"]["Queue"] == {"Fn::GetAtt": ["MailRequests", "Arn"]}
    ]

    assert [target.name for target in rule.targets] == [queue]
    assert Resolver(DOCUMENT, {"MailSender": sender}).resolve(mapping["Enabled"]) == bool(sender)
    assert {source.function for source in template.sources if source.queue == queue} == {"Outside"}


def test_everything_the_tally_counts_is_delivered_to_it():
    [rule] = [rule for rule in TEMPLATE.rules if rule.name == "EventsToTally"]

    assert set(rule.pattern["detail-type"]) == {*COUNT_RULES, *OF_AUTHORS, TURNING_POINT, FEAT, SIGHTED, HIDDEN}


def test_the_database_is_encrypted_unless_a_snapshot_brings_that():
    """AWS refuses to be told both; checkov sees no encryption in a condition."""
    encrypted = RESOURCES["Database"]["Properties"]["StorageEncrypted"]

    assert encrypted == {"Fn::If": ["HasSnapshot", {"Ref": "AWS::NoValue"}, True]}
