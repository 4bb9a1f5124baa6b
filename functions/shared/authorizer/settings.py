"""Settings of the authorizer."""

from __future__ import annotations

from dataclasses import dataclass

from kernel.settings import text


@dataclass(frozen=True, slots=True)
class AuthorizerSettings:
    """Settings of the authorizer."""

    usage_key_prefix: str
    """This prefix and a role form the key under which API Gateway's usage plan counts that role's calls."""


settings = AuthorizerSettings(
    usage_key_prefix=text("USAGE_KEY_PREFIX", "brandish-usage-key-"),
)
