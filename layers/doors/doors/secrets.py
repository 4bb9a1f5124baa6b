"""What must not lie around: from Secrets Manager on AWS, from the environment elsewhere. Outer ring."""

from __future__ import annotations

from typing import Any

from brandish.settings import settings

MAX_AGE_SECONDS = 300


def discord_bot_token() -> str:
    return settings.discord_bot_token or _kept("discord_bot_token")


def streamerbot_password() -> str:
    return settings.streamerbot_password or _kept("streamerbot_password")


def _kept(name: str) -> str:
    """From the one secret, a JSON object; empty when nobody has filled it in."""
    if not settings.secrets_id:
        return ""
    from aws_lambda_powertools.utilities import parameters  # brings boto3 along

    secret: Any = parameters.get_secret(settings.secrets_id, transform="json", max_age=MAX_AGE_SECONDS)
    return str(secret.get(name, ""))
