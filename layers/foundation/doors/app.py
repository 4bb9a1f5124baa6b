"""Running a FastAPI app as a Lambda function: normalise API Gateway's event, complete the answer."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from time import perf_counter
from typing import Any
from urllib.parse import unquote

from fastapi import FastAPI
from fastapi.routing import APIRoute

from doors import asgi
from doors.answers import MAX_BODY, SECURITY_HEADERS, error_answer, headers_of, request_id_of
from doors.errors import install_error_handlers
from doors.routes import Route, Router
from doors.settings import settings
from kernel import log_fields, metrics, texts
from kernel.idempotency import MAX_LENGTH

Event = dict[str, Any]
Answer = dict[str, Any]

log = logging.getLogger("brandish")
log.setLevel(logging.INFO)

CORS_HEADERS = {
    "Access-Control-Allow-Methods": "GET, POST, PUT, OPTIONS",
    "Access-Control-Allow-Headers": "Content-Type, X-API-Key, X-Request-ID, Idempotency-Key",
}
# Pages whose relative links need the slash at the end.
_FOLDER = re.compile(r"/(admin|swagger)(/|$)")
_ADMIN_PATH = re.compile(r"/api/(v1/)?(admin|progression/admin)(/|$)")


def create_app(title: str, *routers: Router, route_class: type[APIRoute] = Route) -> FastAPI:
    """Return a FastAPI app with our error handlers and without its own documentation pages and telemetry.

    Args:
        routers: their routes come first, in this order.
        route_class: FastAPI's own for an app that a web server runs: it gets no Lambda events.
    """
    app = FastAPI(
        title=title,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        strict_content_type=False,
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.router.route_class = route_class
    for router in routers:
        app.router.routes.extend(router.routes)
    install_error_handlers(app)
    return app


def create_handler(app: FastAPI, *, public: bool = False) -> Callable[[Event, Any], Answer]:
    """Return the Lambda handler of an HTTP group.

    Args:
        public: True if no key is needed, except where a route requires one itself; requests to pages are not logged.
    """

    def handler(event: Event, context: Any) -> Answer:
        started = perf_counter()
        headers = headers_of(event)
        request_id = request_id_of(headers, event["requestContext"].get("requestId"))
        method = event["httpMethod"]
        texts.speak(headers.get("accept-language", ""))
        answer = _respond(app, event, headers, public=public)
        if method == "HEAD":
            answer["body"] = ""
        answer["headers"] = answer.get("headers", {}) | SECURITY_HEADERS | _cors(headers) | {"X-Request-ID": request_id}
        seconds = perf_counter() - started
        fields = log_fields.take()
        metrics.count_request(method, fields.route, answer["statusCode"], seconds)
        if not public or event["path"].startswith("/api/"):
            log.info(
                "request",
                extra={
                    "request_id": request_id,
                    "method": method,
                    "path": event["path"],
                    "route": fields.route,
                    "user_id": fields.user_id and str(fields.user_id),
                    "status": answer["statusCode"],
                    "outcome": fields.outcome,
                    "duration_ms": round(seconds * 1000, 3),
                    "remote_addr": event["requestContext"].get("identity", {}).get("sourceIp"),
                    "key_name": _authorizer(event).get("principalId"),
                },
            )
        return answer

    return handler


def _respond(app: FastAPI, event: Event, headers: dict[str, str], *, public: bool) -> Answer:
    method = event["httpMethod"]
    if method == "OPTIONS":
        return {"statusCode": 204, "headers": {}, "body": ""}
    refusal = None if public else _refusal(event)
    if refusal is not None:
        return refusal
    if len(headers.get("idempotency-key", "")) > MAX_LENGTH:
        # Shortened, it could be the name of another request, whose answer the caller would get.
        text = f"An Idempotency-Key has at most {MAX_LENGTH} characters."
        return error_answer(400, "validation", text, {"Idempotency-Key": f"must have at most {MAX_LENGTH} characters"})
    try:
        normalised = _normalised(event, headers)
        if len(normalised["body"].encode()) > MAX_BODY:
            return error_answer(413, "body_too_large", "A request may have at most 1 MiB.")
        return asgi.respond(app, normalised)
    except UnicodeError:
        # Half of a surrogate pair: JSON can express it, but it is not text.
        return error_answer(400, "bad_json", "The request is not valid UTF-8.")


def _normalised(event: Event, headers: dict[str, str]) -> Event:
    """Return the event as routes expect it: a JSON body for any content type, no trailing slash, HEAD as GET.

    Routes see only the headers set here; the query and what we read from headers are in `brandish`.
    """
    method = event["httpMethod"]
    path = event["path"]
    return {
        **event,
        "httpMethod": "GET" if method == "HEAD" else method,
        "path": path if _FOLDER.match(path) else path.rstrip("/") or "/",
        "headers": {"host": "brandish"},
        "multiValueHeaders": None,
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "body": event.get("body") or "{}",
        "brandish": {
            "caller": _authorizer(event).get("principalId", ""),
            "idempotency_key": headers.get("idempotency-key") or None,
            "query": _query(event),
        },
    }


def _query(event: Event) -> list[tuple[str, str]]:
    """Return the query's parameters; to write them into a URL and read it again would take longer than the route.

    Raises:
        UnicodeError: one of them is not text.
    """
    many = event.get("multiValueQueryStringParameters")
    if many:
        pairs = [(name, value) for name, values in many.items() for value in values]
    else:
        pairs = list((event.get("queryStringParameters") or {}).items())
    "".join([part for pair in pairs for part in pair]).encode()
    return pairs


def _refusal(event: Event) -> Answer | None:
    """Return an error if the caller's role does not allow the request: viewers read only, only admins administer."""
    role = _authorizer(event).get("role")
    if role is None:
        return error_answer(401, "unauthorized", "A valid X-API-Key header is required.")
    looking = event["httpMethod"] in ("GET", "HEAD")
    if (role == "viewer" and not looking) or (role != "admin" and _is_administrative(event["path"])):
        return error_answer(403, "forbidden", f"A key with the role {role} may not do this.")
    return None


def _is_administrative(path: str) -> bool:
    # Unquoted as in the app: API Gateway passes on what the caller sent, including %61dmin.
    return _ADMIN_PATH.match(unquote(path)) is not None


def _authorizer(event: Event) -> dict[str, Any]:
    return event["requestContext"].get("authorizer") or {}


def _cors(headers: dict[str, str]) -> dict[str, str]:
    origin = headers.get("origin")
    if origin is None or not ({origin, "*"} & set(settings.cors_origins)):
        return {}
    return {"Access-Control-Allow-Origin": origin, "Vary": "Origin"} | CORS_HEADERS
