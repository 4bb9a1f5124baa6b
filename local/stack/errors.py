"""Errors of AWS: those of its services' APIs, and API Gateway's own responses, as the template words them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from local.stack.proxy import Headers, Request, Response
from local.stack.resources import Api, GatewayResponse

# Type -> status, message, x-amzn-ErrorType. A function that fails is a 502, though the table says 504.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
_DEFAULTS: Final = {
    "ACCESS_DENIED": (403, "User is not authorized to access this resource", "AccessDeniedException"),
    "AUTHORIZER_CONFIGURATION_ERROR": (500, "Internal server error", "AuthorizerConfigurationException"),
    "AUTHORIZER_FAILURE": (500, "Internal server error", "AuthorizerFailureException"),
    "INTEGRATION_FAILURE": (502, "Internal server error", "InternalServerErrorException"),
    "INTEGRATION_TIMEOUT": (504, "Endpoint request timed out", "InternalServerErrorException"),
    "INVALID_API_KEY": (403, "Forbidden", "ForbiddenException"),
    "MISSING_AUTHENTICATION_TOKEN": (
        403,
        "Missing Authentication Token",
        "MissingAuthenticationTokenException",
    ),
    "REQUEST_TOO_LARGE": (413, "Request Too Long", "RequestTooLargeException"),
    "UNAUTHORIZED": (401, "Unauthorized", "UnauthorizedException"),
}


class AwsError(Exception):
    """The error that a service of AWS answers."""

    def __init__(self, status: int, kind: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.kind = kind


class GatewayError(Exception):
    """API Gateway answers in place of a function."""

    def __init__(self, kind: str, status: int | None = None) -> None:
        super().__init__(kind)
        self.kind = kind
        self.status = status  # where the type alone does not decide it


def gateway_response(error: GatewayError, api: Api, request: Request | None, request_id: str) -> Response:
    """The template's words for this error, else those of its DEFAULT_4XX or DEFAULT_5XX, else AWS's."""
    status, message, error_type = _DEFAULTS[error.kind]
    status = error.status or status
    fallback = GatewayResponse(error.kind, None, {}, {})
    wording = api.responses.get(error.kind) or api.responses.get(f"DEFAULT_{status // 100}XX", fallback)
    variables = _variables(error.kind, message, request, api, request_id)
    content_type, template = next(
        iter(wording.templates.items()), ("application/json", '{"message":$context.error.messageString}')
    )
    headers: Headers = [(b"x-amzn-errortype", error_type.encode()), (b"content-type", content_type.encode())]
    for name, expression in wording.headers.items():
        value = _header_value(expression, variables, request)
        if value is not None:
            headers = [header for header in headers if header[0] != name.lower().encode()]
            headers.append((name.lower().encode(), value.encode()))
    return Response(wording.status or status, headers, _fill(template, variables).encode())


def plain_response(error: GatewayError) -> tuple[int, bytes]:
    """The answer of a WebSocket API to a handshake; it has no gateway responses."""
    status, message, _ = _DEFAULTS[error.kind]
    return error.status or status, json.dumps({"message": message}).encode()


def _variables(kind: str, message: str, request: Request | None, api: Api, request_id: str) -> Mapping[str, Any]:
    return {
        "context.error.message": message,
        "context.error.messageString": json.dumps(message),
        "context.error.responseType": kind,
        "context.extendedRequestId": request_id,
        "context.requestId": request_id,
        "context.stage": api.stage,
        "context.apiId": api.name,
        "context.path": request.path if request else "",
        "context.httpMethod": request.method if request else "",
        "context.identity.sourceIp": request.source_ip if request else "",
    }


def _fill(template: str, variables: Mapping[str, Any]) -> str:
    def value(match: re.Match[str]) -> str:
        return str(variables.get(match[1] or match[2], ""))

    return re.sub(r"\$(?:\{(context[\w.]*)\}|(context(?:\.\w+)*))", value, template)


def _header_value(expression: str, variables: Mapping[str, Any], request: Request | None) -> str | None:
    if expression.startswith("'"):
        return expression[1:-1]
    if expression.startswith("method.request.header."):
        return request.header(expression.removeprefix("method.request.header.")) if request else None
    found = variables.get(expression)
    return None if found is None else str(found)
