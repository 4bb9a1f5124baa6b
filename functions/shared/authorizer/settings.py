"""Settings of the authorizer."""

from __future__ import annotations

from msgspec import Struct

from kernel.settings import text


class AuthorizerSettings(Struct, frozen=True):
    """Settings of the authorizer."""

    usage_key_prefix: str
    """This prefix and a role form the key under which API Gateway's usage plan counts that role's calls."""


settings = AuthorizerSettings(
    usage_key_prefix=text("USAGE_KEY_PREFIX", "brandish-usage-key-"),
)
