"""Runs the migrations during a deployment, tidies up, and reports the result to CloudFormation.

`migrate` reaches only the database, not CloudFormation or the secrets. This outer function therefore fetches the
secrets that `migrate` needs, invokes it, waits, and sends the result to the URL in the event.
"""

from __future__ import annotations

import hashlib
import json
import logging
import urllib.request
from contextlib import suppress
from typing import Any

from functions.shared.deploy.old_versions import delete_unused

log = logging.getLogger("brandish")
log.setLevel(logging.INFO)

# Longer than the timeout of `migrate`, shorter than our own.
_READ_TIMEOUT_SECONDS = 630
# CloudFormation refuses answers over 4096 bytes.
_LONGEST_REASON = 1000


class MigrationFailed(Exception):
    """`migrate` raised; the text is its error message."""


def handler(event: dict[str, Any], context: Any) -> None:
    """Answer CloudFormation's create, update or delete request for the resource `Migration`."""
    outcome: dict[str, Any] = {"Status": "SUCCESS", "Data": {"Applied": "0"}}
    try:
        if event["RequestType"] != "Delete":  # the database outlives the stack as a snapshot
            outcome["Data"]["Applied"] = str(len(_migrate(event["ResourceProperties"], restored=_is_restored(event))))
            _tidy_up(event)
    except Exception as error:  # CloudFormation must learn of any error, or it waits for an hour
        outcome = {"Status": "FAILED", "Reason": f"{type(error).__name__}: {error}"[:_LONGEST_REASON]}
    _answer(event, outcome)


def _is_restored(event: dict[str, Any]) -> bool:
    """Whether this deployment has made the database from a snapshot."""
    snapshot = event["ResourceProperties"].get("Snapshot", "")
    return bool(snapshot) and snapshot != event.get("OldResourceProperties", {}).get("Snapshot", "")


def _migrate(properties: dict[str, Any], *, restored: bool) -> list[str]:
    """Run `migrate` and return the names of the migrations it applied."""
    master = json.loads(_secret(properties["MasterSecret"]))
    admin_key = _secret(properties["AdminKeySecret"])
    answer = _client("lambda").invoke(
        FunctionName=properties["MigrateFunction"],
        Payload=json.dumps(
            {
                "master": {"username": master["username"], "password": master["password"]},
                "admin_key_sha256": hashlib.sha256(admin_key.encode()).hexdigest(),
                **({"restored": True} if restored else {}),
            }
        ),
    )
    result = json.loads(answer["Payload"].read())
    if "FunctionError" in answer:
        raise MigrationFailed(result.get("errorMessage", "no message"))
    return result["applied"]


def _tidy_up(event: dict[str, Any]) -> None:
    """Do what may wait. A failure only leaves it for the next deployment."""
    for task in (_delete_old_versions, _limit_logs):
        try:
            task(event)
        except Exception as error:  # of any kind: the migration has succeeded
            log.warning("%s failed: %s", task.__name__, error)


def _delete_old_versions(event: dict[str, Any]) -> None:
    deleted = delete_unused(_client("cloudformation"), _client("lambda"), event["StackId"])
    log.info("old versions deleted", extra={"versions": deleted})


def _limit_logs(event: dict[str, Any]) -> None:
    """Limit how long the database's logs are kept. RDS creates their groups itself, and without a limit."""
    client = _client("logs")
    for group in event["ResourceProperties"]["DatabaseLogs"]:
        with suppress(client.exceptions.ResourceAlreadyExistsException):
            client.create_log_group(logGroupName=group)
        client.put_retention_policy(logGroupName=group, retentionInDays=int(event["ResourceProperties"]["LogDays"]))


def _secret(arn: str) -> str:
    return _client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"]


def _client(service: str) -> Any:
    import boto3
    from botocore.config import Config

    # A repeated invocation would start the migrations a second time while the first invocation still runs.
    once = {"total_max_attempts": 1}
    config = Config(read_timeout=_READ_TIMEOUT_SECONDS, retries=once, tcp_keepalive=True)
    return boto3.client(service, config=config)


def _answer(event: dict[str, Any], outcome: dict[str, Any]) -> None:
    body = {
        "PhysicalResourceId": "migration",
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
        **outcome,
    }
    # The URL is signed for a request without a content type.
    request = urllib.request.Request(
        event["ResponseURL"], data=json.dumps(body).encode(), method="PUT", headers={"Content-Type": ""}
    )
    urllib.request.urlopen(request, timeout=30).close()
