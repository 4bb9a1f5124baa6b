"""/api/game/notifications, and a log-in at the door of accounts. Source: worlds 26."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.api import CallApi
from tests.support.people import Someone

NOTIFICATIONS = "/api/game/notifications"
CLEO = {"email": "cleo@example.org", "username": "Cleo", "password": "Passw0rdX"}
LOG_IN = {key: CLEO[key] for key in ("email", "password")}


def signed_in(call: CallApi, **headers: str) -> dict[str, str]:
    """Log Cleo in; return the headers of her requests."""
    given = call("POST", "/api/auth/login", LOG_IN, headers=headers, role=None)
    assert given.status == 200, given.text
    return {"Authorization": f"Bearer {given.json['token']}", **headers}


def test_a_log_in_with_another_browser_is_told_and_can_be_read(call: CallApi):
    call("POST", "/api/auth/register", CLEO, headers={"User-Agent": "Firefox/1 Linux"}, role=None)
    at_home = signed_in(call, **{"User-Agent": "Firefox/1 Linux"})
    assert call("GET", NOTIFICATIONS, headers=at_home).json == {"notifications": [], "unread_count": 0}

    signed_in(call, **{"User-Agent": "Chrome/1 Windows"})

    found = call("GET", NOTIFICATIONS, headers=at_home).json
    [notice] = found["notifications"]
    assert found["unread_count"] == 1
    assert (notice["type"], notice["read_at"]) == ("user_signin", None)
    assert notice["metadata"]["device"] == "Chrome on Windows"
    assert "Chrome on Windows" in notice["body"]
    path = f"{NOTIFICATIONS}/{notice['id']}/read"
    assert call("POST", path, {}, headers=at_home).json == {"updated": True, "unread_count": 0}
    assert call("POST", path, {}, headers=at_home).json == {"updated": False, "unread_count": 0}
    assert call("GET", NOTIFICATIONS, headers=at_home, query={"unread": "true"}).json["notifications"] == []
    assert call("GET", NOTIFICATIONS, headers=at_home).json["notifications"][0]["read_at"]
    assert call("GET", NOTIFICATIONS, headers=at_home, query={"after": str(notice["id"])}).json["notifications"] == []
    assert call("POST", f"{NOTIFICATIONS}/read-all", {}, headers=at_home).json == {"updated": 0, "unread_count": 0}


def test_preferences_are_those_of_the_house_until_one_chooses(call: CallApi, ann: Someone):
    path = f"{NOTIFICATIONS}/preferences"
    assert call("GET", path, headers=ann.headers).json == {"new_world": "mine", "user_signin": True}
    wanted = {"new_world": "public", "user_signin": False}

    assert call("PUT", path, wanted, headers=ann.headers).json == wanted
    assert call("GET", path, headers=ann.headers).json == wanted


def test_a_device_is_registered_known_again_and_removed(call: CallApi, ann: Someone, bob: Someone):
    path = f"{NOTIFICATIONS}/devices"
    sent = {"token": "abc", "platform": "ios", "name": "Phone"}

    made = call("POST", path, sent, headers=ann.headers)
    again = call("POST", path, {"token": "abc"}, headers=ann.headers)

    assert (made.status, again.status) == (201, 200)
    assert again.json == {**made.json, "platform": "other", "name": "Unknown device", "seen_at": again.json["seen_at"]}
    assert "token" not in made.json
    assert call("GET", path, headers=ann.headers).json == {"devices": [again.json]}
    own = {"device_id": made.json["device_id"]}
    refused = call("DELETE", path, headers=bob.headers, query=own)
    assert (refused.status, refused.json["error"]["code"]) == (404, "NOT_FOUND")
    assert call("DELETE", path, headers=ann.headers, query=own).json == {"removed": True}
    assert call("GET", path, headers=ann.headers).json == {"devices": []}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "?after=0", None),
        ("GET", "?unread=perhaps", None),
        ("GET", "?limit=101", None),
        ("POST", "/0/read", {}),
        ("POST", f"/{2**63}/read", {}),
        ("PUT", "/preferences", {"new_world": "all", "user_signin": True}),
        ("PUT", "/preferences", {"user_signin": True}),
        ("PUT", "/preferences", {"new_world": "mine", "user_signin": "yes"}),
        ("POST", "/devices", {"token": ""}),
        ("POST", "/devices", {"token": "x" * 256}),
        ("POST", "/devices", {"token": "\x00"}),
        ("POST", "/devices", {"token": "x", "platform": "fridge"}),
        ("POST", "/devices", {"token": "x", "secret": "y"}),
        ("DELETE", "/devices", None),
        ("DELETE", "/devices?device_id=mine", None),
    ],
)
def test_what_makes_no_sense_is_refused(call: CallApi, ann: Someone, method: str, path: str, body: Any):
    place, _, query = path.partition("?")
    parameters = dict([query.split("=")]) if query else {}

    given = call(method, NOTIFICATIONS + place, body, headers=ann.headers, query=parameters)

    assert (given.status, given.json["error"]["code"]) == (400, "INVALID_INPUT"), given.text
    assert call(method, NOTIFICATIONS + place, body, role=None).status == 401
