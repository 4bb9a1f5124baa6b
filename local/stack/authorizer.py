"""The Lambda authorizer in front of a route: who calls, may they, and for how long is that remembered."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from local.stack.errors import GatewayError
from local.stack.proxy import Request, authorizer_event, method_arn
from local.stack.resources import Api, Authorizer
from local.stack.routes import Match
from local.stack.runtime import FunctionError, Runtime, Throttled

MAX_REMEMBERED: Final = 10_000


@dataclass(frozen=True, slots=True)
class CachedPolicy:
    statements: tuple[Mapping[str, Any], ...]
    context: Mapping[str, Any]
    usage_key: str | None
    expires: float  # time.monotonic()


class Guard:
    def __init__(self, api: Api, runtime: Runtime) -> None:
        self._api = api
        self._runtime = runtime
        self._policies: dict[tuple[str, ...], CachedPolicy] = {}

    async def admit(self, request: Request, match: Match) -> Mapping[str, Any] | None:
        """The authorizer's context for the event's requestContext; None: the route is open.

        Raises:
            GatewayError: UNAUTHORIZED, ACCESS_DENIED, INVALID_API_KEY, AUTHORIZER_FAILURE or
                AUTHORIZER_CONFIGURATION_ERROR.
        """
        if match.route.authorizer is None:
            return None
        authorizer = self._api.authorizers.get(match.route.authorizer)
        if authorizer is None:
            raise GatewayError("AUTHORIZER_CONFIGURATION_ERROR")
        identity = _identity(authorizer, request)
        policy = self._policies.get(identity)
        if policy is None or policy.expires <= time.monotonic():
            policy = await self._ask(authorizer, request, match)
            if authorizer.ttl_seconds:
                self._remember(identity, policy)
        if not allows(policy.statements, method_arn(request, self._api)):
            raise GatewayError("ACCESS_DENIED")
        # ApiKeySourceType AUTHORIZER: the authorizer names the usage key, the template lists what exists.
        if match.route.usage_key_required and policy.usage_key not in self._api.usage_keys:
            raise GatewayError("INVALID_API_KEY")
        return policy.context

    async def _ask(self, authorizer: Authorizer, request: Request, match: Match) -> CachedPolicy:
        event = authorizer_event(request, match, self._api)
        if authorizer.kind == "TOKEN":
            event = {
                "type": "TOKEN",
                "methodArn": event["methodArn"],
                "authorizationToken": request.header(authorizer.headers[0]),
            }
        return await ask(self._runtime, authorizer.function, event, authorizer.ttl_seconds)

    def _remember(self, identity: tuple[str, ...], policy: CachedPolicy) -> None:
        if len(self._policies) >= MAX_REMEMBERED:
            self._policies.clear()
        self._policies[identity] = policy


async def ask(runtime: Runtime, function: str, event: Mapping[str, Any], ttl_seconds: int = 0) -> CachedPolicy:
    """Invoke an authorizer function.

    Raises:
        GatewayError: UNAUTHORIZED, AUTHORIZER_FAILURE or AUTHORIZER_CONFIGURATION_ERROR.
    """
    started = time.monotonic()
    try:
        answer = await runtime.invoke(function, event)
    except FunctionError as error:
        # API Gateway compares only the text.
        kind = "UNAUTHORIZED" if error.message == "Unauthorized" else "AUTHORIZER_FAILURE"
        raise GatewayError(kind) from error
    except Throttled:
        raise GatewayError("AUTHORIZER_FAILURE") from None
    return _parse_policy(answer, int((time.monotonic() - started) * 1000), ttl_seconds)


def _identity(authorizer: Authorizer, request: Request) -> tuple[str, ...]:
    values = [request.header(name) for name in authorizer.headers]
    values += [request.parameter(name) for name in authorizer.query]
    if not all(values):
        raise GatewayError("UNAUTHORIZED")
    return (authorizer.name, *(value for value in values if value))


def _parse_policy(answer: Any, latency_ms: int, ttl_seconds: int) -> CachedPolicy:
    try:
        principal = answer["principalId"]
        statements = answer["policyDocument"]["Statement"]
        context = {name: _flat(value) for name, value in (answer.get("context") or {}).items()}
    except (KeyError, TypeError, AttributeError) as error:
        raise GatewayError("AUTHORIZER_CONFIGURATION_ERROR") from error
    return CachedPolicy(
        statements=tuple(statements) if isinstance(statements, list) else (statements,),
        context={**context, "principalId": str(principal), "integrationLatency": latency_ms},
        usage_key=answer.get("usageIdentifierKey"),
        expires=time.monotonic() + ttl_seconds,
    )


def _flat(value: Any) -> str | None:
    """API Gateway passes every context value on as text, and refuses objects and lists."""
    if isinstance(value, dict | list):
        raise TypeError("an authorizer's context is flat")
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)


def allows(statements: tuple[Mapping[str, Any], ...], resource: str) -> bool:
    """An explicit Deny wins; what no statement mentions is denied."""
    effects = {
        statement.get("Effect")
        for statement in statements
        if any(_covers(pattern, "execute-api:Invoke", ignore_case=True) for pattern in _list(statement.get("Action")))
        and any(_covers(pattern, resource) for pattern in _list(statement.get("Resource")))
    }
    return "Allow" in effects and "Deny" not in effects


def _list(value: Any) -> list[str]:
    return value if isinstance(value, list) else [str(value)]


def _covers(pattern: str, text: str, *, ignore_case: bool = False) -> bool:
    return _compile(pattern, ignore_case).fullmatch(text) is not None


@lru_cache(maxsize=1024)
def _compile(pattern: str, ignore_case: bool) -> re.Pattern[str]:
    escaped = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.compile(escaped, re.IGNORECASE | re.DOTALL if ignore_case else re.DOTALL)
