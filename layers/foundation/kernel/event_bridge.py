"""One signed request that puts events on the bus, without boto3, which takes longer to import than all of a function.

Import this module only when needed: botocore's signer is slow to import, too.
"""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Mapping, Sequence
from functools import cache
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import BotoCoreError
from botocore.session import Session

from kernel.settings import settings

Entry = Mapping[str, Any]
"""An entry of PutEvents: EventBusName, Source, DetailType, Detail and perhaps Time, in unix seconds."""

# Kept open between calls. One for each environment, as the database's connection is.
_environment = threading.local()


class EventBridgeError(Exception):
    """The call failed as a whole; it may have put the events on the bus nevertheless."""


def put_events(entries: Sequence[Entry], *, timeout: float) -> list[Mapping[str, Any]]:
    """Put up to ten events on the bus; return a result for each, with an `ErrorCode` if it was refused.

    Args:
        timeout: seconds to wait for the connection, and then for the answer.

    Raises:
        EventBridgeError
    """
    body = json.dumps({"Entries": entries})
    try:
        headers = _signed_headers(body)
        status, content = _post(body, headers, timeout)
        answer = json.loads(content)
    except (OSError, HTTPException, BotoCoreError, ValueError) as error:
        raise EventBridgeError(f"{type(error).__name__}: {error}") from error
    answer = answer if isinstance(answer, dict) else {}
    if status != 200:
        raise EventBridgeError(f"{status} {answer.get('__type', '')}: {answer.get('message', '')}")
    results = answer.get("Entries")
    if not isinstance(results, list) or len(results) != len(entries):
        raise EventBridgeError("the answer has no result for each event")
    return results


def close() -> None:
    """Close the connection of this environment, if it has one."""
    kept: HTTPConnection | None = getattr(_environment, "connection", None)
    if kept is not None:
        kept.close()


def _signed_headers(body: str) -> dict[str, str]:
    request = AWSRequest(
        method="POST",
        url=settings.events_url,
        data=body,
        headers={"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "AWSEvents.PutEvents"},
    )
    SigV4Auth(_credentials(), "events", settings.aws_region).add_auth(request)
    return dict(request.headers.items())


@cache
def _credentials() -> Any:
    """Return the function's credentials, which renew themselves where they expire."""
    return Session().get_credentials()


def _post(body: str, headers: Mapping[str, str], timeout: float) -> tuple[int, bytes]:
    """Send a request; return the status and the content of the answer.

    A connection that was kept open may have been closed by the other side, so it is replaced once.
    """
    kept: HTTPConnection | None = getattr(_environment, "connection", None)
    if kept is not None and kept.sock is not None:
        kept.sock.settimeout(timeout)
        try:
            return _exchange(kept, body, headers)
        except TimeoutError:
            raise
        except (OSError, HTTPException):
            pass
    _environment.connection = fresh = _connection(timeout)
    return _exchange(fresh, body, headers)


def _exchange(connection: HTTPConnection, body: str, headers: Mapping[str, str]) -> tuple[int, bytes]:
    try:
        connection.request("POST", "/", body.encode(), headers)
        response: HTTPResponse = connection.getresponse()
        return response.status, response.read()
    except BaseException:
        connection.close()  # otherwise the next request could read the answer to this one
        raise


def _connection(timeout: float) -> HTTPConnection:
    url = urlsplit(settings.events_url)
    assert url.hostname
    if url.scheme == "http":  # the local stack
        return HTTPConnection(url.hostname, url.port, timeout=timeout)
    return HTTPSConnection(url.hostname, url.port, timeout=timeout, context=ssl.create_default_context())
