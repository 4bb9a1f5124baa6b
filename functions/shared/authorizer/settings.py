"""What the authorizer tells API Gateway."""

from __future__ import annotations

from dataclasses import dataclass

from kernel.settings import text


@dataclass(frozen=True, slots=True)
class AuthorizerSettings:
    usage_key_prefix: str
    """With a role behind it: the key under which API Gateway's usage plan counts that role's calls."""


settings = AuthorizerSettings(
    usage_key_prefix=text("USAGE_KEY_PREFIX", "brandish-usage-key-"),
)
