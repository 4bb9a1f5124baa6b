"""The HTTP API of Worlds, as far as playing needs it."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

PATIENCE_SECONDS = 30
NOTIFICATIONS = "/api/game/notifications"
READ_AT_ONCE = 20


class Refused(Exception):
    """The game has refused a request; the text says why, for people.

    Attributes:
        code: the API's name for the refusal.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Unreachable(Exception):
    """The game does not answer."""


class Door:
    """Asks a game, as one person.

    Args:
        url: of the game, without a path.
    """

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")
        self._token: str | None = None

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Return what the game answers.

        Raises:
            Refused, Unreachable
        """
        headers = {"Content-Type": "application/json"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        sent = None if method == "GET" else json.dumps(body or {}).encode()
        request = urllib.request.Request(self._url + path, data=sent, method=method, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise _refusal(error) from error
        except (OSError, ValueError) as error:
            raise Unreachable(f"{self._url} does not answer: {error}") from error

    def sign_up(self, email: str, user_name: str, password: str) -> None:
        """Create an account, and log in.

        Raises:
            Refused, Unreachable
        """
        self.ask("POST", "/api/auth/register", {"email": email, "username": user_name, "password": password})
        self.log_in(email, password)

    def log_in(self, email: str, password: str) -> None:
        """Begin a session.

        Raises:
            Refused, Unreachable
        """
        self._token = self.ask("POST", "/api/auth/login", {"email": email, "password": password})["token"]

    def last_character(self) -> str:
        """Return the character that was played last, or one's ghost in the lobby.

        Raises:
            Refused, Unreachable
        """
        state = self.ask("GET", "/api/session/state")
        return state["character_id"] or self.ghost()

    def ghost(self) -> str:
        """Return one's body in the lobby, and choose it.

        Raises:
            Refused, Unreachable
        """
        return self.ask("POST", "/api/session/lobby")["character"]["character_id"]

    def choose(self, character_id: str) -> str:
        """Choose a character to play; return its id.

        Raises:
            Refused, Unreachable
        """
        body = {"character_id": character_id}
        return self.ask("POST", "/api/session/character/select", body)["character"]["character_id"]

    def unread(self) -> int:
        """Return how many notifications are unread.

        Raises:
            Refused, Unreachable
        """
        return self.ask("GET", f"{NOTIFICATIONS}?unread=true&limit=1")["unread_count"]

    def read_notifications(self) -> list[str]:
        """Return what some of the unread notifications say, newest first; they are read from now on.

        Raises:
            Refused, Unreachable
        """
        found = self.ask("GET", f"{NOTIFICATIONS}?unread=true&limit={READ_AT_ONCE}")["notifications"]
        for each in found:
            self.ask("POST", f"{NOTIFICATIONS}/{each['id']}/read")
        return [f"{each['title']}. {each['body']}" for each in found]

    def socket_url(self, character_id: str) -> str:
        """Return an address at which a character can be played, once, within a minute.

        Raises:
            Refused, Unreachable
        """
        ticket = self.ask("POST", "/api/session/ticket")["ticket"]
        scheme, host, *_ = urlsplit(self._url)
        query = urlencode({"ticket": ticket, "character_id": character_id})
        return urlunsplit((scheme.replace("http", "ws"), host, "/api/game/ws", query, ""))


def _refusal(error: urllib.error.HTTPError) -> Refused:
    try:
        found = json.load(error)["error"]
        return Refused(found["code"], found["message"])
    except (ValueError, KeyError, TypeError):
        return Refused("", f"The game answers {error.code}.")
