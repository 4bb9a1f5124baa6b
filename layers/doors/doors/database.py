"""The environment's one database connection, opened when first needed."""

from __future__ import annotations

import os
import threading
from importlib import import_module
from typing import Any

from psycopg.conninfo import conninfo_to_dict

from brandish.database import PATIENCE, Connection, connect
from brandish.settings import settings

if settings.database_iam_auth:
    # Now rather than for the first connection: what is there before `ready` is in the snapshot that AWS starts from.
    for module in ("auth", "awsrequest", "session"):
        import_module(f"botocore.{module}")

# A Lambda environment has one thread; the local stack gives each of its environments one.
_environment = threading.local()


def connection(patience: int = PATIENCE) -> Connection:
    """The connection of this environment, made anew when there is none or the old one is gone.

    Args:
        patience: seconds that its statements may take; a function always asks for the same.
    """
    conn: Connection | None = getattr(_environment, "connection", None)
    if conn is None or conn.closed:
        conn = _environment.connection = _open(patience)
    return conn


def password() -> str | None:
    """What `settings.database_url` leaves out: a token signed for this moment, where IAM logs us in."""
    return _token(settings.database_url) if settings.database_iam_auth else None


def _open(patience: int) -> Connection:
    return connect(settings.database_url, prepares=settings.database_prepares, patience=patience, password=password())


def _token(conninfo: str) -> str:
    """A password for an IAM login, valid for 15 minutes to connect. Signed here, without any call.

    Source: boto3's `generate_db_auth_token`, which needs a whole RDS client for the same signature.
    """
    # Here, because who logs in otherwise does without: botocore takes its time to import.
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
