"""Logging in to the database with IAM. Import this module only when needed: botocore is slow to import."""

from __future__ import annotations

from typing import Any

from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.session import Session
from psycopg.conninfo import conninfo_to_dict

from kernel.settings import settings


def token(conninfo: str) -> str:
    """Return a password for an IAM login, valid for 15 minutes. It is signed locally, without a network call.

    Source: boto3's `generate_db_auth_token`, which needs a whole RDS client for the same signature.
    """
    parts: dict[str, Any] = conninfo_to_dict(conninfo)
    request = AWSRequest(
        method="GET",
        url=f"https://{parts['host']}:{parts.get('port', 5432)}/",
        params={"Action": "connect", "DBUser": parts["user"]},
    )
    SigV4QueryAuth(Session().get_credentials(), "rds-db", settings.aws_region, expires=900).add_auth(request)
    signed = request.prepare().url
    assert signed is not None
    return signed.removeprefix("https://")
