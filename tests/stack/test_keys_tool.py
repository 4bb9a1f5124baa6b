"""`make keys` and `make admin`, against a running game, and against AWS played by moto."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.request import Request, urlopen
from uuid import uuid4

import boto3
import pytest

from kernel.accounts import tokens
from kernel.accounts.key_ring import TokenKeys, derive, read_secrets
from kernel.accounts.models import Identity
from local.stack.process import StackProcess
from local.stack.running import account_keys
from local.tools import admin, keys, replay
from tests.support.outer_ring import played_by_moto

Keys = Callable[..., str]


@pytest.fixture
def run_keys(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Keys:
    """`run_keys("revoke", "bot")` returns what is printed."""

    def run(*arguments: str, typed: str = "") -> str:
        monkeypatch.setattr(sys, "argv", ["keys", *arguments])
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        assert keys.main() == 0, capsys.readouterr().err
        return capsys.readouterr().out

    return run


def status(stack: StackProcess, path: str, key: str) -> int:
    with urlopen(Request(f"{stack.url}{path}", headers={"X-API-Key": key}), timeout=30) as answer:
        return answer.status


def test_keys_and_tickets_of_a_running_game(
    shared: tuple[StackProcess, str], run_keys: Keys, monkeypatch: pytest.MonkeyPatch
):
    stack, _ = shared
    monkeypatch.setenv("BASE_URL", stack.url)
    monkeypatch.setenv("API_KEY", stack.api_key)

    said = run_keys("rotate", "key", "admin", "--old-hours", "1")

    new = said.splitlines()[0].rpartition(" ")[2]
    assert said.splitlines()[1] == "The old one works for another 1 h."
    assert [", works until " in line for line in run_keys().splitlines() if line.startswith("admin ")] == [False, True]
    assert [status(stack, "/api/v1/admin/keys", key) for key in (stack.api_key, new)] == [200, 200]
    assert (
        run_keys("rotate", "tickets") == "Tickets are signed with a new key. Earlier tickets work until they expire.\n"
    )


def test_a_key_is_made_listed_and_revoked(
    shared: tuple[StackProcess, str], run_keys: Keys, monkeypatch: pytest.MonkeyPatch
):
    stack, _ = shared
    monkeypatch.setenv("BASE_URL", stack.url)
    monkeypatch.setenv("API_KEY", stack.api_key)

    made = run_keys("make", "overlay", "viewer").rpartition(" ")[2].strip()

    assert status(stack, "/api/v1/prices", made) == 200
    with pytest.raises(AssertionError, match="overlay has a key already"):  # of which the reason was printed
        run_keys("make", "overlay", "bot")
    assert run_keys("revoke", "overlay").startswith("The key overlay is revoked.")
    [line] = [line for line in run_keys().splitlines() if line.startswith("overlay ")]
    assert "viewer" in line
    assert ", revoked " in line


def test_a_key_that_is_not_taken_comes_with_advice(
    shared: tuple[StackProcess, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("BASE_URL", shared[0].url)
    monkeypatch.setenv("API_KEY", "unknown")
    asked = ["--since", "2026-11-29T17:00"]

    for program, arguments in ((keys, []), (replay, asked), (replay, [*asked, "--to", "discord"])):
        monkeypatch.setattr(sys, "argv", ["program", *arguments])
        assert program.main() == 1
        assert "does not take this API key. Set API_KEY to one that works" in capsys.readouterr().err


@pytest.fixture
def secret(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], str]]:
    """Store a secret in AWS; return its address."""
    with played_by_moto(monkeypatch):
        client = boto3.client("secretsmanager")
        yield lambda text: client.create_secret(Name="secret", SecretString=text)["ARN"]


def stored(arn: str, **version: str) -> str:
    return boto3.client("secretsmanager").get_secret_value(SecretId=arn, **version)["SecretString"]


def test_a_new_key_for_hashes_goes_before_the_earlier_ones(secret: Callable[[str], str], run_keys: Keys):
    arn = secret("old")

    run_keys("rotate", "accounts", "--secret", arn)
    said = run_keys("rotate", "accounts", "--secret", arn)

    newest, new, old = stored(arn).split()
    assert old == "old"
    assert newest != new
    version = said.rpartition("AccountHashKeyVersion = ")[2].strip().strip('"')
    assert stored(arn, VersionId=version) == stored(arn)


def test_a_new_token_leaves_the_other_secrets_alone(secret: Callable[[str], str], run_keys: Keys):
    arn = secret('{"discord_bot_token": "old", "streamerbot_password": "p"}')

    run_keys("rotate", "destination", "discord_bot_token", "--secret", arn, typed="new\n")

    assert json.loads(stored(arn)) == {"discord_bot_token": "new", "streamerbot_password": "p"}


def test_a_new_key_for_tokens_goes_before_the_last_one(secret: Callable[[str], str], run_keys: Keys):
    arn = secret("x" * 40)

    run_keys("rotate", "tokens", "--secret", arn)
    said = run_keys("rotate", "tokens", "--secret", arn)

    newest, new = stored(arn).split()
    assert len({newest, new, "x" * 40}) == 3
    assert read_secrets(stored(arn)) == (newest, new)
    version = said.partition("AccountKeysVersion = ")[2].split()[0].strip('"')
    assert stored(arn, VersionId=version) == stored(arn)
    run_keys("rotate", "tokens", "--secret", arn, "--leaked")
    assert len(stored(arn).split()) == 1
    assert stored(arn) not in (newest, new)


def test_a_local_game_keeps_its_keys_for_tokens_until_they_are_replaced(
    run_keys: Keys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("ACCOUNT_KEYS", raising=False)
    monkeypatch.setattr(keys, "FOLDER", tmp_path)
    first = account_keys(tmp_path)

    assert account_keys(tmp_path) == first
    assert len(read_secrets(first)) == 1
    assert (tmp_path / "account-keys").stat().st_mode & 0o777 == 0o600
    run_keys("rotate", "tokens")
    assert account_keys(tmp_path).split()[1:] == [first]


def test_one_who_is_signed_in_stays_so_when_the_key_is_replaced():
    key = "k" * 40
    before, after = ring_of(key), ring_of(keys._with_new_key(key, leaked=False))
    token = tokens.issue_access(before[0], Identity(uuid4(), uuid4()), datetime.now(UTC))

    assert tokens.read_access(after, token, datetime.now(UTC))
    with pytest.raises(tokens.InvalidToken):
        tokens.read_access(ring_of(keys._with_new_key(key, leaked=True)), token, datetime.now(UTC))


def ring_of(given: str) -> list[TokenKeys]:
    return [derive(secret, tokens.ACCESS) for secret in read_secrets(given)]


def test_an_account_becomes_an_administrators(
    shared: tuple[StackProcess, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    stack, _ = shared
    monkeypatch.setenv("BASE_URL", stack.url)
    monkeypatch.setenv("API_KEY", stack.api_key)
    sign_up = {"email": "Ann@example.org", "password": "correct horse"}
    headers = {"Content-Type": "application/json"}
    with urlopen(
        Request(f"{stack.url}/api/personas/auth/signup", json.dumps(sign_up).encode(), headers), timeout=30
    ) as answer:
        assert answer.status == 201
        assert "HttpOnly" in answer.headers["Set-Cookie"]

    said = [administered(monkeypatch, capsys, *arguments) for arguments in (["ann@example.org"], [], ["bob@x.io"])]

    assert said[0][1].startswith("ann@example.org is an administrator. Signed up ")
    assert (said[1][0], said[0][1] in said[1][1]) == (0, True)  # beside those of other tests
    assert said[2][0] == 1
    revoked = administered(monkeypatch, capsys, "ann@example.org", "--revoke")
    assert "ann@example.org is no administrator." in revoked[1]
    status, left = administered(monkeypatch, capsys)
    assert (status, "ann@example.org" in left) == (0, False)


def administered(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str
) -> tuple[int, str]:
    monkeypatch.setattr(sys, "argv", ["admin", *arguments])
    status = admin.main()
    return status, capsys.readouterr().out
