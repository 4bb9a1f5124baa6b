"""Settings that all HTTP groups or all functions of the outer ring share."""

from __future__ import annotations

from msgspec import Struct

from kernel.settings import text


class DoorSettings(Struct, frozen=True):
    """Settings of HTTP groups and of functions of the outer ring."""

    cors_origins: tuple[str, ...]
    """The web origins that may call us, besides our own pages."""
    destinations_table: str
    """The DynamoDB table with the deliveries to each destination."""
    dead_letters_url: str
    """The queue of what could not be delivered."""
    front_secret: str
    """What the front sends with every request; empty: there is no front, so no one can speak for it."""
    public_url: str
    """The address that people see, without a slash at its end; empty: see `doors.front`."""
    secrets_id: str
    """The id of our secret in Secrets Manager; empty: secrets are in the environment."""


settings = DoorSettings(
    cors_origins=tuple(origin.strip() for origin in text("CORS_ORIGINS").split(",") if origin.strip()),
    destinations_table=text("DESTINATIONS_TABLE"),
    front_secret=text("FRONT_SECRET"),
    public_url=text("PUBLIC_URL").rstrip("/"),
    dead_letters_url=text("DEAD_LETTERS_URL"),
    secrets_id=text("SECRETS_ID"),
)
