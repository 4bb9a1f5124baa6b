"""Two people with accounts of their own, as whom Worlds is tried. Their accounts are deleted at the end."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any, Final

from local.tools.verify.checking import Broken, Impossible, Report
from local.tools.verify.client import Answer, Client
from local.worlds.play_socket import PlaySocket

COOKIE: Final = "brandish_session"


@dataclass(slots=True)
class Visitor:
    """Someone with an account.

    Attributes:
        token: of the session that is open.
        ghost: the id of the body in the lobby.
        registered: how the sign-up was answered.
    """

    client: Client
    name: str = field(default_factory=lambda: f"verify-{token_hex(5)}")
    password: str = field(default_factory=lambda: f"Aa1{token_hex(12)}")
    token: str = ""
    ghost: str = ""
    registered: Answer | None = None

    @property
    def email(self) -> str:
        return f"brandish-{self.name}@example.org"

    def register(self) -> None:
        """Sign up; that begins a session, whose token is in a cookie.

        Raises:
            Broken
        """
        body = {"email": self.email, "username": self.name, "password": self.password}
        self.registered = self.client.expect(201, "POST", "/api/auth/register", body)
        self.token = cookie_of(self.registered)

    def log_in(self) -> Answer:
        """Begin another session, and go on with it.

        Raises:
            Broken
        """
        body = {"email": self.email, "password": self.password}
        answer = self.client.expect(200, "POST", "/api/auth/login", body)
        self.token = answer.body["token"]
        return answer

    def enter_lobby(self) -> dict[str, Any]:
        """Choose the body in the lobby, and return it."""
        ghost: dict[str, Any] = self.client.expect(200, "POST", "/api/session/lobby", {}, token=self.token).body
        self.ghost = ghost["character"]["character_id"]
        return ghost["character"]

    def ticket(self) -> tuple[str, str]:
        """Return the WebSocket's address, and what opens it once."""
        made = self.client.expect(200, "POST", "/api/session/ticket", {}, token=self.token).body
        if not made["websocket_url"]:
            raise Broken("the installation does not know the address of its WebSocket")
        return made["websocket_url"], made["ticket"]

    def connect(self) -> PlaySocket:
        """Open a connection for the body in the lobby, whose greeting has been heard.

        Raises:
            Broken, WebSocketException, OSError
        """
        if not self.ghost:
            self.enter_lobby()
        address, ticket = self.ticket()
        socket = PlaySocket.open(address, {"ticket": ticket, "character_id": self.ghost})
        socket.hear(lambda each: each["type"] == "state_update", "the first state_update")
        return socket


class Visit:
    """Two people, who sign up when they are needed."""

    def __init__(self, client: Client, report: Report) -> None:
        self._client = client
        self._report = report
        self._people: list[Visitor] = []

    def arrive(self) -> None:
        """Let both sign up, and come to the lobby."""
        with self._report.check("accounts", "two people register, and come to the lobby") as seen:
            for _ in range(2):
                visitor = Visitor(self._client)
                visitor.register()
                self._people.append(visitor)
                visitor.enter_lobby()
            seen.append(" and ".join(each.name for each in self._people))

    @property
    def ann(self) -> Visitor:
        return self._person(0)

    @property
    def bob(self) -> Visitor:
        return self._person(1)

    def leave(self) -> None:
        """Delete the accounts, with everything in them."""
        for visitor in self._people:
            with self._report.check("leaving", f"the account of {visitor.name} is deleted"):
                self._delete(visitor)

    def _delete(self, visitor: Visitor) -> None:
        body, path = {"password": visitor.password}, "/api/auth/delete"
        answer = self._client.send("POST", path, body, token=visitor.token)
        if answer.status == 401:  # a check has ended the session, and not begun another
            visitor.log_in()
            answer = self._client.expect(200, "POST", path, body, token=visitor.token)
        if answer.status != 200:
            raise Broken(f"POST {path} was answered with {answer.status}")
        self._client.expect(401, "GET", "/api/auth/me", token=visitor.token)

    def _person(self, number: int) -> Visitor:
        if len(self._people) <= number:
            raise Impossible("no one is signed in")
        return self._people[number]


def cookie_of(answer: Answer) -> str:
    """Return the token in the cookie that an answer sets.

    Raises:
        Broken: there is none.
    """
    found = re.search(rf"{COOKIE}=([^;]+)", answer.headers.get("Set-Cookie", ""))
    if found is None:
        raise Broken("no cookie is set")
    return found[1]


def code_of(answer: Answer) -> str:
    """Return the code of an error.

    Raises:
        Broken: it is none that clients can read.
    """
    error = answer.body.get("error") if isinstance(answer.body, dict) else None
    if not isinstance(error, dict) or not {"code", "message", "request_id"} <= error.keys():
        said = answer.content[:200].decode(errors="replace")
        raise Broken(f"the answer {answer.status} is no error with code, message and request_id: {said}")
    return error["code"]


def require_code(answer: Answer, status: int, *codes: str) -> str:
    """Return what was answered, for the report, if it is this refusal.

    Raises:
        Broken
    """
    given = code_of(answer) if answer.status >= 400 else ""
    if answer.status != status or given not in codes:
        raise Broken(f"the answer is {answer.status} {given}, not {status} {' or '.join(codes)}".replace("  ", " "))
    return f"{status} {given}"
