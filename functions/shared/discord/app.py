"""POST /discord/interactions: the game on Discord.

No web framework, because Discord waits only three seconds, cold start included.
"""

from __future__ import annotations

from doors.start import ready  # first: see there

import json
import logging
from dataclasses import replace
from time import perf_counter, time
from typing import Any

from doors.answers import (
    MAX_BODY,
    NOT_STORED,
    SECURITY_HEADERS,
    body_of,
    error_answer,
    headers_of,
    json_answer,
    request_id_of,
)
from doors.discord.actions import BUG, InteractionResult, say
from doors.discord.interaction import AUTOCOMPLETE, COMMAND, PING, Malformed, read
from doors.discord.running import UNKNOWN, respond
from doors.discord.signature import is_genuine
from doors.front import public_url_of
from functions.community.discord.players import COMMUNITY
from functions.shared.discord import catalogue as catalogue  # declares every command
from functions.shared.discord.health import health
from functions.shared.discord.settings import settings
from kernel import log_fields, metrics, texts

log = logging.getLogger("brandish")
log.setLevel(logging.INFO)

Answer = dict[str, Any]
_METHODS = {"/discord/interactions": ("POST",), "/discord/health": ("GET", "HEAD")}


def handler(event: dict[str, Any], context: Any) -> Answer:
    started = perf_counter()
    headers = headers_of(event)
    request_id = request_id_of(headers)
    logged: dict[str, Any] = {"request_id": request_id}
    method, path = event["httpMethod"], event["path"].rstrip("/")
    answer = _answer(event, method, path, headers, logged)
    answer["headers"] |= NOT_STORED | SECURITY_HEADERS | {"X-Request-ID": request_id}
    seconds = perf_counter() - started
    fields = log_fields.take()
    metrics.count_request(method, fields.route or (path if path in _METHODS else ""), answer["statusCode"], seconds)
    if path == "/discord/interactions":
        log.info(
            "interaction",
            extra=logged
            | {
                "route": fields.route,
                "user_id": fields.user_id and str(fields.user_id),
                "status": answer["statusCode"],
                "duration_ms": round(seconds * 1000, 3),
            },
        )
    return answer


def _answer(event: dict[str, Any], method: str, path: str, headers: dict[str, str], logged: dict[str, Any]) -> Answer:
    if path not in _METHODS:
        return error_answer(404, "not_found", "There is nothing at this address.")
    if method not in _METHODS[path]:
        return error_answer(405, "method_not_allowed", "This address does not take that method.")
    if path == "/discord/health":
        answer = json_answer(*health())
        return answer | {"body": ""} if method == "HEAD" else answer
    raw = _raw_body(event)
    if raw is not None and len(raw) > MAX_BODY:
        return error_answer(413, "body_too_large", "A request may have at most 1 MiB.")
    if raw is None or not is_genuine(raw, headers, settings.discord_public_keys, time()):
        logged["outcome"] = "not from Discord"
        return error_answer(401, "unauthorized", "This is not signed by Discord.")
    payload = _parsed(raw)
    if payload is None:
        logged["outcome"] = "not JSON"
        return error_answer(400, "bad_json", "The request body is not valid JSON.")
    if isinstance(payload.get("type"), bool):  # in Python True equals 1, and 1 is a PING
        logged["outcome"] = "not a type"
        return error_answer(400, "validation", "type: must be a number.")
    if payload.get("type") == PING:
        logged["outcome"] = "ping"
        return json_answer(200, '{"type":1}')
    result = _result(payload, public_url_of(event, headers), logged)
    logged["outcome"] = result.outcome
    return json_answer(200, json.dumps(result.answer))


def _result(payload: dict[str, Any], public_url: str, logged: dict[str, Any]) -> InteractionResult:
    try:
        texts.speak()
        call = replace(read(payload), public_url=public_url)
        texts.speak(call.locale)
        logged |= {"interaction_id": call.id, "discord_user_id": call.caller.id}
        if call.type in (COMMAND, AUTOCOMPLETE):  # the name of a button or a form may hold a code
            logged["command"] = call.name[:100]
        return respond(call, COMMUNITY)
    except Malformed as error:
        return say(UNKNOWN, f"malformed: {error}")
    except Exception:
        log.exception("unexpected error")
        return say(BUG, "bug")


def _raw_body(event: dict[str, Any]) -> bytes | None:
    """The bytes that were signed; None when they cannot be decoded."""
    try:
        return body_of(event)
    except UnicodeError:
        return None


def _parsed(raw: bytes) -> dict[str, Any] | None:
    """The JSON object; None for anything else, and for text that Postgres cannot store: NUL, lone surrogates."""
    try:
        payload = json.loads(raw.decode(), parse_constant=_refuse)
        written = json.dumps(payload, ensure_ascii=False)
        written.encode()
    except (ValueError, RecursionError):
        return None
    return payload if isinstance(payload, dict) and "\\u0000" not in written else None


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


ready()
