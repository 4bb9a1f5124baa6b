"""Tokens: what is accepted, and the attacks that are not. Source: personas 4.3, worlds 3."""

from __future__ import annotations

import hmac
import json
from base64 import b64decode, urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from kernel.accounts import tokens
from kernel.accounts.key_ring import derive, read_secrets
from kernel.accounts.models import Identity
from kernel.accounts.tokens import ACCESS, ExpiredToken, InvalidToken
from kernel.settings import SettingsError

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
OLD, NEW, STRANGE = (derive(letter * 40, ACCESS) for letter in "onx")
RING = (NEW, OLD)
ANN = Identity(UUID(int=1), UUID(int=2), "Ann Önsky", frozenset({"admin"}))
TOKEN = tokens.issue_access(NEW, ANN, NOW)


def encoded(value: Any) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def decoded(token: str, part: int) -> dict[str, Any]:
    text = token.split(".")[part]
    return json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def forged(
    header: dict[str, Any] | None = None, digest: str = "sha256", key: bytes = NEW.signing, **claims: Any
) -> str:
    """A token with a changed header or changed claims, signed; None takes a claim out."""
    changed = {name: value for name, value in {**decoded(TOKEN, 1), **claims}.items() if value is not None}
    signed = f"{encoded({**decoded(TOKEN, 0), **(header or {})})}.{encoded(changed)}"
    mac = urlsafe_b64encode(hmac.digest(key, signed.encode(), digest)).decode().rstrip("=")
    return f"{signed}.{mac}"


def read(token: str, now: datetime = NOW) -> Identity:
    return tokens.read_access(RING, token, now).identity


def test_a_token_says_who_someone_is():
    assert read(TOKEN) == ANN
    assert read(forged()) == ANN  # or the forgeries below prove nothing


def test_its_claims():
    claims = decoded(TOKEN, 1)

    assert claims.keys() == {"sub", "user_id", "iat", "exp", "iss", "typ", "enc_data"}
    assert (claims["exp"] - claims["iat"], claims["typ"], claims["iss"]) == (86_400, "access", "brandish")
    assert claims["sub"] == claims["user_id"] == str(ANN.account_id)
    assert decoded(TOKEN, 0) == {"alg": "HS256", "kid": NEW.key_id, "typ": "JWT"}


def test_name_roles_and_session_are_read_by_no_one_else():
    sealed = b64decode(decoded(TOKEN, 1)["enc_data"])

    for secret in ("Önsky", "admin", str(ANN.session_id)):
        assert secret.encode() not in TOKEN.encode() + sealed + urlsafe_b64decode(TOKEN.split(".")[1] + "==")
    assert tokens.issue_access(NEW, ANN, NOW) != TOKEN  # another nonce


def test_tokens_of_the_key_before_are_still_read_and_those_of_one_that_is_gone_are_not():
    assert read(tokens.issue_access(OLD, ANN, NOW)) == ANN
    with pytest.raises(InvalidToken):
        read(tokens.issue_access(STRANGE, ANN, NOW))


def test_a_token_lasts_a_day():
    assert read(TOKEN, NOW + timedelta(hours=23, minutes=59, seconds=59)) == ANN
    for late in (timedelta(hours=24), timedelta(hours=24, seconds=1), timedelta(days=400)):
        with pytest.raises(ExpiredToken):
            read(TOKEN, NOW + late)


def test_a_token_from_the_future_is_refused_but_for_clocks_that_differ():
    assert read(TOKEN, NOW - timedelta(seconds=10)) == ANN
    with pytest.raises(InvalidToken):
        read(TOKEN, NOW - timedelta(seconds=12))


def test_a_token_is_reissued_after_twelve_hours():
    token = tokens.read_access(RING, TOKEN, NOW)

    assert not token.is_due_for_reissue(NOW + timedelta(hours=11, minutes=59))
    assert token.is_due_for_reissue(NOW + timedelta(hours=12))


@pytest.mark.parametrize(
    "token",
    [
        forged({"alg": "none"}),
        f"{encoded({**decoded(TOKEN, 0), 'alg': 'none'})}.{TOKEN.split('.')[1]}.",
        forged({"alg": "None"}),
        forged({"alg": "HS512"}, digest="sha512"),
        forged({"alg": "HS384"}, digest="sha384"),
        forged({"alg": "RS256"}),
        forged({"alg": None}),
        forged({"kid": STRANGE.key_id}),
        forged({"kid": STRANGE.key_id}, key=STRANGE.signing),
        forged({"kid": None}),
        forged({"kid": ["x"]}),
        forged({"kid": OLD.key_id}),  # signed with another key than it says
        forged(key=STRANGE.signing),
        forged(key=b""),
        forged(typ="remix"),
        forged(typ=None),
        forged(iss="someone"),
        forged(iss=None),
        forged(exp=None),
        forged(exp="never"),
        forged(exp=1e30),
        forged(exp=True),
        forged(iat=None),
        forged(iat=9_999_999_999),
        forged(sub=str(UUID(int=9))),  # sealed for someone else
        forged(sub=None),
        forged(sub=7),
        forged(enc_data=None),
        forged(enc_data=""),
        forged(enc_data="AAAA"),
        forged(enc_data=decoded(tokens.issue_access(OLD, ANN, NOW), 1)["enc_data"]),
        TOKEN + ".",
        TOKEN + "a",
        TOKEN.rpartition(".")[0],
        TOKEN.rpartition(".")[0] + ".",
        TOKEN.upper(),
        "..",
        "",
        "a.b.c",
        "é.é.é",
        "a" * 5_000,
        f"{encoded([])}.{encoded([])}.",
    ],
)
def test_attacks(token: str):
    with pytest.raises(InvalidToken):
        read(token)


def test_no_changed_character_passes():
    for place, character in enumerate(TOKEN):
        with pytest.raises(InvalidToken):
            read(TOKEN[:place] + ("A" if character != "A" else "B") + TOKEN[place + 1 :])


def test_a_token_of_another_purpose_is_no_access_token():
    keys = derive("n" * 40, "remix")
    remix = tokens.sign(keys, "remix", {"sub": str(ANN.account_id)}, NOW, timedelta(hours=1))

    with pytest.raises(InvalidToken):
        read(remix)
    with pytest.raises(InvalidToken):
        tokens.verify((keys,), "remix", TOKEN, NOW)


@pytest.mark.parametrize("given", ["", " ", "short", "x" * 31, f"{'x' * 40} short", "change-me"])
def test_keys_that_protect_nothing_are_refused(given: str):
    with pytest.raises(SettingsError):
        read_secrets(given)


def test_the_keys_of_a_secret_of_any_length_have_32_bytes():
    for secret in ("x" * 32, "x" * 37, "é" * 99):
        keys = derive(secret, ACCESS)
        assert (len(keys.signing), len(keys.sealing), keys.signing != keys.sealing) == (32, 32, True)
