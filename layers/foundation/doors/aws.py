"""AWS clients, created on first use because boto3 is slow to import."""

from __future__ import annotations

import threading
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from botocore.client import BaseClient

_creating = threading.Lock()
"""boto3's functions share a session, in which only one thread at a time may create a client; any may use it."""


@cache
def client(service: str, read_seconds: int = 5, attempts: int = 2) -> BaseClient:
    """Return a boto3 client with short timeouts: while it waits, its caller holds rows, a request or a message.

    Args:
        attempts: 1 for a call whose first attempt may still be at work when a second one begins.
    """
    import boto3
    from botocore.config import Config

    config = Config(
        connect_timeout=2, read_timeout=read_seconds, retries={"mode": "standard", "total_max_attempts": attempts}
    )
    with _creating:
        return boto3.client(service, config=config)
