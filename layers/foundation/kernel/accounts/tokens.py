"""Tokens: signed claims (JWT, HS256) whose personal part is encrypted (AES-256-GCM).

The MAC is the standard library's. A token of one type is never accepted as one of another: each type has keys of its
own, and says its type.
"""

from __future__ import annotations

import hmac
import json
from base64 import b64encode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from secrets import token_bytes
from typing import Any
from uuid import UUID

from msgspec import Struct

from kernel.accounts.key_ring import TokenKeys
from kernel.accounts.models import Identity

ACCESS = "access"
LIFETIME = timedelta(hours=24)
REISSUED_AFTER = timedelta(hours=12)
ISSUER = "brandish"
CLOCK_TOLERANCE = timedelta(seconds=10)
"""How far the clocks of two environments may differ."""

LONGEST = 4096
"""The length of a text above which it is no token of ours."""
_NONCE_BYTES = 12


class InvalidToken(Exception):
    """The text is no valid token: of which kind of fault, the caller learns nothing."""


class ExpiredToken(InvalidToken):
    """The text was a valid token."""


class AccessToken(Struct, frozen=True):
    """What an access token says."""

    identity: Identity
    issued_at: datetime

    def is_due_for_reissue(self, now: datetime) -> bool:
        return now - self.issued_at >= REISSUED_AFTER


def sign(keys: TokenKeys, token_type: str, claims: Mapping[str, Any], now: datetime, lifetime: timedelta) -> str:
    """Return a signed token; `iat`, `exp`, `iss` and `typ` are added to the claims."""
    issued_at = int(now.timestamp())
    times = {"iat": issued_at, "exp": issued_at + int(lifetime.total_seconds()), "iss": ISSUER, "typ": token_type}
    head = _encode_json({"alg": "HS256", "kid": keys.key_id, "typ": "JWT"})
    signed = f"{head}.{_encode_json({**claims, **times})}"
    return f"{signed}.{_signature(keys, signed)}"


def verify(ring: Sequence[TokenKeys], token_type: str, text: str, now: datetime) -> dict[str, Any]:
    """Return the claims of a token that one of the keys has signed.

    Raises:
        InvalidToken: another algorithm, key, type or issuer, a wrong signature, or not yet valid.
        ExpiredToken
    """
    return _verify(ring, token_type, text, now)[1]


def _verify(ring: Sequence[TokenKeys], token_type: str, text: str, now: datetime) -> tuple[TokenKeys, dict[str, Any]]:
    head, body, signature = _parts(text)
    header = _decode_json(head)
    keys = next((each for each in ring if each.key_id == header.get("kid")), None)
    if keys is None or header.get("alg") != "HS256":
        raise InvalidToken
    if not hmac.compare_digest(_signature(keys, f"{head}.{body}").encode(), signature.encode()):
        raise InvalidToken
    claims = _decode_json(body)
    if claims.get("typ") != token_type or claims.get("iss") != ISSUER:
        raise InvalidToken
    issued_at, expires_at = claims.get("iat"), claims.get("exp")
    if type(issued_at) is not int or type(expires_at) is not int:
        raise InvalidToken
    if issued_at - CLOCK_TOLERANCE.total_seconds() > now.timestamp():
        raise InvalidToken
    if now.timestamp() >= expires_at:
        raise ExpiredToken
    return keys, claims


def issue_access(keys: TokenKeys, identity: Identity, now: datetime) -> str:
    """Return an access token for a session. Name, roles and session are encrypted in it."""
    account_id = str(identity.account_id)
    personal = {
        "user_name": identity.user_name,
        "roles": sorted(identity.roles),
        "session_id": str(identity.session_id),
    }
    sealed = _seal(keys, json.dumps(personal).encode(), account_id)
    return sign(keys, ACCESS, {"sub": account_id, "user_id": account_id, "enc_data": sealed}, now, LIFETIME)


def read_access(ring: Sequence[TokenKeys], text: str, now: datetime) -> AccessToken:
    """Return what an access token says.

    Raises:
        InvalidToken
    """
    keys, claims = _verify(ring, ACCESS, text, now)
    try:
        account_id = UUID(claims["sub"])
        personal = json.loads(_unseal(keys, claims["enc_data"], str(account_id)))
        identity = Identity(
            account_id, UUID(personal["session_id"]), personal["user_name"], frozenset(personal["roles"])
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InvalidToken from error
    return AccessToken(identity, datetime.fromtimestamp(claims["iat"], UTC))


def _seal(keys: TokenKeys, plain: bytes, about: str) -> str:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # only functions that people sign in to need it

    nonce = token_bytes(_NONCE_BYTES)
    return b64encode(nonce + AESGCM(keys.sealing).encrypt(nonce, plain, about.encode())).decode()


def _unseal(keys: TokenKeys, sealed: str, about: str) -> bytes:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    data = urlsafe_b64decode(sealed.replace("+", "-").replace("/", "_"))
    try:
        return AESGCM(keys.sealing).decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], about.encode())
    except InvalidTag as error:
        raise ValueError("not sealed with this key") from error


def _parts(text: str) -> list[str]:
    parts = text.split(".")
    if len(text) > LONGEST or len(parts) != 3 or not text.isascii():
        raise InvalidToken
    return parts


def _signature(keys: TokenKeys, signed: str) -> str:
    return _encode(hmac.digest(keys.signing, signed.encode(), "sha256"))


def _encode_json(value: Mapping[str, Any]) -> str:
    return _encode(json.dumps(value, separators=(",", ":")).encode())


def _decode_json(text: str) -> dict[str, Any]:
    try:
        value = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, RecursionError) as error:
        raise InvalidToken from error
    if not isinstance(value, dict):
        raise InvalidToken
    return value


def _encode(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")
