"""The front: one address for everything, and nothing that one person gets is given to another."""

from __future__ import annotations

import json
import shutil
import subprocess
from fnmatch import fnmatchcase
from typing import Any

import pytest

from doors import front
from doors.people import COOKIE
from functions.shared.system import app as system
from local.stack.routes import Routes
from local.stack.stack import SOCKET_VARIABLES
from tests.support.api import proxy_event
from tests.support.template import DOCUMENT, RESOURCES, TEMPLATE

FRONT: dict[str, Any] = RESOURCES["Front"]["Properties"]["DistributionConfig"]
BEHAVIORS: list[dict[str, Any]] = [*FRONT["CacheBehaviors"], {**FRONT["DefaultCacheBehavior"], "PathPattern": "*"}]
ORIGINS: dict[str, dict[str, Any]] = {origin["Id"]: origin for origin in FRONT["Origins"]}
CACHES = {
    name: each["Properties"]["CachePolicyConfig"]["ParametersInCacheKeyAndForwardedToOrigin"]
    for name, each in RESOURCES.items()
    if each["Type"] == "AWS::CloudFront::CachePolicy"
}
# AWS's own.
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
ALL_VIEWER_EXCEPT_HOST_HEADER = "b689b0a8-53d0-40ab-baf2-68738e2966ac"

TABLE = Routes(TEMPLATE.api.routes)
BATTLE = "/b/4c3f0d48-c87b-453a-a76d-5e6b1e61399f"


def behavior_of(path: str) -> dict[str, Any]:
    return next(each for each in BEHAVIORS if fnmatchcase(path, each["PathPattern"]))


def cache_of(path: str) -> str | None:
    """The cache policy that holds for a path; None: nothing of it is kept."""
    policy = behavior_of(path)["CachePolicyId"]
    return None if policy == CACHING_DISABLED else policy["Ref"]


def concrete(path: str) -> str:
    """A path of the template with something in place of its parameters."""
    return "/".join("some" if part.startswith("{") else part for part in path.split("/"))


SOCKETS = {api.path: api.name for api in TEMPLATE.sockets}
PATHS = sorted({concrete(route.path) for route in TEMPLATE.api.routes} - SOCKETS.keys())


@pytest.mark.parametrize("path", PATHS)
def test_every_path_reaches_the_same_api_with_every_method_and_header(path: str):
    behavior = behavior_of(path)
    origin = ORIGINS[behavior["TargetOriginId"]]

    assert origin["DomainName"] == {"Fn::Sub": "${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}"}
    assert origin["OriginPath"] == {"Fn::Sub": "/${Stage}"}  # so that the path stays as it is
    assert set(behavior["AllowedMethods"]) == {"GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"}
    assert behavior["OriginRequestPolicyId"] == ALL_VIEWER_EXCEPT_HOST_HEADER


def test_the_websocket_apis_are_behind_their_paths():
    assert SOCKETS == {"/realtime": "Realtime", "/api/game/ws": "PlayApi"}
    assert {*SOCKET_VARIABLES.values()} == SOCKETS.keys()
    for path, api in SOCKETS.items():
        origin = ORIGINS[behavior_of(path)["TargetOriginId"]]
        assert origin["DomainName"]["Fn::Sub"].startswith(f"${{{api}}}.")
        assert "OriginPath" not in origin
        assert cache_of(path) is None


@pytest.mark.parametrize(
    ("path", "cache"),
    [
        (f"{BATTLE}/card.png", "CacheForEveryone"),
        (f"/api/personas{BATTLE}/card.png", "CacheForEveryone"),
        ("/static/a1b2/pages.css", "CacheForEveryone"),
        ("/static/worlds/a1b2/worlds.js", "CacheForEveryone"),
        ("/", "CachePerPerson"),
        (BATTLE, "CachePerPerson"),
        ("/p/ada", "CachePerPerson"),
        ("/templates", "CachePerPerson"),
        (f"/api/personas{BATTLE}/meta", "CachePerPerson"),
        ("/api/personas/battles/1/status", "CachePerPerson"),
        ("/api/personas/feed", None),
        ("/api/personas/auth/login", None),
        ("/api/v1/info", None),
        ("/api/v1/events", None),
        ("/discord/interactions", None),
        ("/personas/", "CachePerPerson"),
        ("/worlds/", "CachePerPerson"),
        ("/personas/admin", None),
        ("/metrics", None),
    ],
)
def test_public_looks_are_cached_and_everything_else_is_not(path: str, cache: str | None):
    assert cache_of(path) == cache


def test_a_cache_keeps_only_what_an_answer_allows():
    for each in RESOURCES.values():
        if each["Type"] == "AWS::CloudFront::CachePolicy":
            config = each["Properties"]["CachePolicyConfig"]
            assert (config["MinTTL"], config["DefaultTTL"]) == (0, 0)
    assert {each["ErrorCachingMinTTL"] for each in FRONT["CustomErrorResponses"]} == {0}


def test_who_signs_in_gets_nothing_from_anyone_elses_cache():
    person, everyone = CACHES["CachePerPerson"], CACHES["CacheForEveryone"]

    assert {"Authorization", "Accept-Language", "Origin"} <= set(person["HeadersConfig"]["Headers"])
    assert set(person["CookiesConfig"]["Cookies"]) == {COOKIE, "brandish_language"}
    # The other is for answers that look at neither.
    assert everyone["CookiesConfig"] == {"CookieBehavior": "none"}
    assert "Authorization" not in everyone["HeadersConfig"]["Headers"]
    assert {each["QueryStringsConfig"]["QueryStringBehavior"] for each in CACHES.values()} == {"all"}


def test_both_apis_get_the_secret_and_no_one_can_read_it():
    reference = RESOURCES["System"]["Properties"]["Environment"]["Variables"]["FRONT_SECRET"]
    assert reference == {"Fn::Sub": "{{resolve:secretsmanager:${FrontSecret}:SecretString:::${FrontSecretVersion}}}"}
    for origin in ORIGINS.values():
        [header] = origin["OriginCustomHeaders"]
        assert (header["HeaderName"].lower(), header["HeaderValue"]) == (front.SECRET, reference)

    assert DOCUMENT["Outputs"]["FrontSecret"]["Value"] == {"Ref": "FrontSecret"}  # where it is, not what
    assert "resolve:" not in json.dumps(DOCUMENT["Outputs"])
    assert "SecretString" not in RESOURCES["FrontSecret"]["Properties"]


def test_a_flood_is_counted_by_the_address_of_who_sends_it():
    rules = [rule["Fn::If"] for rule in RESOURCES["Firewall"]["Properties"]["Rules"]]
    front_rule, other_rule = (
        rule["Statement"]["RateBasedStatement"] for condition, rule, _ in rules if condition == "HasAddressLimit"
    )

    assert front_rule["ForwardedIPConfig"]["HeaderName"].lower() == front.ADDRESS
    assert (front_rule["AggregateKeyType"], other_rule["AggregateKeyType"]) == ("FORWARDED_IP", "IP")
    from_front = front_rule["ScopeDownStatement"]["AndStatement"]["Statements"][1]
    assert from_front["ByteMatchStatement"]["FieldToMatch"] == {"SingleHeader": {"Name": front.SECRET}}
    assert other_rule["ScopeDownStatement"]["AndStatement"]["Statements"][1] == {
        "NotStatement": {"Statement": from_front}
    }


def requested(uri: str, **headers: str) -> dict[str, Any]:
    """What the front's function makes of a request."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("no Node.js here")
    code: str = RESOURCES["FrontRequests"]["Properties"]["FunctionCode"]["Fn::Sub"].replace("${Stage}", "dev")
    sent = {name.replace("_", "-"): {"value": value} for name, value in {"host": "d1.example", **headers}.items()}
    event = {
        "context": {"requestId": "r1"},
        "viewer": {"ip": "203.0.113.7"},
        "request": {"uri": uri, "headers": sent},
    }
    script = f"{code}\nconsole.log(JSON.stringify(handler({json.dumps(event)})))"
    return json.loads(subprocess.run([node, "-e", script], capture_output=True, check=True, text=True).stdout)


def test_the_fronts_function_says_who_asks_and_where():
    made = requested(
        BATTLE, x_viewer_address="198.51.100.1", x_viewer_host="evil.example", accept_language="de-AT,de;q=0.9,en;q=0.8"
    )

    assert made["uri"] == BATTLE
    assert made["headers"][front.ADDRESS] == {"value": "203.0.113.7"}
    assert made["headers"][front.HOST] == {"value": "d1.example"}
    assert made["headers"]["accept-language"] == {"value": "de,en"}


def test_the_fronts_function_rewrites_the_paths_of_websockets():
    assert requested("/realtime")["uri"] == "/dev"
    assert requested("/api/game/ws", sec_websocket_key="dGhlIHNhbXBsZQ==")["uri"] == "/dev"
    assert requested("/api/game/worlds")["uri"] == "/api/game/worlds"


def test_without_a_websocket_the_front_answers_as_the_rest_api_does():
    event = proxy_event("GET", "/api/game/ws", role=None)
    event["requestContext"]["requestId"] = "r1"
    expected = system.handler(event, None)

    answer = requested("/api/game/ws")

    assert (answer["statusCode"], expected["statusCode"]) == (426, 426)
    assert json.loads(answer["body"]["data"]) == json.loads(expected["body"])
    assert json.loads(expected["body"])["error"]["code"] == "WEBSOCKET_REQUIRED"
    assert {answer["headers"][name]["value"] for name in ("content-type", "cache-control")} == {
        expected["headers"]["Content-Type" if "Content-Type" in expected["headers"] else "content-type"],
        expected["headers"]["cache-control"],
    }


def test_only_functions_answer_a_preflight_and_without_a_key():
    """With `*/*` as a binary type API Gateway cannot answer it itself."""
    assert "Cors" not in RESOURCES["Api"]["Properties"]
    assert TEMPLATE.api.binary_types == ("*/*",)
    for path in {concrete(route.path) for route in TEMPLATE.api.routes}:
        match = TABLE.match("OPTIONS", path)
        assert match is not None, path
        assert (match.route.authorizer, match.route.usage_key_required) == (None, False), path
