"""Attacks an installation, as far as strangers and people with an account can: all of it must be refused plainly."""

from __future__ import annotations

import hmac
import json
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from contextlib import closing
from typing import Any, Final
from urllib.parse import quote, urlsplit
from uuid import uuid4

from local.tools.verify.checking import Broken, Report
from local.tools.verify.client import Answer, Client
from local.tools.verify.visitors import COOKIE, Visit, Visitor, code_of, require_code

PART: Final = "security"
FOREIGN: Final = "https://brandish-verify.example"
"""The origin of a page that is not ours."""
WEAK_KEYS: Final = (b"", b"secret", b"changeme", b"brandish", b"jwt-secret", b"test-api-key", b"0" * 32)
TRAVERSALS: Final = (
    "/static/worlds/../../../../etc/passwd",
    "/static/worlds/0123456789ab/..%2f..%2f..%2f..%2fetc%2fpasswd",
    "/static/worlds/0123456789ab/%2e%2e/%2e%2e/door.py",
    "/static/worlds/0123456789ab/..%5c..%5cdoor.py",
    "/static/worlds/0123456789ab/%00",
    "/worlds/..%2f..%2f..%2f..%2fetc%2fpasswd",
    "/api/game/worlds/..%2f..%2f..%2fetc%2fpasswd",
    "//etc/passwd",
    "/.env",
    "/.git/config",
)
INJECTIONS: Final = (
    "'; DROP TABLE worlds.characters; --",
    "' OR '1'='1",
    "1); SELECT pg_sleep(10); --",
    "{{7*7}} ${7*7} %s %(id)s {0}",
    "$(id) `id`",
    '"},"type":"error","x":{"',
)
MARKUP: Final = "<script>alert(1)</script>"
ODD_BODIES: Final = (
    b"",
    b"{",
    b"[]",
    b"null",
    b'"text"',
    b"[" * 30_000,
    b'{"world_id":1}',
    b'{"world_id":["x"]}',
    b'{"world_id":"\\u0000"}',
    b'{"world_id":"\\ud800"}',
    b'{"world_id":"\xff"}',
    b'{"world_id":NaN}',
    b'{"__proto__":{},"unknown":1}',
)
LARGEST_BODY: Final = 64 * 1024
LEAKS: Final = (
    "Traceback",
    'File "',
    "/var/task",
    "/var/runtime",
    "site-packages",
    "psycopg",
    "SQLSTATE",
    "SELECT ",
    "INSERT INTO",
    "DELETE FROM",
    "UndefinedTable",
    'relation "',
    "$argon2",
    "eyJ",
    "AKIA",
    "PRIVATE KEY",
)
"""Parts of stack traces, statements, hashes, tokens and keys."""
MOST_LOG_INS: Final = 30
SLOW_SECONDS: Final = 8.0
"""A statement that was smuggled in would sleep for longer."""


class SecurityTrial:
    """Tries what must not work."""

    def __init__(self, client: Client, report: Report, visit: Visit) -> None:
        self._client = client
        self._report = report
        self._visit = visit

    def run(self) -> None:
        """Try everything; what limits our own address comes last."""
        self.try_headers()
        self.try_origins()
        self.try_tokens()
        self.try_rights()
        self.try_odd_input()
        self.try_injections()
        self.try_paths()
        self.try_limits()
        self.try_leaks()

    def try_headers(self) -> None:
        """Look at the headers of answers of each kind."""
        client, check = self._client, self._report.check
        for what, path in (("pages", "/worlds/"), ("the API", "/api/session/state"), ("errors", "/api/game/nowhere")):
            with check(PART, f"{what} have the headers that protect who looks at them") as seen:
                headers = client.send("GET", path, token=self._visit.ann.token).headers
                seen.append(_require_headers(headers, secure=client.url.startswith("https:")))
        with check(PART, "a page may load its own scripts only, and is framed by no one") as seen:
            policy = client.expect(200, "GET", "/worlds/").headers.get("Content-Security-Policy", "")
            parts = [rule.strip().partition(" ") for rule in policy.split(";")]
            rules = {name: value for name, _, value in parts}
            scripts = rules.get("script-src", rules.get("default-src", "*"))
            if "*" in scripts or "unsafe" in scripts or "data:" in scripts or "frame-ancestors" not in rules:
                raise Broken(f"its policy is {policy!r}")
            seen.append(f"script-src {scripts}")
        with check(PART, "no cache keeps what belongs to someone") as seen:
            for path in ("/api/auth/me", "/api/session/state", "/worlds/"):
                cookie = {"Cookie": f"{COOKIE}={self._visit.ann.token}"}
                kept = client.expect(200, "GET", path, headers=cookie).headers.get("Cache-Control", "")
                if not {"no-store", "private", "no-cache"} & {each.strip() for each in kept.split(",")}:
                    raise Broken(f"{path} says Cache-Control: {kept}")
            seen.append(kept)

    def try_origins(self) -> None:
        """Ask as a page of another site would."""
        client, check = self._client, self._report.check
        with check(PART, "pages of other sites may not read what is answered") as seen:
            asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
            for origin in (FOREIGN, "null", f"{_origin(client.url)}.brandish-verify.example"):
                for method, headers in (("GET", {}), ("OPTIONS", asked)):
                    for path in ("/api/auth/me", "/api/session/state"):
                        answer = client.send(
                            method, path, token=self._visit.ann.token, headers={"Origin": origin, **headers}
                        )
                        allowed = answer.headers.get("Access-Control-Allow-Origin")
                        if allowed is not None:
                            raise Broken(f"{method} {path} allows {allowed} for {origin}")
            seen.append("no Access-Control-Allow-Origin")
        with check(PART, "pages of other sites may not write with one's cookie; our own may") as seen:
            ann = self._visit.ann
            for origin in (FOREIGN, "null", ""):
                sent = {"Cookie": f"{COOKIE}={ann.token}", **({"Origin": origin} if origin else {})}
                seen.append(require_code(client.send("POST", "/api/session/lobby", {}, headers=sent), 403, "FORBIDDEN"))
            own = {"Cookie": f"{COOKIE}={ann.token}", "Origin": _origin(client.url)}
            client.expect(200, "POST", "/api/session/lobby", {}, headers=own)
            form = {**own, "Content-Type": "text/plain"}
            seen.append(require_code(client.send("POST", "/api/session/lobby", {}, headers=form), 403, "FORBIDDEN"))
        with check(PART, "pages of other sites may not sign someone in") as seen:
            body = {"email": self._visit.ann.email, "password": self._visit.ann.password}
            answer = client.send("POST", "/api/auth/login", body, headers={"Origin": FOREIGN})
            seen.append(require_code(answer, 403, "FORBIDDEN"))

    def try_tokens(self) -> None:
        """Come with tokens that are none, not ours, changed or too old."""
        check = self._report.check
        with check(PART, "without a token, and with what is none, nothing is shown") as seen:
            refused = [self._require_unauthorized(token) for token in ("", "x", "a.b.c", "." * 3, "é", "x" * 5000)]
            seen.append(f"{len(refused)} times 401")
        with check(PART, "a token with any part changed is refused") as seen:
            token = self._visit.ann.token
            places = _places(token)
            for place in places:
                changed = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
                self._require_unauthorized(changed)
            seen.append(f"{len(places)} places")
        with check(PART, "a token that someone else has signed is refused, and one that no one has") as seen:
            head, body, _ = self._visit.ann.token.split(".")
            forged = [_signed(head, body, key) for key in WEAK_KEYS]
            for algorithm in ("none", "None", "NONE"):
                forged += [f"{_encoded({'alg': algorithm, 'typ': 'JWT'})}.{body}.", f"{head}.{body}."]
            for each in forged:
                self._require_unauthorized(each)
            seen.append(f"{len(forged)} forgeries")
        with check(PART, "a token that says it has expired, or belongs to someone else, is refused") as seen:
            head, body, signature = self._visit.ann.token.split(".")
            claims = json.loads(urlsafe_b64decode(body + "=" * (-len(body) % 4)))
            [other] = [json.loads(urlsafe_b64decode(self._visit.bob.token.split(".")[1] + "==="))["sub"]]
            for change in ({"exp": int(time.time()) - 1}, {"exp": 4_000_000_000}, {"sub": other, "user_id": other}):
                self._require_unauthorized(f"{head}.{_encoded({**claims, **change})}.{signature}")
                self._require_unauthorized(_signed(head, _encoded({**claims, **change}), b"secret"))
            seen.append("6 times 401")
        with check(PART, "what a token says of its owner is encrypted") as seen:
            ann = self._visit.ann
            claims = urlsafe_b64decode(ann.token.split(".")[1] + "===").decode(errors="replace")
            if ann.name in claims or ann.email in claims or "admin" in claims:
                raise Broken("their name, address or roles can be read in it")
            seen.append(", ".join(json.loads(claims)))
        with check(PART, "a token in the address opens the WebSocket only") as seen:
            answer = self._client.send("GET", f"/api/session/state?token={self._visit.ann.token}")
            seen.append(require_code(answer, 401, "UNAUTHORIZED"))

    def try_rights(self) -> None:
        """Ask for what belongs to others, or to administrators."""
        client, check = self._client, self._report.check
        with check(PART, "no one sees or plays what belongs to someone else") as seen:
            ann, bob = self._visit.ann, self._visit.bob
            skills = client.send("GET", f"/api/game/skills?character_id={ann.ghost}", token=bob.token)
            seen.append(require_code(skills, 403, "CHARACTER_NOT_OWNED"))
            [session, *_] = client.expect(200, "GET", "/api/auth/sessions", token=ann.token).body["sessions"]
            ended = client.send("DELETE", f"/api/auth/sessions/{session['session_id']}", token=bob.token)
            seen.append(require_code(ended, 404, "SESSION_NOT_FOUND"))
            client.expect(200, "GET", "/api/auth/me", token=ann.token)
        with check(PART, "no one administers who is no administrator") as seen:
            token = self._visit.bob.token
            made = client.send("POST", "/api/game/worlds", {"name": "Brandish verify"}, token=token)
            seen.append(require_code(made, 403, "FORBIDDEN"))
            seen.append(require_code(client.send("GET", "/api/game/reports", token=token), 403, "FORBIDDEN"))
            for path in ("/api/v1/admin/keys", "/api/v1/admin/accounts/administrators"):
                answer = client.send("GET", path, token=token)
                if answer.status not in (401, 403):
                    raise Broken(f"GET {path} was answered with {answer.status}")
                seen.append(str(answer.status))
        with check(PART, "no one gives themselves a role") as seen:
            bob = self._visit.bob
            seen.append(
                require_code(
                    client.send("PUT", "/api/auth/me", {"roles": ["admin"]}, token=bob.token), 400, "INVALID_INPUT"
                )
            )
            if client.expect(200, "GET", "/api/auth/me", token=bob.token).body["roles"]:
                raise Broken("someone new has a role")

    def try_odd_input(self) -> None:
        """Send what is too large, and what is no request."""
        client, check = self._client, self._report.check
        with check(PART, "a body that is too large is refused before it is read") as seen:
            for size in (LARGEST_BODY + 1, 2 * 2**20):
                body = b'{"world_id":"' + b"x" * size + b'"}'
                answer = client.send("POST", "/api/session/world/select", body, token=self._visit.ann.token)
                _require_refused(answer, 413, 403)
                seen.append(f"{size:,} bytes: {answer.status}")
        with check(PART, "a body that is no request is refused, and what is wrong is said") as seen:
            for body in ODD_BODIES:
                answer = client.send("POST", "/api/session/world/select", body, token=self._visit.ann.token)
                if answer.status == 403:  # a firewall's
                    continue
                require_code(answer, 400, "INVALID_INPUT")
            seen.append(f"{len(ODD_BODIES)} bodies")
        with check(PART, "a header or a query that is too long is refused, or left alone") as seen:
            long = "x" * 7000
            for path, headers in ((f"/api/session/state?x={long}", {}), ("/api/session/state", {"X-Request-ID": long})):
                answer = client.send("GET", path, token=self._visit.ann.token, headers=headers)
                if answer.status >= 500 or long in str(dict(answer.headers)):
                    raise Broken(f"the answer is {answer.status}")
                seen.append(str(answer.status))

    def try_injections(self) -> None:
        """Send pieces of programs where texts belong."""
        client, check = self._client, self._report.check
        with check(PART, "pieces of SQL, templates and shells are only text, in the API") as seen:
            ann = self._visit.ann
            for text in (*INJECTIONS, MARKUP):
                began = time.monotonic()
                for path in (
                    f"/api/game/entry-options?world_id={quote(text)}",
                    f"/api/game/worlds?after={quote(text)}",
                ):
                    _require_refused(client.send("GET", path, token=ann.token), 400, 403)
                self._name(ann, text)
                if time.monotonic() - began > SLOW_SECONDS:
                    raise Broken(f"{text!r} takes {time.monotonic() - began:.0f} s: is it run?")
            client.expect(200, "PUT", "/api/auth/me", {"username": ann.name}, token=ann.token)
            seen.append(f"{len(INJECTIONS) + 1} texts")
        with (
            check(PART, "they are only text in commands, too, and markup is taken out of them") as seen,
            closing(self._visit.bob.connect()) as bob,
            closing(self._visit.ann.connect()) as ann,
        ):
            for text in INJECTIONS:
                mark = uuid4().hex
                own = ann.ask(f"say {mark} {text}")[0]["data"].get("text", "")
                heard = bob.wait_for_line(mark)["data"]["text"]
                if text not in own or text not in heard:
                    raise Broken(f"{text!r} is heard as {heard!r}")
            mark = uuid4().hex
            ann.ask(f"say {mark} {MARKUP}")
            if "<" in (heard := bob.wait_for_line(mark)["data"]["text"]):
                raise Broken(f"{MARKUP!r} is heard as {heard!r}")
            ann.ask(f"tell {INJECTIONS[0]} hello")
            ann.ask("look")
            seen.append(f"{len(INJECTIONS) + 1} texts, the last heard as {heard.partition(': ')[2][33:]!r}")

    def try_paths(self) -> None:
        """Ask for files of the machine."""
        with self._report.check(PART, "no path leads to a file that is no page") as seen:
            for path in TRAVERSALS:
                answer = self._client.get_raw(path)
                if not 400 <= answer.status < 500 or b"root:" in answer.content or b"import " in answer.content:
                    raise Broken(f"GET {path} was answered with {answer.status}")
            seen.append(f"{len(TRAVERSALS)} paths")

    def try_limits(self) -> None:
        """Guess a password until it is enough."""
        with self._report.check(PART, "who guesses passwords has to wait") as seen:
            body = {"email": Visitor(self._client).email, "password": "Wrong-passw0rd"}
            tries = 0
            while tries < MOST_LOG_INS:
                tries += 1
                answer = self._client.send("POST", "/api/auth/login", body, waits=False)
                if answer.status != 401:
                    break
            else:
                raise Broken(f"{tries} passwords were looked at")
            require_code(answer, 429, "AUTH_RATE_LIMITED")
            wait = answer.headers.get("Retry-After", "")
            if not wait.isdecimal() or int(wait) < 1:
                raise Broken(f"Retry-After is {wait!r}")
            seen.append(f"number {tries} is answered with 429, Retry-After {wait} s")

    def try_leaks(self) -> None:
        """Look through all errors that this visit was answered with."""
        with self._report.check(PART, "no error says anything about the inside, or a secret") as seen:
            secrets = [each for one in (self._visit.ann, self._visit.bob) for each in (one.password, one.token)]
            for request, answer in self._client.refusals:
                said = answer.content.decode(errors="replace")
                if found := [each for each in (*LEAKS, *secrets) if each in said]:
                    raise Broken(f"the answer {answer.status} to {request[:100]} says {found[0][:20]!r}")
                if answer.status >= 500 and answer.status != 503:
                    raise Broken(f"{request[:100]} was answered with {answer.status}")
            seen.append(f"{len(self._client.refusals)} errors")

    def _require_unauthorized(self, token: str) -> str:
        """Ask with a token in the header, and in the cookie."""
        for headers in ({"Authorization": f"Bearer {token}"}, {"Cookie": f"{COOKIE}={token}"}):
            sent = {name: value.encode().decode("latin-1") for name, value in headers.items()} if token else {}
            answer = self._client.send("GET", "/api/session/state", headers=sent)
            if answer.status == 400 and answer.body is None:  # by a proxy, before anyone looks at the token
                continue
            require_code(answer, 401, "UNAUTHORIZED", "AUTH_TOKEN_INVALID", "AUTH_TOKEN_EXPIRED")
        return "401"

    def _name(self, visitor: Visitor, text: str) -> None:
        """Be called so, or be told that one cannot."""
        answer = self._client.send("PUT", "/api/auth/me", {"username": text}, token=visitor.token)
        if answer.status == 200:
            if answer.body["username"] != text.strip():
                raise Broken(f"the name {text!r} becomes {answer.body['username']!r}")
        else:
            _require_refused(answer, 400, 403)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _require_headers(headers: Mapping[str, str], *, secure: bool) -> str:
    """Return what was seen."""
    wanted: dict[str, Callable[[str], bool]] = {
        "X-Content-Type-Options": lambda value: value == "nosniff",
        "X-Frame-Options": lambda value: value in ("DENY", "SAMEORIGIN"),
        "Referrer-Policy": lambda value: value not in ("", "unsafe-url"),
        **({"Strict-Transport-Security": lambda value: "max-age=" in value} if secure else {}),
    }
    if wrong := [name for name, holds in wanted.items() if not holds(headers.get(name, ""))]:
        raise Broken(f"{', '.join(wrong)}: {', '.join(headers.get(name, 'missing') for name in wrong)}")
    return ", ".join(headers[name] for name in wanted)


def _require_refused(answer: Answer, *statuses: int) -> None:
    """Check that it was refused by us in an error's shape, or by a firewall with 403."""
    if answer.status not in statuses:
        raise Broken(f"the answer is {answer.status}: {answer.content[:200]!r}")
    if answer.status not in (403, 413):
        code_of(answer)


def _places(token: str) -> list[int]:
    """Return places all over a token, some in each of its parts; a dot is none."""
    parts, begin, places = token.split("."), 0, list[int]()
    for part in parts:
        places += [begin + len(part) * number // 6 for number in range(6)]
        begin += len(part) + 1
    return places


def _encoded(claims: Mapping[str, Any]) -> str:
    return urlsafe_b64encode(json.dumps(claims, separators=(",", ":")).encode()).decode().rstrip("=")


def _signed(head: str, body: str, key: bytes) -> str:
    digest = hmac.digest(key, f"{head}.{body}".encode(), "sha256")
    return f"{head}.{body}.{urlsafe_b64encode(digest).decode().rstrip('=')}"
