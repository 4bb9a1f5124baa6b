"""Secrets, from Secrets Manager on AWS and from settings elsewhere (outer ring)."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from doors.aws import client
from doors.settings import settings
from doors.unavailable import Unavailable

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.parameters import SecretsProvider

MAX_AGE_SECONDS = 300


@cache
def store() -> SecretsProvider:
    """Return the cached access to Secrets Manager."""
    from aws_lambda_powertools.utilities.parameters import SecretsProvider  # imports boto3

    return SecretsProvider(boto3_client=client("secretsmanager"))  # the default client would wait for a minute


def forget_secrets() -> None:
    """Read the secret again on its next use: what it was used for has refused it, so it may have been replaced."""
    if settings.secrets_id:
        store().clear_cache()


def find_secret(name: str) -> str:
    """Return an entry of our secret, which is a JSON object; "" when it is not set.

    Raises:
        Unavailable
    """
    if not settings.secrets_id:
        return ""
    from aws_lambda_powertools.utilities.parameters import GetParameterError, TransformParameterError

    try:
        secret: Any = store().get(settings.secrets_id, transform="json", max_age=MAX_AGE_SECONDS)
        return str(secret.get(name, ""))
    except (GetParameterError, TransformParameterError) as error:
        raise Unavailable(f"Secrets Manager: {error}") from error
