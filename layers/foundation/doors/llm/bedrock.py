"""The provider for models in Amazon Bedrock, by its Converse API."""

from __future__ import annotations

from typing import Any, Final

from doors.aws import client
from doors.llm.rules import estimated_tokens
from doors.llm.settings import settings
from kernel.outside.prompts import Prompt, ProviderFailed, Reply

READ_SECONDS: Final = (1, 2, 5, 10, 20, 40)
"""How long clients wait; each needs memory of its own."""
RETRYABLE: Final = frozenset(
    {"ThrottlingException", "TooManyRequestsException", "ModelTimeoutException", "ModelNotReadyException"}
)


def complete(prompt: Prompt, seconds: float) -> Reply:
    """Ask once.

    Raises:
        ProviderFailed
    """
    from botocore.exceptions import BotoCoreError, ClientError, ConnectionError, HTTPClientError

    try:
        answer = _client(seconds).converse(
            modelId=settings.bedrock_model,
            system=[{"text": prompt.system}],
            messages=[{"role": "user", "content": [{"text": prompt.user}]}],
            inferenceConfig={"maxTokens": prompt.max_tokens, "temperature": prompt.temperature},
        )
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        raise ProviderFailed(f"bedrock: {code}", retryable=code in RETRYABLE or status >= 500) from error
    except (HTTPClientError, ConnectionError) as error:  # no connection, or no answer in time
        raise ProviderFailed(f"bedrock: {type(error).__name__}", retryable=True) from error
    except BotoCoreError as error:
        raise ProviderFailed(f"bedrock: {type(error).__name__}", retryable=False) from error
    return _reply(prompt, answer)


def _reply(prompt: Prompt, answer: Any) -> Reply:
    try:
        text = "".join(part.get("text", "") for part in answer["output"]["message"]["content"]).strip()
    except (LookupError, TypeError, AttributeError) as error:
        raise ProviderFailed("bedrock: the answer cannot be read", retryable=True) from error
    if not text:
        raise ProviderFailed("bedrock: the answer is empty", retryable=True)
    usage = answer.get("usage") or {}
    return Reply(
        text,
        usage.get("inputTokens") or estimated_tokens(prompt.system, prompt.user),
        usage.get("outputTokens") or estimated_tokens(text),
        "bedrock",
    )


def _client(seconds: float) -> Any:
    """Return a client that waits no longer, and does not retry: `doors.llm.service` does that."""
    fitting = [each for each in READ_SECONDS if each <= seconds]
    return client("bedrock-runtime", max(fitting, default=READ_SECONDS[0]), 1)
