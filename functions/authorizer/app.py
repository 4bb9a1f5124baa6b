"""X-API-Key -> who calls and with which role. API Gateway keeps the answer for five minutes."""

from __future__ import annotations

from doors.start import ready  # first: see there

import logging
from typing import Any

from brandish.database import transaction
from brandish.keys import service as keys
from brandish.keys.models import KeyHolder
from brandish.settings import settings
from doors.database import connection

log = logging.getLogger("brandish")
log.setLevel(logging.INFO)

ready()


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    address = event["requestContext"].get("identity", {}).get("sourceIp") or "unknown"
    with transaction(connection()) as tx:
        verdict = keys.judge(tx, headers.get("x-api-key", ""), address)
    if verdict.failures >= keys.FAILURES_TO_WARN:
        log.warning("repeated wrong API keys", extra={"remote_addr": address, "failures": verdict.failures})
    if verdict.holder is None:
        raise Exception("Unauthorized")  # the very word API Gateway turns into 401
    return policy(verdict.holder, event["methodArn"])


def policy(holder: KeyHolder, method_arn: str) -> dict[str, Any]:
    """Let the key's holder in everywhere: the answer is cached for all methods, and the doors know the roles."""
    api, stage = method_arn.split("/")[:2]
    return {
        "principalId": holder.name,
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [{"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": f"{api}/{stage}/*"}],
        },
        "context": {"role": holder.role},
        "usageIdentifierKey": settings.usage_key_prefix + holder.role,
    }
