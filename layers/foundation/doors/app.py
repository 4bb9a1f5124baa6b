"""Running a FastAPI app as a Lambda function: normalise API Gateway's event, complete the answer."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from time import perf_counter
from typing import Any
from urllib.parse import unquote

from fastapi import FastAPI
from fastapi.routing import APIRoute

from doors import asgi
from doors.answers import (
    MAX_BODY,
    NOT_STORED,
    SECURITY_HEADERS,
    body_of,
    error_answer,
    headers_of,
    is_for_browser,
    query_of,
    request_id_of,
    transport_headers,
)
from doors.error_objects import as_object, has_objects
from doors.errors import HOUSE, Dialect, install_error_handlers
from doors.front import address_of, public_url_of
from doors.routes import Route, Router
from doors.settings import settings
from kernel import log_fields, metrics, texts
from kernel.idempotency import MAX_LENGTH

Event = dict[str, Any]
Answer = dict[str, Any]

log = logging.getLogger("brandish")
log.setLevel(logging.INFO)

CORS_HEADERS = {
    "Access-Control-Allow-Methods": "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS",
    "Access-Control-Allow-Headers": (
        "Accept, Authorization, Content-Type, Idempotency-Key, If-None-Match, X-API-Key, X-Request-ID"
    ),
    "Access-Control-Allow-Credentials": "true",
    "Access-Control-Expose-Headers": "ETag, Idempotency-Replayed, Retry-After, X-Request-ID",
    "Access-Control-Max-Age": "300",
}
# Pages whose relative links need the slash at the end.
_FOLDER = re.compile(r"/(admin|swagger)(/|$)")
# What routes may read of a request's headers.
_READ_BY_ROUTES = (
    "accept-language",
    "authorization",
    "content-type",
    "cookie",
    "if-none-match",
    "origin",
    "user-agent",
    "x-session-id",
)
_ADMIN_PATH = re.compile(r"/api/(v1/)?(admin|progression/admin)(/|$)")


def create_app(title: str, *routers: Router, route_class: type[APIRoute] = Route, dialect: Dialect = HOUSE) -> FastAPI:
    """Return a FastAPI app with our error handlers and without its own documentation pages and telemetry.

    Args:
        routers: their routes come first, in this order.
        route_class: FastAPI's own for an app that a web server runs: it gets no Lambda events.
        dialect: how the API that the routes belong to words its errors.
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
    install_error_handlers(app, dialect)
    return app


NONE_LARGER: Mapping[str, int] = {}


def speak_as_asked(headers: Mapping[str, str]) -> None:
    """Speak the language that the caller prefers."""
    texts.speak(headers.get("accept-language", ""))


CONSULTING = "consulting"
"""The outcome of a request whose answer needs the outside first; it is neither logged nor counted yet."""


def consultation_of(event: Event) -> Mapping[str, Any]:
    """Return what the outer ring has added to an event about its consultation (`doors.consulting`); {} if nothing."""
    return event.get("consultation") or {}


def create_handler(
    app: FastAPI,
    *,
    public: bool = False,
    security_headers: Mapping[str, str] = SECURITY_HEADERS,
    max_body: int = MAX_BODY,
    larger: Mapping[str, int] = NONE_LARGER,
    speak: Callable[[Mapping[str, str]], None] = speak_as_asked,
    error_page: Callable[[Event, Mapping[str, str], Answer], Answer] | None = None,
) -> Callable[[Event, Any], Answer]:
    """Return the Lambda handler of an HTTP group.

    Args:
        public: True if no key is needed, except where a route requires one itself; requests to pages are not logged.
        security_headers: of all answers.
        max_body: how many bytes a request may have.
        larger: how many it may have to some paths.
        speak: chooses the language by the request's headers.
        error_page: makes a page of an error's answer, for someone who looks at it in a browser.
    """

    def handler(event: Event, context: Any) -> Answer:
        started = perf_counter()
        headers = headers_of(event)
        request_id = request_id_of(headers, event["requestContext"].get("requestId"))
        log_fields.set_request_id(request_id)
        method = event["httpMethod"]
        speak(headers)
        most = larger.get(event["path"].rstrip("/"), max_body)
        answer = _respond(app, event, headers, public=public, max_body=most)
        if answer["statusCode"] >= 400 and has_objects(event["path"]):
            answer["body"] = as_object(answer["body"], request_id)
        if answer["statusCode"] >= 400 and error_page and is_for_browser(event, headers):
            answer = error_page(event, headers, answer)
        if method == "HEAD":
            answer |= {"body": "", "isBase64Encoded": False}
        own = answer.get("headers", {})
        answer["headers"] = {
            **NOT_STORED,
            **own,
            **security_headers,
            **transport_headers(headers),
            **_cors(headers),
            **_varying(own),
            "X-Request-ID": request_id,
        }
        fields = log_fields.take()
        if fields.outcome == CONSULTING:
            return answer  # to the outer ring, not to the caller
        seconds = perf_counter() - started + consultation_of(event).get("seconds", 0.0)
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
                    "remote_addr": address_of(event, headers),
                    "key_name": _authorizer(event).get("principalId"),
                },
            )
        return answer

    return handler


def _respond(app: FastAPI, event: Event, headers: dict[str, str], *, public: bool, max_body: int) -> Answer:
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
        sent = body_of(event)
        if len(sent) > max_body:
            return error_answer(413, "body_too_large", f"A request may have at most {_size(max_body)}.")
        return asgi.respond(app, _normalised(event, headers, sent.decode()))
    except UnicodeError:
        # Half of a surrogate pair: JSON can express it, but it is not text.
        return error_answer(400, "bad_json", "The request is not valid UTF-8.")


def _size(max_body: int) -> str:
    return f"{max_body // 2**20} MiB" if max_body >= 2**20 else f"{max_body // 2**10} KiB"


def _normalised(event: Event, headers: dict[str, str], body: str) -> Event:
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
        "body": body or "{}",
        "isBase64Encoded": False,
        "brandish": {
            "caller": _authorizer(event).get("principalId", ""),
            "key_hash": _authorizer(event).get("key_hash") or "",
            "administrative": _is_administrative(path),
            "role": _authorizer(event).get("role", ""),
            "address": address_of(event, headers),
            "public_url": public_url_of(event, headers),
            "idempotency_key": headers.get("idempotency-key") or None,
            "headers": {name: headers[name] for name in _READ_BY_ROUTES if name in headers},
            "query": query_of(event),
        },
    }


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
    if origin not in settings.cors_origins:
        return {}
    return {"Access-Control-Allow-Origin": origin} | CORS_HEADERS


def _varying(own: dict[str, str]) -> dict[str, str]:
    """Return the Vary header: a cache must not give one origin the answer that names another, or that names none."""
    if not settings.cors_origins:
        return {}
    return {"vary": ", ".join(filter(None, [own.get("vary"), "Origin"]))}
