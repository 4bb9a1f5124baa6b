"""DynamoDB and Secrets Manager: moto, in the process of the functions that use them.

moto keeps nothing beyond its process, so requests to change a table are logged in a file and replayed at the next
start.
"""

from __future__ import annotations

import errno
import json
import os
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import boto3
from botocore.awsrequest import AWSPreparedRequest
from botocore.compat import HTTPHeaders
from botocore.handlers import BUILTIN_HANDLERS
from moto.core.models import botocore_stubber

from local.stack.cloudformation import REGION
from local.stack.resources import Table, Template

# moto answers for what goes to AWS itself. Names as in AWS_ENDPOINT_URL_<name>.
MOCKED: Final = {
    "DYNAMODB": f"https://dynamodb.{REGION}.amazonaws.com",
    "SECRETS_MANAGER": f"https://secretsmanager.{REGION}.amazonaws.com",
    "SSM": f"https://ssm.{REGION}.amazonaws.com",
}
WRITES: Final = frozenset({"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"})


class Tables:
    """The template's tables and secrets. Must be created before any AWS client.

    Args:
        file: the log of changes; None: nothing survives the process.
    """

    def __init__(self, template: Template, file: Path | None) -> None:
        self._lock = threading.Lock()
        self._log: int | None = None  # open file
        BUILTIN_HANDLERS.remove(("before-send", botocore_stubber))
        BUILTIN_HANDLERS.append(("before-send", self._before_send))
        botocore_stubber.enabled = True
        _make_secrets(template.secrets)
        client = boto3.client("dynamodb", endpoint_url=MOCKED["DYNAMODB"])
        for table in template.tables:
            _make_table(client, table)
        if file:
            self._restore(file, template.tables)

    def close(self) -> None:
        if self._log is not None:
            os.close(self._log)

    def _before_send(self, event_name: str, request: AWSPreparedRequest, **_: Any) -> Any:
        if not request.url.startswith(tuple(MOCKED.values())):
            return None  # on to the stack
        with self._lock:  # a condition and the write that it allows are one
            if self._log is not None and (operation := _operation(request)) in WRITES:
                # First, because what cannot be logged must not happen. A condition that fails now fails in the
                # replay, too.
                _append(self._log, operation, _text(request.body))
            return botocore_stubber(event_name, request)

    def _restore(self, file: Path, tables: tuple[Table, ...]) -> None:
        """Replay the log, and start a compacted one."""
        for operation, body in _read(file):
            self._call(operation, body)
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh = file.with_suffix(".new")
        log = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND | os.O_CLOEXEC, 0o644)
        for table in tables:
            for item in self._items(table):
                if _is_over(item, table.expiry):  # AWS removes expired items late, too
                    key = {attribute["AttributeName"]: item[attribute["AttributeName"]] for attribute in _key(table)}
                    self._call("DeleteItem", json.dumps({"TableName": table.name, "Key": key}))
                else:
                    _append(log, "PutItem", json.dumps({"TableName": table.name, "Item": item}))
        fresh.replace(file)
        self._log = log

    def _call(self, operation: str, body: str) -> dict[str, Any]:
        headers = HTTPHeaders()
        headers["X-Amz-Target"] = f"DynamoDB_20120810.{operation}"
        headers["Content-Type"] = "application/x-amz-json-1.0"
        headers["Authorization"] = f"AWS4-HMAC-SHA256 Credential=local/20250101/{REGION}/dynamodb/aws4_request"
        request = AWSPreparedRequest("POST", MOCKED["DYNAMODB"] + "/", headers, body, False)
        answer = botocore_stubber("before-send", request)
        assert answer is not None
        return json.loads(answer.content) if answer.status_code == 200 else {}

    def _items(self, table: Table) -> Iterator[Mapping[str, Any]]:
        start: dict[str, Any] = {}
        while True:
            page = self._call("Scan", json.dumps({"TableName": table.name, **start}))
            yield from page["Items"]
            if "LastEvaluatedKey" not in page:
                return
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}


def _append(log: int, operation: str, body: str) -> None:
    """Append a line.

    Raises:
        OSError: the disk is full; nothing was appended.
    """
    line = json.dumps([operation, body]).encode() + b"\n"
    end = os.fstat(log).st_size
    try:
        if os.write(log, line) < len(line):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    except OSError:
        os.ftruncate(log, end)
        raise


def _read(file: Path) -> Iterator[tuple[str, str]]:
    if not file.exists():
        return
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            if line.endswith("\n"):  # the last one may have been cut short with its process
                operation, body = json.loads(line)
                yield operation, body


def _is_over(item: Mapping[str, Any], expiry: str | None) -> bool:
    return expiry is not None and float(item.get(expiry, {}).get("N", "inf")) < time.time()


def _key(table: Table) -> list[Mapping[str, str]]:
    return table.definition["KeySchema"]


def _make_table(client: Any, table: Table) -> None:
    client.create_table(**table.definition)
    if table.expiry:
        expiry = {"Enabled": True, "AttributeName": table.expiry}
        client.update_time_to_live(TableName=table.name, TimeToLiveSpecification=expiry)


def _make_secrets(secrets: Mapping[str, str]) -> None:
    if secrets:
        client = boto3.client("secretsmanager", endpoint_url=MOCKED["SECRETS_MANAGER"])
        for name, text in secrets.items():
            client.create_secret(Name=name, SecretString=text)


def _operation(request: AWSPreparedRequest) -> str:
    return _text(request.headers.get("X-Amz-Target", "")).partition(".")[2]


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
