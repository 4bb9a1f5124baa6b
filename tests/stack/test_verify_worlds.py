"""`make verify` for Worlds finds a sound installation sound, leaves nothing behind, and names what is broken."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from uuid import uuid4

import psycopg
import pytest

from local.stack.postgres import Postgres
from local.stack.process import StackProcess
from local.tools.verify import __main__ as verify

pytestmark = pytest.mark.slow

Verify = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def stack(postgres: Postgres, template_database: str) -> Iterator[tuple[StackProcess, str]]:
    name = f"verify_{uuid4().hex}"
    url = postgres.create_database(name, template_database)
    with pytest.MonkeyPatch.context() as patch:
        for limit in ("SIGN_INS_PER_MINUTE", "SIGN_UPS_PER_FIVE_MINUTES", "LOG_INS_PER_MINUTE"):
            patch.setenv(limit, "25")
        with StackProcess(url) as running:
            yield running, url
    postgres.drop_database(name)


@pytest.fixture
def verified(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Verify:
    """`verified(url, "session")` returns the exit status, what was printed, and what was said to be broken."""

    def run(url: str, *arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["verify", "--url", url, *arguments])
        code = verify.main()
        printed = capsys.readouterr()
        return code, printed.out, printed.err.strip().removeprefix("Broken: ").removesuffix(".")

    return run


@contextmanager
def spoilt(url: str, spoil: str, mend: str) -> Iterator[None]:
    with closing(psycopg.connect(url, autocommit=True)) as conn:
        conn.execute(spoil)  # pyright: ignore[reportArgumentType, reportCallIssue]
        try:
            yield
        finally:
            conn.execute(mend)  # pyright: ignore[reportArgumentType, reportCallIssue]


def forget_limits(url: str) -> None:
    with closing(psycopg.connect(url, autocommit=True)) as conn:
        conn.execute("DELETE FROM kernel.rate_windows")


def test_a_sound_installation_passes_and_no_account_is_left(stack: tuple[StackProcess, str], verified: Verify):
    running, url = stack

    code, said, broken = verified(running.url, "session", "websocket", "security")

    assert (code, broken) == (0, ""), said
    assert "FAILED" not in said
    assert said.count("ok ") > 50
    with closing(psycopg.connect(url)) as conn:
        assert conn.execute("SELECT count(*) FROM kernel.accounts").fetchone() == (0,)


@pytest.mark.parametrize(
    ("spoil", "mend", "suite"),
    [
        # The pusher finds nothing: what others say is not heard.
        ("ALTER TABLE worlds.mailboxes RENAME TO away", "ALTER TABLE worlds.away RENAME TO mailboxes", "websocket"),
        ("ALTER TABLE worlds.tickets RENAME TO away", "ALTER TABLE worlds.away RENAME TO tickets", "websocket"),
        ("ALTER TABLE worlds.characters RENAME TO away", "ALTER TABLE worlds.away RENAME TO characters", "session"),
    ],
)
def test_what_is_broken_is_named(stack: tuple[StackProcess, str], verified: Verify, spoil: str, mend: str, suite: str):
    running, url = stack
    forget_limits(url)

    with spoilt(url, spoil, mend):
        code, said, broken = verified(running.url, suite)

    assert code == 1, said
    assert broken


class _Careless(BaseHTTPRequestHandler):
    """Answers whatever is asked, to everyone."""

    def do_GET(self) -> None:
        body = json.dumps({"user_id": "1", "roles": ["admin"], "email": "a@example.org", "sessions": []}).encode()
        self.send_response(201 if self.path.endswith("register") else 200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Set-Cookie", "brandish_session=eyJhIjoxfQ.eyJzdWIiOiIxIn0.x; Path=/")
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_PUT = do_DELETE = do_OPTIONS = do_GET  # noqa: N815, as http.server names them

    def log_message(self, format: str, *args: object) -> None:
        pass


def test_a_server_that_lets_everyone_do_everything_fails(verified: Verify):
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Careless)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        code, said, broken = verified(f"http://127.0.0.1:{server.server_port}", "security")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

    assert code == 1
    assert broken, said
