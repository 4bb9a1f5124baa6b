"""Runs the migrations during a deployment, deletes old versions, and reports the result to CloudFormation.

`migrate` reaches only the database, not CloudFormation or the secrets. This outer function therefore fetches the
secrets that `migrate` needs, invokes it, waits, and sends the result to the URL in the event.
"""

from __future__ import annotations

import hashlib
import json
import logging
import urllib.request
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
            outcome["Data"]["Applied"] = str(len(_migrate(event["ResourceProperties"])))
            _delete_old_versions(event["StackId"])
    except Exception as error:  # CloudFormation must learn of any error, or it waits for an hour
        outcome = {"Status": "FAILED", "Reason": f"{type(error).__name__}: {error}"[:_LONGEST_REASON]}
    _answer(event, outcome)


def _migrate(properties: dict[str, str]) -> list[str]:
    """Run `migrate` and return the names of the migrations it applied."""
    master = json.loads(_secret(properties["MasterSecret"]))
    admin_key = _secret(properties["AdminKeySecret"])
    answer = _client("lambda").invoke(
        FunctionName=properties["MigrateFunction"],
        Payload=json.dumps(
            {
                "master": {"username": master["username"], "password": master["password"]},
                "admin_key_sha256": hashlib.sha256(admin_key.encode()).hexdigest(),
            }
        ),
    )
    result = json.loads(answer["Payload"].read())
    if "FunctionError" in answer:
        raise MigrationFailed(result.get("errorMessage", "no message"))
    return result["applied"]


def _delete_old_versions(stack: str) -> None:
    """Delete what earlier deployments left behind. A failure only leaves it there for the next one."""
    try:
        deleted = delete_unused(_client("cloudformation"), _client("lambda"), stack)
        log.info("old versions deleted", extra={"versions": deleted})
    except Exception as error:  # of any kind: the migration has succeeded
        log.warning("old versions were not deleted: %s", error)


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
