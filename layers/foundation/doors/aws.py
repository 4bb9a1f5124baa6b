"""AWS clients, made on first use: boto3 takes longer to import than a whole door."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from botocore.client import BaseClient


@cache
def client(service: str) -> BaseClient:
    """A boto3 client that gives up soon: whoever waits for it holds rows, a caller or a message."""
    import boto3
    from botocore.config import Config

    return boto3.client(
        service,
        config=Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 2}),
    )
