"""What must not lie around: from Secrets Manager on AWS, from the environment elsewhere. Outer ring."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from doors.aws import client
from doors.outbound import Unavailable
from kernel.settings import settings

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.parameters import SecretsProvider

MAX_AGE_SECONDS = 300


def discord_bot_token() -> str:
    """
    Raises:
        Unavailable
    """
    return settings.discord_bot_token or _kept("discord_bot_token")


def streamerbot_password() -> str:
    """
    Raises:
        Unavailable
    """
    return settings.streamerbot_password or _kept("streamerbot_password")


@cache
def store() -> SecretsProvider:
    from aws_lambda_powertools.utilities.parameters import SecretsProvider  # brings boto3 along

    return SecretsProvider(boto3_client=client("secretsmanager"))  # its own would wait for a minute


def _kept(name: str) -> str:
    """From the one secret, a JSON object; empty when nobody has filled it in."""
    if not settings.secrets_id:
        return ""
    from aws_lambda_powertools.utilities.parameters import GetParameterError, TransformParameterError

    try:
        secret: Any = store().get(settings.secrets_id, transform="json", max_age=MAX_AGE_SECONDS)
        return str(secret.get(name, ""))
    except (GetParameterError, TransformParameterError) as error:
        raise Unavailable(f"Secrets Manager: {error}") from error
