"""The environment as one frozen object. Nothing else reads `os.environ`."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Mapping
from dataclasses import dataclass, field


class SettingsError(Exception):
    """A setting cannot be used; the text names it and says what would do."""


@dataclass(frozen=True, slots=True)
class Settings:
    stage: str
    version: str
    git_commit: str
    build_time: str
    database_url: str
    database_iam_auth: bool
    database_prepares: bool
    """False behind a proxy that would pin a connection for every prepared statement."""
    event_bus_name: str
    usage_key_prefix: str
    """With a role behind it: the key under which API Gateway's usage plan counts that role's calls."""
    cors_origins: tuple[str, ...]
    dev_mode: bool
    """Cooldowns are ignored."""
    commands_engage: bool
    """Every command a person gives counts as engagement, not only what it does."""
    gamble_join_seconds: int
    """How long a gamble waits for players."""
    contribution_shards: int
    rollover_cap: int | None
    """The most points beyond a target's cost that count towards the next; None for all."""
    schedule_group: str
    schedule_target_arn: str
    schedule_role_arn: str
    """Where one-shot schedules are kept, the function they invoke, and as whom."""
    stream_seconds: int
    """How long a stream lasts; its listener opens the next one."""
    websocket_url: str
    """Where viewers open WebSockets."""
    connections_table: str
    destinations_table: str
    """DynamoDB tables of the outer ring: who listens; what each destination has had."""
    feed_function: str
    frames_queue_url: str
    dead_letters_url: str
    secrets_id: str
    """Secrets Manager's name of the secrets below; empty: they are in the environment."""
    discord_public_key: str
    """Hex; verifies what claims to come from Discord. Empty: no Discord."""
    discord_application_id: str
    discord_guild_id: str
    """The one server whose commands are registered; empty: all servers."""
    discord_channel_id: str
    """Where news are posted; empty: nowhere."""
    discord_dev_channel_id: str
    discord_force_command_update: bool
    """Send the commands even where nothing differs."""
    discord_api_url: str
    discord_bot_token: str = field(repr=False)
    streamerbot_enabled: bool
    streamerbot_url: str
    streamerbot_action_prefix: str
    streamerbot_auth_raw: bool
    """Hash the password the way the original did, instead of Streamer.bot's own."""
    streamerbot_password: str = field(repr=False)

    @property
    def runtime(self) -> str:
        return f"python{platform.python_version()}"


def read_settings(env: Mapping[str, str]) -> Settings:
    return Settings(
        stage=env.get("BRANDISH_STAGE", "dev"),
        version=env.get("VERSION", "dev"),
        git_commit=env.get("GIT_COMMIT", ""),
        build_time=env.get("BUILD_TIME", ""),
        database_url=env.get("DATABASE_URL") or _database_url(env),
        database_iam_auth=_switch(env, "DB_IAM_AUTH", default=False),
        database_prepares=_switch(env, "DB_PREPARE", default=True),
        event_bus_name=env.get("EVENT_BUS_NAME", "brandish"),
        usage_key_prefix=env.get("USAGE_KEY_PREFIX", "brandish-usage-key-"),
        dev_mode=_switch(env, "DEV_MODE", default=False),
        commands_engage=_switch(env, "COMMANDS_ENGAGE", default=False),
        gamble_join_seconds=_minutes(env, "GAMBLE_JOIN_DURATION_MINUTES", default=2),
        contribution_shards=_count(env, "CONTRIBUTION_SHARDS", default=16),
        rollover_cap=_count(env, "ROLLOVER_CAP") if env.get("ROLLOVER_CAP") else None,
        schedule_group=env.get("SCHEDULE_GROUP", ""),
        schedule_target_arn=env.get("SCHEDULE_TARGET_ARN", ""),
        schedule_role_arn=env.get("SCHEDULE_ROLE_ARN", ""),
        stream_seconds=_count(env, "STREAM_SECONDS", default=840),
        websocket_url=env.get("WEBSOCKET_URL", ""),
        connections_table=env.get("CONNECTIONS_TABLE", ""),
        destinations_table=env.get("DESTINATIONS_TABLE", ""),
        feed_function=env.get("FEED_FUNCTION", ""),
        frames_queue_url=env.get("FRAMES_QUEUE_URL", ""),
        dead_letters_url=env.get("DEAD_LETTERS_URL", ""),
        secrets_id=env.get("SECRETS_ID", ""),
        discord_public_key=env.get("DISCORD_PUBLIC_KEY", ""),
        discord_application_id=env.get("DISCORD_APPLICATION_ID", ""),
        discord_guild_id=env.get("DISCORD_GUILD_ID", ""),
        discord_channel_id=env.get("DISCORD_NOTIFICATION_CHANNEL_ID", ""),
        discord_dev_channel_id=env.get("DISCORD_DEV_CHANNEL_ID", ""),
        discord_force_command_update=_switch(env, "DISCORD_FORCE_COMMAND_UPDATE", default=False),
        discord_api_url=(env.get("DISCORD_API_URL") or "https://discord.com/api/v10").rstrip("/"),
        discord_bot_token=env.get("DISCORD_BOT_TOKEN", ""),
        streamerbot_enabled=_switch(env, "STREAMERBOT_ENABLED", default=False),
        streamerbot_url=env.get("STREAMERBOT_WS_URL") or env.get("STREAMERBOT_WEBHOOK_URL") or "ws://127.0.0.1:8080/",
        streamerbot_action_prefix=env.get("STREAMERBOT_ACTION_PREFIX", "BrandishBot_"),
        streamerbot_auth_raw=_switch(env, "STREAMERBOT_AUTH_RAW", default=False),
        streamerbot_password=env.get("STREAMERBOT_PASSWORD", ""),
        cors_origins=tuple(origin.strip() for origin in env.get("CORS_ORIGINS", "").split(",") if origin.strip()),
    )


def _database_url(env: Mapping[str, str]) -> str:
    parts = {
        "host": env.get("DB_HOST", "localhost"),
        "port": env.get("DB_PORT", "5432"),
        "dbname": env.get("DB_NAME", "brandish"),
        "user": env.get("DB_USER", "brandish_app"),
        "password": env.get("DB_PASSWORD", ""),
        "sslmode": env.get("DB_SSLMODE", ""),
        "sslrootcert": env.get("DB_SSLROOTCERT", ""),
    }
    return " ".join(f"{key}={_quoted(value)}" for key, value in parts.items() if value)


def _quoted(value: str) -> str:
    escaped = value.replace("\\", r"\\").replace("'", r"\'")
    return f"'{escaped}'"


def _count(env: Mapping[str, str], name: str, *, default: int = 1) -> int:
    text = env.get(name, "").strip()
    if not text:
        return default
    if not text.isdecimal() or int(text) < 1:
        raise SettingsError(f"{name}: {text!r} is not a whole number from 1 up")
    return int(text)


def _minutes(env: Mapping[str, str], name: str, *, default: int) -> int:
    """In seconds."""
    text = env.get(name, "").strip()
    if not text:
        return 60 * default
    if not re.fullmatch(r"\d{1,6}(\.\d{1,6})?", text, re.ASCII) or float(text) * 60 < 1:
        raise SettingsError(f"{name}: {text!r} is no number of minutes: 2, or 0.5 for half a minute")
    return round(float(text) * 60)


def _switch(env: Mapping[str, str], name: str, *, default: bool) -> bool:
    text = env.get(name, "").strip().lower()
    if text in ("1", "true", "on", "yes"):
        return True
    if text in ("0", "false", "off", "no"):
        return False
    if text:
        raise SettingsError(f"{name}: {text!r} is neither true nor false")
    return default


settings = read_settings(os.environ)
