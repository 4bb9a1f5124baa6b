"""Reading the environment. A feature or function declares its settings as a frozen object, filled at import with these
functions; nothing else reads `os.environ`."""

from __future__ import annotations

import os
import re
from datetime import UTC, tzinfo

from msgspec import Struct


class SecretSettings(Struct, frozen=True):
    """Base of settings with secrets among them: printed, they show no value."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(...)"


class SettingsError(Exception):
    """A setting has an invalid value; the text names the setting and says what is valid."""


def text(name: str, default: str = "") -> str:
    """Return the text of a setting. The default is for settings that are not set, not for empty ones."""
    return os.environ.get(name, default)


def count(name: str, *, default: int = 1) -> int:
    """Return a whole number of at least 1.

    Raises:
        SettingsError
    """
    given = text(name).strip()
    if not given:
        return default
    if not given.isdecimal() or int(given) < 1:
        raise SettingsError(f"{name}: {given!r} is not a whole number from 1 up")
    return int(given)


def number(name: str, *, default: float, least: float, most: float) -> float:
    """Return a number between two bounds, the nearer one for others; the default for what is no number."""
    try:
        given = float(text(name) or default)
    except ValueError:
        given = default
    return min(max(given, least), most)


def dollars(name: str, *, default: int) -> int:
    """Return millionths of a US dollar; the setting is in dollars, the default in millionths.

    Raises:
        SettingsError
    """
    given = text(name).strip()
    if not given:
        return default
    if not re.fullmatch(r"\d{1,6}(\.\d{1,6})?", given, re.ASCII):
        raise SettingsError(f"{name}: {given!r} is no number of US dollars: 20, or 0.5 for fifty cents")
    return round(float(given) * 1_000_000)


def minutes(name: str, *, default: int) -> int:
    """Return seconds; the setting and the default are in minutes.

    Raises:
        SettingsError
    """
    given = text(name).strip()
    if not given:
        return 60 * default
    if not re.fullmatch(r"\d{1,6}(\.\d{1,6})?", given, re.ASCII) or float(given) * 60 < 1:
        raise SettingsError(f"{name}: {given!r} is no number of minutes: 2, or 0.5 for half a minute")
    return round(float(given) * 60)


def switch(name: str, *, default: bool) -> bool:
    """Return whether a setting is on, in one of the usual words.

    Raises:
        SettingsError
    """
    given = text(name).strip().lower()
    if given in ("1", "true", "on", "yes"):
        return True
    if given in ("0", "false", "off", "no"):
        return False
    if given:
        raise SettingsError(f"{name}: {given!r} is neither true nor false")
    return default


def time_zone(name: str) -> tzinfo:
    """Return the time zone that a setting names, e.g. Europe/Berlin; UTC without one.

    Raises:
        SettingsError
    """
    given = text(name).strip()
    if given in ("", "UTC"):
        return UTC
    from zoneinfo import ZoneInfo  # reads files, which few installations need

    try:
        return ZoneInfo(given)
    except (ValueError, LookupError, OSError) as error:
        raise SettingsError(f"{name}: there is no time zone {given!r}; an example is Europe/Berlin") from error


class KernelSettings(Struct, frozen=True):
    """Settings of the database, the event bus and the community."""

    stage: str
    """The name of this installation; local on one's own machine."""
    community_language: str
    """The language of chat and of what is posted for everyone."""
    aws_region: str
    event_bus_name: str
    """The name of the event bus."""
    events_url: str
    """EventBridge's address; empty where there is no bus."""
    database_url: str
    """The whole address of the database, in place of the single parts."""
    database_iam_auth: bool
    """Whether functions log in with tokens that they sign, instead of a password."""
    database_patience_seconds: int
    """How long an environment waits for a free connection before its call is answered with 503."""
    database_prepares: bool
    """False behind a proxy that would pin a connection for every prepared statement."""


def _database_url() -> str:
    """Return where the database is.

    DB_HOST: the database's address.
    DB_PORT: the database's port.
    DB_NAME: the name of the database.
    DB_USER: the role that functions log in as.
    DB_PASSWORD: the password of that role; not needed with tokens.
    DB_SSLMODE: libpq's sslmode.
    DB_SSLROOTCERT: the file with the certificates that the database's is checked against.
    """
    parts = {
        "host": text("DB_HOST", "localhost"),
        "port": text("DB_PORT", "5432"),
        "dbname": text("DB_NAME", "brandish"),
        "user": text("DB_USER", "brandish_app"),
        "password": text("DB_PASSWORD"),
        "sslmode": text("DB_SSLMODE"),
        "sslrootcert": text("DB_SSLROOTCERT"),
    }
    return " ".join(f"{key}={_quoted(value)}" for key, value in parts.items() if value)


def _quoted(value: str) -> str:
    escaped = value.replace("\\", r"\\").replace("'", r"\'")
    return f"'{escaped}'"


settings = KernelSettings(
    stage=text("BRANDISH_STAGE", "dev"),
    community_language=text("COMMUNITY_LANGUAGE").strip() or "en",
    aws_region=text("AWS_REGION"),
    event_bus_name=text("EVENT_BUS_NAME", "brandish"),
    events_url=text("AWS_ENDPOINT_URL_EVENTBRIDGE"),
    database_url=text("DATABASE_URL") or _database_url(),
    database_iam_auth=switch("DB_IAM_AUTH", default=False),
    database_patience_seconds=count("DB_PATIENCE_SECONDS", default=2),
    database_prepares=switch("DB_PREPARE", default=True),
)
