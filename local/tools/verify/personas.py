"""Tries Personas: an account, a persona that writes, a page, a card, and what must be refused."""

from __future__ import annotations

from secrets import token_hex, token_urlsafe
from typing import Any, Final

from local.tools.verify.checking import Broken, Impossible, Report
from local.tools.verify.client import Client

API: Final = "/api/personas"
PERSONA: Final = {
    "name": "Trial Run",  # not one that sounds like the house, which is refused
    "bio": "Looks after the house.",
    "tone": "friendly",
    "writing_samples": ["All is well.", "The lights are on.", "Nothing to report."],
    "preferred_language": "en",
}


class PersonasTrial:
    """A visit: an account of its own, with everything that it makes, which is deleted at the end."""

    def __init__(self, client: Client, report: Report) -> None:
        self._client = client
        self._report = report
        self._email = f"brandish-verify-{token_hex(6)}@example.org"
        self._password = token_urlsafe(24)
        self._token = ""

    def run(self) -> None:
        """Try everything, and leave."""
        try:
            self.try_health()
            self.try_account()
            self.try_pages()
            self.try_writing()
        finally:
            self.leave()

    def try_health(self) -> None:
        """Ask whether the service is there."""
        with self._report.check("Personas", "the service and its database answer"):
            self._client.expect(200, "GET", f"{API}/healthz")
            self._client.expect(200, "GET", f"{API}/readyz")

    def try_account(self) -> None:
        """Sign up, log out and in."""
        client, check = self._client, self._report.check
        who = {"email": self._email, "password": self._password}
        with check("accounts", "someone signs up"):
            self._token = client.expect(201, "POST", f"{API}/auth/signup", who).body["token"]
            client.expect(200, "GET", "/api/auth/me", token=self._token)
        with check("accounts", "who has logged out is out, and a wrong password lets no one in"):
            self._required_token()
            client.expect(200, "POST", "/api/auth/logout", {}, token=self._token)
            client.expect(401, "GET", "/api/auth/me", token=self._token)
            client.expect(401, "POST", f"{API}/auth/login", who | {"password": "not-" + self._password})
        with check("accounts", "someone logs in again"):
            self._required_token()
            self._token = client.expect(200, "POST", f"{API}/auth/login", who).body["token"]
        with check("accounts", "what needs an account is refused without one"):
            client.expect(401, "GET", f"{API}/personas")
            client.expect(401, "GET", f"{API}/personas", token="brandish.verify.wrong")

    def try_pages(self) -> None:
        """Ask for pages, with and without a session."""
        with self._report.check("pages", "pages are there, with their policy"):
            self._page("/signup")
            self._page("/templates")
        with self._report.check("pages", "someone who is signed in sees their own"):
            self._page("/personas", token=self._required_token())
        with self._report.check("pages", "there is a page for what does not exist"):
            self._client.expect(404, "GET", "/p/brandish-verify-unknown")

    def try_writing(self) -> None:
        """Have a persona write a post, and look at its page and its card."""
        client, check = self._client, self._report.check
        post: dict[str, Any] = {}
        with check("AI texts", "a persona writes a draft"):
            token = self._required_token()
            persona = client.expect(201, "POST", f"{API}/personas", PERSONA, token=token).body
            rooms = client.expect(200, "GET", f"{API}/rooms", token=token).body["rooms"]
            path = f"{API}/rooms/{rooms[0]['id']}/posts/draft"
            post = client.expect(201, "POST", path, {"persona_id": persona["id"]}, token=token).body
        with check("Personas", "a draft is approved"):
            _require(post)
            client.expect(200, "POST", f"{API}/posts/{post['id']}/approve", {}, token=self._token)
        with check("pages", "a published post has a page"):
            _require(post)
            self._page(f"/b/{post['id']}")
        with check("card", "a published post has a card"):
            _require(post)
            card = client.expect(200, "GET", f"/b/{post['id']}/card.png")
            if not card.content.startswith(b"\x89PNG"):
                raise Broken("the card is no PNG: does the API treat it as binary?")
        with check("Personas", "a post of one's own is deleted"):
            _require(post)
            client.expect(200, "DELETE", f"{API}/posts/{post['id']}", token=self._token)

    def leave(self) -> None:
        """Delete the account, with everything in it."""
        with self._report.check("leaving", "the account is deleted"):
            body = {"password": self._password}
            answer = self._client.send("POST", "/api/auth/delete", body, token=self._required_token())
            if answer.status == 401:  # logging in again has failed
                who = {"email": self._email, "password": self._password}
                self._token = self._client.expect(200, "POST", f"{API}/auth/login", who).body["token"]
                self._client.expect(200, "POST", "/api/auth/delete", body, token=self._token)
            elif answer.status != 200:
                raise Broken(f"POST /api/auth/delete was answered with {answer.status}")
            self._client.expect(401, "GET", "/api/auth/me", token=self._token)

    def _required_token(self) -> str:
        if not self._token:
            raise Impossible("no one is signed in")
        return self._token

    def _page(self, path: str, token: str = "") -> None:
        answer = self._client.expect(200, "GET", path, token=token)
        if not answer.headers.get("Content-Type", "").startswith("text/html"):
            raise Broken(f"{path} is no page: {answer.headers.get('Content-Type')}")
        if "Content-Security-Policy" not in answer.headers:
            raise Broken(f"{path} has no Content-Security-Policy")


def _require(post: dict[str, Any]) -> None:
    if not post:
        raise Impossible("there is no post")
