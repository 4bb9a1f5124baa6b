"""The provider for servers that speak OpenAI's chat completions, such as OpenAI's own or a local Ollama."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from time import monotonic
from typing import Any, Final

import urllib3

from doors.llm.rules import estimated_tokens
from doors.llm.settings import settings
from doors.secrets import find_secret, forget_secrets
from doors.unavailable import Unavailable
from kernel.outside.prompts import Prompt, ProviderFailed, Reply

CONNECT_SECONDS: Final = 3.0
MAX_ANSWER: Final = 1024 * 1024
OPENAI: Final = "https://api.openai.com"
PIECE: Final = 64
"""Small, because the time is looked at after each piece."""


def completions_url(base_url: str) -> str:
    """Return the address of chat completions below a base URL, with or without its version."""
    base = base_url.rstrip("/")
    return base + ("/chat/completions" if base.endswith("/v1") else "/v1/chat/completions")


def complete(prompt: Prompt, seconds: float) -> Reply:
    """Ask once.

    Raises:
        ProviderFailed
    """
    ends_at = monotonic() + seconds
    body = {
        "model": settings.openai_model,
        "messages": [{"role": "system", "content": prompt.system}, {"role": "user", "content": prompt.user}],
        "temperature": prompt.temperature,
        "max_tokens": prompt.max_tokens,
    }
    authorization = _authorization()
    try:
        response = _pool().request(
            "POST",
            completions_url(settings.openai_base_url),
            body=json.dumps(body).encode(),
            headers={"Content-Type": "application/json", **authorization},
            timeout=urllib3.Timeout(connect=min(CONNECT_SECONDS, seconds), read=seconds, total=seconds),
            preload_content=False,
        )
        try:
            if response.status != 200:
                raise _refused(response.status, authorization)
            return _reply(prompt, _read(response, ends_at))
        finally:
            response.close()  # rather than reused: some of the answer may be unread
    except urllib3.exceptions.TimeoutError as error:
        raise ProviderFailed("openai: no answer in time", retryable=True) from error
    except urllib3.exceptions.HTTPError as error:
        raise ProviderFailed(f"openai: {type(error).__name__}", retryable=True) from error


def _authorization() -> dict[str, str]:
    try:
        key = find_secret("llm_api_key") or settings.openai_api_key
    except Unavailable as error:
        raise ProviderFailed("openai: the API key cannot be read", retryable=True) from error
    if not key and settings.openai_base_url.startswith(OPENAI):
        raise ProviderFailed("openai: there is no API key", retryable=False)
    return {"Authorization": f"Bearer {key}"} if key else {}


def _refused(status: int, authorization: Mapping[str, str]) -> ProviderFailed:
    retryable = status == 429 or status >= 500
    if status == 401:
        forget_secrets()
        retryable = _authorization() != authorization  # the key has been replaced
    return ProviderFailed(f"openai: status {status}", retryable=retryable)


def _read(response: urllib3.BaseHTTPResponse, ends_at: float) -> bytes:
    """Return the answer's body. A read's own time limit holds for each piece of it only."""
    body = bytearray()
    for piece in response.stream(PIECE, decode_content=True):
        body += piece
        if len(body) > MAX_ANSWER:
            raise ProviderFailed("openai: the answer is too long", retryable=True)
        if monotonic() > ends_at:
            raise ProviderFailed("openai: no answer in time", retryable=True)
    return bytes(body)


def _reply(prompt: Prompt, body: bytes) -> Reply:
    try:
        answer: Any = json.loads(body)
        text = answer["choices"][0]["message"]["content"]
        usage = answer.get("usage") or {}
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise ProviderFailed("openai: the answer cannot be read", retryable=True) from error
    if not isinstance(text, str) or not text.strip():
        raise ProviderFailed("openai: the answer is empty", retryable=True)
    return Reply(
        text.strip(),
        _tokens(usage, "prompt_tokens") or estimated_tokens(prompt.system, prompt.user),
        _tokens(usage, "completion_tokens") or estimated_tokens(text),
        "openai",
    )


def _tokens(usage: Any, name: str) -> int:
    count = usage.get(name) if isinstance(usage, dict) else None
    return count if isinstance(count, int) and count > 0 else 0


@cache
def _pool() -> urllib3.PoolManager:
    return urllib3.PoolManager(retries=False, maxsize=8)
