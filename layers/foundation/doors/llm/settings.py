"""Settings of the LLM (outer ring)."""

from __future__ import annotations

from typing import Final

from kernel.settings import SecretSettings, SettingsError, dollars, number, text

PROVIDERS: Final = ("offline", "openai", "bedrock")


class LlmSettings(SecretSettings, frozen=True):
    """Settings of the LLM. Prices are kept in millionths of a US dollar.

    Attributes:
        provider: who writes the AI texts.
        openai_base_url: the address of a server that speaks OpenAI's API.
        openai_model: the model that is asked there.
        bedrock_model: a model, or an inference profile, of Amazon Bedrock.
        openai_api_key: the key of that server, for where secrets are not in Secrets Manager; a server of one's own may
            need none.
        request_seconds: the limit for a single call.
        retries: calls after the first one.
        input_price: the price of a million tokens that the model reads.
        output_price: the price of a million tokens that the model writes.
    """

    provider: str
    openai_base_url: str
    openai_model: str
    openai_api_key: str
    bedrock_model: str
    request_seconds: float
    retries: int
    input_price: int
    output_price: int


def _provider() -> str:
    given = text("LLM_PROVIDER").strip().lower() or "offline"
    if given not in PROVIDERS:
        raise SettingsError(f"LLM_PROVIDER: {given!r} is none of {', '.join(PROVIDERS)}")
    return given


settings = LlmSettings(
    provider=_provider(),
    openai_base_url=text("OPENAI_BASE_URL").strip() or "https://api.openai.com",
    openai_model=text("OPENAI_MODEL").strip() or "gpt-4o-mini",
    openai_api_key=text("OPENAI_API_KEY").strip(),
    bedrock_model=text("BEDROCK_MODEL").strip() or "amazon.nova-lite-v1:0",
    request_seconds=number("OPENAI_REQUEST_TIMEOUT", default=20, least=1, most=40),
    retries=int(number("OPENAI_MAX_RETRIES", default=2, least=0, most=5)),
    input_price=dollars("LLM_INPUT_PRICE", default=0),
    output_price=dollars("LLM_OUTPUT_PRICE", default=0),
)
