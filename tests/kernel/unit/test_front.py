"""Who sends a request, and where they see us: what the front says counts, what anyone else says does not."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from doors import front
from doors.front import address_of, is_from_front, public_url_of
from local.stack.proxy import Request

SECRET = "as only the front knows it"


@pytest.fixture(autouse=True)
def _behind_the_front(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(front, "settings", replace(front.settings, front_secret=SECRET, public_url=""))


def event(path: str = "/b/1", stage: str = "/dev") -> dict[str, Any]:
    """A proxy event of API Gateway's own address."""
    return {
        "path": path,
        "requestContext": {
            "identity": {"sourceIp": "198.51.100.9"},
            "domainName": "abc.execute-api.eu-central-1.amazonaws.com",
            "path": stage + path,
        },
    }


def sent(secret: str | None = SECRET, **more: str) -> dict[str, str]:
    headers = {
        "x-viewer-address": "203.0.113.7",
        "x-viewer-host": "brandish.example",
        "x-forwarded-proto": "https",
        "host": "abc.execute-api.eu-central-1.amazonaws.com",
        **more,
    }
    return headers if secret is None else headers | {"x-front-secret": secret}


@pytest.mark.parametrize("address", ["203.0.113.7", "2001:db8::7"])
def test_the_address_is_the_one_that_the_front_saw(address: str):
    assert address_of(event(), sent(**{"x-viewer-address": address})) == address


@pytest.mark.parametrize("secret", [None, "", "guessed", SECRET + "x", SECRET[:-1], SECRET.upper(), "é"])
def test_no_one_else_can_name_an_address(secret: str | None):
    forged = sent(
        secret,
        **{
            "x-forwarded-for": "192.0.2.1",
            "true-client-ip": "192.0.2.1",
            "cloudfront-viewer-address": "192.0.2.1:443",
            "forwarded": "for=192.0.2.1",
        },
    )

    assert not is_from_front(forged)
    assert address_of(event(), forged) == "198.51.100.9"
    assert public_url_of(event(), forged) == "https://abc.execute-api.eu-central-1.amazonaws.com/dev"


@pytest.mark.parametrize("secret", ["", "guessed"])
def test_without_a_front_no_secret_is_right(secret: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(front, "settings", replace(front.settings, front_secret=""))

    assert address_of(event(), sent(secret)) == "198.51.100.9"


def test_whoever_comes_through_the_front_sees_us_there():
    assert public_url_of(event(), sent()) == "https://brandish.example"


def test_the_address_that_was_set_is_the_same_for_all(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(front, "settings", replace(front.settings, public_url="https://ours.example"))

    assert {public_url_of(event(), sent()), public_url_of(event(), sent(None))} == {"https://ours.example"}


def test_the_host_that_a_request_names_is_not_believed():
    local = event("/b/1", stage="")
    local["requestContext"]["domainName"] = "localhost:8080"

    assert public_url_of(local, {"host": "evil.example"}) == "http://localhost:8080"
    del local["requestContext"]["domainName"]
    assert public_url_of(local, {"host": "evil.example"}) == "http://localhost"


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("localhost:8080", "localhost:8080"),
        ("LOCALHOST:8080", "localhost:8080"),
        ("127.0.0.1:8080", "127.0.0.1:8080"),
        ("[::1]:8080", "[::1]:8080"),
        ("localhost:80", "127.0.0.1:8080"),
        ("evil.example", "127.0.0.1:8080"),
        (None, "127.0.0.1:8080"),
    ],
)
def test_the_local_stack_is_reached_under_its_own_names_only(host: str | None, address: str):
    headers = (("host", host),) if host else ()
    request = Request("GET", "/", (), headers, b"", source_ip="127.0.0.1", port=8080)

    assert request.domain_name == address
