"""What all functions of a kind have in common around them."""

from __future__ import annotations

from dataclasses import dataclass

from kernel.settings import text


@dataclass(frozen=True, slots=True)
class DoorSettings:
    cors_origins: tuple[str, ...]
    destinations_table: str
    """DynamoDB's table of the outer ring: what each destination has had."""
    dead_letters_url: str
    secrets_id: str
    """Secrets Manager's name of the one secret; empty: secrets are in the environment."""


settings = DoorSettings(
    cors_origins=tuple(origin.strip() for origin in text("CORS_ORIGINS").split(",") if origin.strip()),
    destinations_table=text("DESTINATIONS_TABLE"),
    dead_letters_url=text("DEAD_LETTERS_URL"),
    secrets_id=text("SECRETS_ID"),
)
