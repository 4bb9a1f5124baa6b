"""template.yaml agrees with the code."""

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

from community.counters import COUNT_RULES
from kernel.events import waking
from kernel.events.models import Event
from kernel.events.replaying import ReplayRequested
from kernel.roles import APP, CLOCK, OWNER, STREAM
from local.stack.routes import Routes
from tests.support.code import ROOT, attributes_of, first_arguments, imports_of, module_file, nodes_of
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
    folders = {file.relative_to(ROOT).parts[1] for file in reachable(function)[1] if "layers" in file.parts}

    assert {layer.lower() for layer in layers} == folders | ({"dependencies"} if folders else set())


@pytest.mark.parametrize("function", [name for name in FUNCTIONS if "AutoPublishAlias" in PROPERTIES[name]])
def test_a_function_is_published_anew_when_its_own_layers_change_and_no_others(function: str):
    """The fingerprint is taken of them, and of their content: another product's layer leaves it as it is."""
    [command] = [line for line in build_of(function).splitlines() if line.endswith('layers.cksum"')]
    layers = {layer["Ref"].lower() for layer in PROPERTIES[function]["Layers"] if "Ref" in layer}
    contents = {f"configs/{name}" for name in layers if (ROOT / "configs" / name).exists()}

    assert set(command.partition(" -type")[0].split()) == {"find", *(f"layers/{name}" for name in layers), *contents}


def test_a_new_version_publishes_only_the_function_that_reports_it():
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


def test_an_unknown_path_below_api_needs_a_key_like_a_known_one():
    """API Gateway knows every part of a path as a resource, and answers one without a method before it asks for a key.

    It calls that answer MISSING_AUTHENTICATION_TOKEN, and it is a 404 here.
    """
    served = {route.path: route for route in TEMPLATE.api.routes if route.path.startswith("/api")}
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
        if rule.pattern["source"] == [waking.SOURCE]:
            continue
        assert rule.pattern["source"] == ["brandish"]
        assert {kind for kind in rule.pattern["detail-type"] if isinstance(kind, str)} <= announced


PRIVATE = [{"anything-but": {"prefix": "discord."}}]


def test_the_template_excludes_the_events_that_the_doors_declare_private():
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
    assert RESOURCES["BusArchive"]["Properties"]["EventPattern"]["detail-type"] == PRIVATE


@pytest.mark.parametrize("function", sorted({*GROUPS, "Authorizer"} - {"Stream"}))  # whose callers stay for long
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


def test_the_gateway_has_a_response_for_every_refusal():
    expected = """
        DEFAULT_4XX DEFAULT_5XX UNAUTHORIZED INVALID_API_KEY ACCESS_DENIED AUTHORIZER_FAILURE THROTTLED
        QUOTA_EXCEEDED REQUEST_TOO_LARGE MISSING_AUTHENTICATION_TOKEN RESOURCE_NOT_FOUND
        INTEGRATION_TIMEOUT INTEGRATION_FAILURE
    """

    assert set(expected.split()) <= TEMPLATE.api.responses.keys()


READERS = {"text", "time_zone", "count", "minutes", "switch"}
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

    assert set(rule.pattern["detail-type"]) == set(COUNT_RULES)
