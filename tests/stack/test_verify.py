"""`make verify` finds a sound installation sound, leaves nothing behind, and names what is broken."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from uuid import uuid4

import psycopg
import pytest
from nacl.signing import SigningKey

from local.stack.postgres import Postgres
from local.stack.process import StackProcess
from local.tools.verify import __main__ as verify
from local.tools.verify import community, interview
from local.worlds import play_socket
from tests.support.wrong_front import wrong_front

pytestmark = pytest.mark.slow

DISCORD: SigningKey = SigningKey.generate()

TURN = "UPDATE kernel.features SET is_on = {} WHERE name = '{}'"

LEFT_EMPTY = (
    "users",
    "user_inventory",
    "kernel.accounts",
    "personas.personas",
    "personas.posts",
    "worlds.characters",
    "worlds.configurations",
    "worlds.interviews",
    "worlds.connections",
    "worlds.posts",
    "worlds.tickets",
)

Verify = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def stack(postgres: Postgres) -> Iterator[tuple[StackProcess, str]]:
    """After a first start: so Temperate is being made."""
    name = f"verify_{uuid4().hex}"
    url = postgres.create_database(name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SIGN_INS_PER_MINUTE", "1000")
        patch.setenv("SIGN_UPS_PER_FIVE_MINUTES", "1000")
        patch.setenv("DISCORD_PUBLIC_KEY", DISCORD.verify_key.encode().hex())
        with StackProcess(url) as running:
            yield running, url
    postgres.drop_database(name)


@pytest.fixture
def verified(
    stack: tuple[StackProcess, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Verify:
    """`verified("--quick")` returns the exit status, what was printed, and what was said to be broken."""

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["verify", "--url", stack[0].url, *arguments])
        code = verify.main()
        printed = capsys.readouterr()
        return code, printed.out, printed.err.strip().removeprefix("Broken: ").removesuffix(".")

    monkeypatch.setenv("API_KEY", stack[0].api_key)
    return run


@contextmanager
def spoilt(url: str, spoil: str, mend: str) -> Iterator[None]:
    """Spoil something in the database for a while; a session that does it also holds its locks."""
    with closing(psycopg.connect(url, autocommit=True)) as conn:
        conn.execute(spoil)  # pyright: ignore[reportArgumentType, reportCallIssue]
        try:
            yield
        finally:
            conn.execute(mend)  # pyright: ignore[reportArgumentType, reportCallIssue]


def counted(url: str, table: str) -> int:
    with closing(psycopg.connect(url)) as conn:
        found = conn.execute(f"SELECT count(*) FROM {table}").fetchone()  # pyright: ignore[reportArgumentType, reportCallIssue]
        assert found
        return found[0]


def test_a_sound_installation_passes_twice_and_nothing_is_left(
    stack: tuple[StackProcess, str], verified: Verify, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("DISCORD_PRIVATE_KEY", DISCORD.encode().hex())

    first, said, _ = verified("community", "personas")
    again, more, _ = verified("--quick")

    assert (first, again) == (0, 0), said + more
    assert "FAILED" not in said + more
    assert "skipped" not in said + more
    assert "ok       schedule" in said
    for suite in ("session", "interview", "websocket", "security"):
        assert f"ok       {suite}: " in more
    for table in LEFT_EMPTY:
        assert counted(stack[1], table) == 0, table
    assert counted(stack[1], "api_keys WHERE revoked_at IS NULL AND name LIKE 'verify%'") == 0


@pytest.mark.parametrize(
    ("spoil", "mend", "broken"),
    [
        (
            "REVOKE SELECT ON personas.templates FROM brandish_app",
            "GRANT SELECT ON personas.templates TO brandish_app",
            "pages, card",
        ),
        ("REVOKE SELECT ON events FROM brandish_stream", "GRANT SELECT ON events TO brandish_stream", "stream"),
        (
            "SELECT pg_advisory_lock(hashtextextended('relay', 0))",
            "SELECT pg_advisory_unlock(hashtextextended('relay', 0))",
            "relay",
        ),
        (
            TURN.format("false, changed_at = now(), changed_by = 'test'", "ai_texts"),
            TURN.format("NULL, changed_at = NULL, changed_by = NULL", "ai_texts"),
            "AI texts",
        ),
        (
            TURN.format("true, changed_at = now(), changed_by = 'test'", "freeze"),
            TURN.format("NULL, changed_at = NULL, changed_by = NULL", "freeze"),
            "freeze",
        ),
    ],
)
def test_what_is_broken_is_named(
    stack: tuple[StackProcess, str],
    verified: Verify,
    monkeypatch: pytest.MonkeyPatch,
    spoil: str,
    mend: str,
    broken: str,
):
    monkeypatch.setattr(interview, "BUILDING_SECONDS", 60.0)

    with spoilt(stack[1], spoil, mend):
        code, said, named = verified("--quick")

    assert code == 1
    # Without the relay, no new world gets its ground; once a minute, the WebSocket hears all the same.
    assert named.removesuffix(", interview").removesuffix(", WebSocket") == broken, said
    for part in broken.split(", "):
        assert f"FAILED   {part}: " in said


def test_a_clock_that_does_not_run_is_named(
    stack: tuple[StackProcess, str], verified: Verify, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(community, "CLOCK_SECONDS", 65)
    held = "pg_advisory_{}lock(hashtextextended('clock', 0))"

    with spoilt(stack[1], "SELECT " + held.format(""), "SELECT " + held.format("un")):
        code, said, named = verified("community")

    assert (code, named) == (1, "schedule"), said


def test_all_that_a_wrong_front_spoils_of_worlds_is_found_and_nothing_is_left(
    stack: tuple[StackProcess, str], verified: Verify, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(play_socket, "PATIENCE_SECONDS", 2.0)

    with wrong_front(stack[0].url) as url:
        code, said, named = verified("--url", url, "session", "interview", "websocket", "security")

    assert (code, named) == (1, "session, interview, websocket, security, leaving"), said
    missed = [line for line in said.splitlines() if re.match(r"(ok|skipped)\s+(session|websocket|security):", line)]
    assert [line.partition(": ")[2] for line in missed] == ["who has logged out logs in again"]
    assert counted(stack[1], "kernel.accounts") == 0


@pytest.mark.parametrize(
    ("spoil", "mend", "claims"),
    [
        (
            "REVOKE UPDATE ON worlds.mailboxes FROM brandish_app",
            "GRANT UPDATE ON worlds.mailboxes TO brandish_app",
            ["a ticket opens it", "others hear what one says", "a newer connection closes"],
        ),
        (
            "REVOKE INSERT ON worlds.answers FROM brandish_app",
            "GRANT INSERT ON worlds.answers TO brandish_app",
            ["a command that is sent twice", "both forms", "others hear what one says"],
        ),
    ],
)
def test_what_is_broken_in_worlds_is_named(
    stack: tuple[StackProcess, str],
    verified: Verify,
    monkeypatch: pytest.MonkeyPatch,
    spoil: str,
    mend: str,
    claims: list[str],
):
    monkeypatch.setattr(play_socket, "PATIENCE_SECONDS", 2.0)

    with spoilt(stack[1], spoil, mend):
        code, said, named = verified("websocket")

    assert (code, named.removeprefix("accounts, ")) == (1, "websocket"), said
    for claim in claims:
        assert f"FAILED   websocket: {claim}" in said


def test_a_wrong_administrators_key_is_named(verified: Verify, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("API_KEY", "not-the-administrators-key")

    code, said, named = verified("--quick", "community")

    assert code == 1
    assert named.split(", ")[0] == "keys", said


def test_an_installation_that_does_not_answer_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(sys, "argv", ["verify", "--url", "http://127.0.0.1:9"])

    assert verify.main() == 1
    assert "Broken: installation" in capsys.readouterr().err
