"""Tries accounts and sessions, as Worlds' clients use them, and what a session leads to: characters and worlds."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from local.tools.verify.checking import Broken, Impossible, Report
from local.tools.verify.client import Client
from local.tools.verify.visitors import COOKIE, Visit, Visitor, code_of, cookie_of, require_code
from worlds.world.models import LOBBY, TEMPERATE

PART: Final = "session"
ROUTES: Final = (
    ("GET", "/api/auth/me"),
    ("GET", "/api/session/state"),
    ("POST", "/api/session/world/select"),
    ("POST", "/api/session/character/create"),
    ("POST", "/api/session/character/select"),
    ("POST", "/api/interview/start"),
    ("POST", "/api/interview/respond"),
    ("POST", "/api/interview/finalize"),
    ("POST", "/api/world/interview/start"),
    ("POST", "/api/world/interview/message"),
    ("POST", "/api/world/interview/finalize"),
    ("GET", "/api/world/interview/active"),
    ("GET", "/api/game/characters"),
    ("POST", "/api/game/characters"),
    ("POST", "/api/game/join"),
    ("GET", "/api/game/entry-options"),
    ("GET", "/api/game/worlds"),
    ("GET", "/api/game/skills"),
    ("GET", "/api/game/ws"),
)
"""Those that the README of the original names. Source: worlds 2.1."""


class SessionTrial:
    """Registers, logs in and out, and chooses characters."""

    def __init__(self, client: Client, report: Report, visit: Visit) -> None:
        self._client = client
        self._report = report
        self._visit = visit

    def run(self) -> None:
        """Try everything."""
        self.try_registering()
        self.try_logging_in()
        self.try_several_sessions()
        self.try_routes()
        self.try_characters()
        self.try_logging_out()

    def try_registering(self) -> None:
        """Register, and what is refused."""
        client, check = self._client, self._report.check
        with check(PART, "a new account is shown to its owner, without its password") as seen:
            ann = self._visit.ann
            assert ann.registered is not None
            account = ann.registered.body
            if (account["email"], account["username"]) != (ann.email, ann.name):
                raise Broken(f"someone else was registered: {account}")
            if ann.password in str(account) or any("hash" in name or "password" in name for name in account):
                raise Broken("the answer has the password, or its hash")
            seen.append(", ".join(account))
        with check(PART, "an e-mail address in use is refused, in upper case, too") as seen:
            ann = self._visit.ann
            body = {"email": ann.email.upper(), "username": f"{ann.name}-2", "password": ann.password}
            seen.append(require_code(client.send("POST", "/api/auth/register", body), 409, "USER_EXISTS"))
        with check(PART, "a weak password and what is no address are refused") as seen:
            someone = Visitor(client)
            body = {"email": someone.email, "username": someone.name, "password": "password123"}
            seen.append(require_code(client.send("POST", "/api/auth/register", body), 400, "PASSWORD_WEAK"))
            body |= {"email": "someone@nowhere", "password": someone.password}
            seen.append(require_code(client.send("POST", "/api/auth/register", body), 400, "EMAIL_INVALID"))

    def try_logging_in(self) -> None:
        """Log in, rightly and wrongly."""
        client, check = self._client, self._report.check
        with check(PART, "a wrong password and an unknown address are answered alike, byte for byte") as seen:
            ann, same = self._visit.ann, {"X-Request-ID": str(uuid4())}
            wrong = {"email": ann.email, "password": f"{ann.password}x"}
            unknown = {"email": Visitor(client).email, "password": ann.password}
            answers = [client.send("POST", "/api/auth/login", body, headers=same) for body in (wrong, unknown)]
            refused = [require_code(answer, 401, "AUTH_INVALID_CREDENTIALS") for answer in answers]
            if answers[0].content != answers[1].content:
                raise Broken(f"they differ: {answers[0].content!r}, {answers[1].content!r}")
            seen += refused
        with check(PART, "someone logs in: a token, and a cookie that scripts and other sites do not get") as seen:
            answer = self._visit.ann.log_in()
            if cookie_of(answer) != answer.body["token"] or answer.body["user"]["username"] != self._visit.ann.name:
                raise Broken("the token in the cookie, or the user, is another one")
            cookie = answer.headers["Set-Cookie"].partition(";")[2].lower()
            wanted = ["httponly", "samesite=lax", "path=/", *(["secure"] if client.url.startswith("https:") else [])]
            if missing := [each for each in wanted if each not in cookie]:
                raise Broken(f"the cookie lacks {', '.join(missing)}")
            seen.append(cookie.strip())
        with check(PART, "the token tells who one is, in a header as in the cookie") as seen:
            ann = self._visit.ann
            by_header = client.expect(200, "GET", "/api/auth/me", token=ann.token).body
            by_cookie = client.expect(200, "GET", "/api/auth/me", headers={"Cookie": f"{COOKIE}={ann.token}"}).body
            if not by_header["username"] == by_cookie["username"] == ann.name:
                raise Broken(f"one is {by_header['username']}, and {by_cookie['username']} by the cookie")
            seen.append(by_header["username"])

    def try_several_sessions(self) -> None:
        """Be logged in twice, and end one of the two."""
        client, check = self._client, self._report.check
        with check(PART, "a session lasts for a day, and a new token is not replaced yet") as seen:
            ann = self._visit.ann
            if client.expect(200, "GET", "/api/auth/me", token=ann.token).body.get("token"):
                raise Broken("a token of a moment ago was replaced")
            [current] = [each for each in self._sessions(ann) if each["current"]]
            life = datetime.fromisoformat(current["expires_at"]) - datetime.fromisoformat(current["began_at"])
            if life < timedelta(hours=23):
                raise Broken(f"it ends after {life}")
            seen.append(f"{life.total_seconds() / 3600:.0f} hours")
        with check(PART, "of several sessions, one ends at once, and the others go on") as seen:
            ann = self._visit.ann
            assert ann.registered is not None
            others = [each for each in self._sessions(ann) if not each["current"]]
            if not others:
                raise Broken("there is one session after two log-ins")
            client.expect(200, "DELETE", f"/api/auth/sessions/{others[0]['session_id']}", token=ann.token)
            ended = client.send("GET", "/api/auth/me", token=cookie_of(ann.registered))
            seen.append(f"{len(others) + 1} sessions, then {require_code(ended, 401, 'SESSION_EXPIRED')}")
            client.expect(200, "GET", "/api/auth/me", token=ann.token)

    def try_routes(self) -> None:
        """Ask every route whether it is there."""
        client, check = self._client, self._report.check
        with check(PART, "every route of the API is there") as seen:
            token, missing = self._visit.ann.token, list[str]()
            for method, path in ROUTES:
                # Without a token, no interview begins: that would be where one is from then on.
                sent = "" if path.endswith("/start") else token
                answer = client.send(method, path, None if method == "GET" else {}, token=sent)
                if answer.status in (404, 405) or answer.status >= 500:
                    missing.append(f"{method} {path}: {answer.status}")
            if missing:
                raise Broken(", ".join(missing))
            seen.append(f"{len(ROUTES)} routes")
        with check(PART, "a plain request to the WebSocket is told so") as seen:
            seen.append(require_code(client.send("GET", "/api/game/ws"), 426, "WEBSOCKET_REQUIRED"))

    def try_characters(self) -> None:
        """Arrive in the lobby, and make a character in Temperate."""
        client, check = self._client, self._report.check
        with check(PART, "everyone arrives in the lobby, as a ghost at first") as seen:
            ghost = self._visit.ann.enter_lobby()
            if (ghost["world_id"], ghost["role"]) != (str(LOBBY), "ghost"):
                raise Broken(f"the body is {ghost['role']} in world {ghost['world_id']}")
            seen.append(f"{ghost['name']} at {ghost['position_x']}, {ghost['position_y']}")
        with check(PART, "the list of worlds has none of the house's own") as seen:
            worlds = client.expect(200, "GET", "/api/game/worlds", token=self._visit.ann.token).body
            if any(each["id"] in (str(LOBBY), str(TEMPERATE)) for each in worlds):
                raise Broken("the lobby, or Temperate, is among them")
            seen.append(f"{len(worlds)} worlds")
        with check(PART, "someone makes a character in Temperate, and only one") as seen:
            ann = self._visit.ann
            options = client.expect(200, "GET", f"/api/game/entry-options?world_id={TEMPERATE}", token=ann.token).body
            body = {"world_id": str(TEMPERATE), "name": "Trial Run", "species": options["species"][0]["key"]}
            made = client.send("POST", "/api/session/character/create", body, token=ann.token)
            if made.status == 409 and "made" in made.body["error"]["message"] and code_of(made) != "CHARACTER_EXISTS":
                raise Impossible("Temperate is being made")
            if made.status != 201:
                raise Broken(f"the answer is {made.status}: {made.content[:200]!r}")
            again = client.send("POST", "/api/game/characters", body, token=ann.token)
            seen.append(f"{made.body['secondary_attributes']['max_hp']} HP")
            seen.append(require_code(again, 409, "CHARACTER_EXISTS"))
            self._require_listed(ann, made.body["character"]["character_id"])
        with check(PART, "no one plays a character of someone else, or one that does not exist") as seen:
            for path in ("/api/session/character/select", "/api/game/join"):
                body = {"character_id": self._visit.ann.ghost}
                answer = client.send("POST", path, body, token=self._visit.bob.token)
                seen.append(require_code(answer, 403, "CHARACTER_NOT_OWNED"))
            answer = client.send("POST", path, {"character_id": str(uuid4())}, token=self._visit.bob.token)
            seen.append(require_code(answer, 404, "CHARACTER_NOT_FOUND"))
        with check(PART, "the state says where one is, and whether one is connected") as seen:
            ann = self._visit.ann
            ann.enter_lobby()
            before = client.expect(200, "GET", "/api/session/state", token=ann.token).body
            with closing(ann.connect()):
                during = client.expect(200, "GET", "/api/session/state", token=ann.token).body
            if (before["stage"], before["connected"]) != ("lobby", False):
                raise Broken(f"without a connection, it is {before['stage']}, connected: {before['connected']}")
            if (during["stage"], during["connected"]) != ("in_game", True):
                raise Broken(f"with a connection, it is {during['stage']}, connected: {during['connected']}")
            seen.append(f"{before['stage']}, then {during['stage']}")

    def try_logging_out(self) -> None:
        """Log out: the session is over, for requests and for what is connected."""
        client, check = self._client, self._report.check
        with check(PART, "who logs out is out at once, with the same token and the cookie") as seen:
            bob = self._visit.bob
            with closing(bob.connect()) as socket:
                out = client.expect(200, "POST", "/api/auth/logout", {}, token=bob.token)
                if "max-age=0" not in out.headers.get("Set-Cookie", "").lower():
                    raise Broken("the cookie is not cleared")
                ended = client.send("GET", "/api/auth/me", token=bob.token)
                seen.append(require_code(ended, 401, "SESSION_EXPIRED"))
                farewell = socket.wait_for_error("why the WebSocket closes")
                if farewell != "SESSION_EXPIRED":
                    raise Broken(f"the WebSocket is told {farewell}")
                seen.append(f"the WebSocket closes: {farewell}, {socket.wait_until_closed()}")
        with check(PART, "who has logged out logs in again"):
            self._visit.bob.log_in()
            client.expect(200, "GET", "/api/auth/me", token=self._visit.bob.token)

    def _sessions(self, visitor: Visitor) -> list[dict[str, Any]]:
        return self._client.expect(200, "GET", "/api/auth/sessions", token=visitor.token).body["sessions"]

    def _require_listed(self, visitor: Visitor, character_id: str) -> None:
        listed = self._client.expect(200, "GET", "/api/game/characters", token=visitor.token).body["characters"]
        if character_id not in [each["character_id"] for each in listed]:
            raise Broken("the new character is not among one's own")
