"""Settings of who writes texts, as far as Worlds has to know it: a text of another model is another text."""

from __future__ import annotations

from msgspec import Struct

from kernel.settings import text

OFFLINE = "offline"


class WordingSettings(Struct, frozen=True):
    """Settings of who writes texts.

    Attributes:
        model: that is asked, with its provider; "offline" if none is.
    """

    model: str

    @property
    def has_model(self) -> bool:
        """Whether a text can be better than what is composed without a model."""
        return self.model != OFFLINE


def _model() -> str:
    provider = text("LLM_PROVIDER").strip().lower() or OFFLINE
    names = {"openai": text("OPENAI_MODEL"), "bedrock": text("BEDROCK_MODEL")}
    return f"{provider}:{names[provider].strip()}" if provider in names else OFFLINE


settings = WordingSettings(model=_model())
