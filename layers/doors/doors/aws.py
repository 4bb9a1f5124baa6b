"""AWS clients, made on first use: boto3 takes longer to import than a whole door."""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING, Any

from psycopg.conninfo import conninfo_to_dict

if TYPE_CHECKING:
    from botocore.client import BaseClient


@cache
def client(service: str) -> BaseClient:
    """A boto3 client that gives up soon: whoever waits for it holds rows or a caller."""
    import boto3
    from botocore.config import Config

    return boto3.client(
        service,
        config=Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 2}),
    )


def database_token(conninfo: str) -> str:
    """A password for an IAM login, valid for 15 minutes to connect. Signed here, without any call.

    Source: boto3's `generate_db_auth_token`, which needs a whole RDS client for the same signature.
    """
    from botocore.auth import SigV4QueryAuth
    from botocore.awsrequest import AWSRequest
    from botocore.session import Session

    parts: dict[str, Any] = conninfo_to_dict(conninfo)
    region = os.environ["AWS_REGION"]
    request = AWSRequest(
        method="GET",
        url=f"https://{parts['host']}:{parts.get('port', 5432)}/",
        params={"Action": "connect", "DBUser": parts["user"]},
    )
    SigV4QueryAuth(Session().get_credentials(), "rds-db", region, expires=900).add_auth(request)
    signed = request.prepare().url
    assert signed is not None
    return signed.removeprefix("https://")
