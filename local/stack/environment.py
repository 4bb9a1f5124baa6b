"""The environment variables that functions see."""

from __future__ import annotations

import os
from collections.abc import Container, Iterable, Mapping
from pathlib import Path
from typing import Final

from local.stack.cloudformation import REGION
from local.stack.resources import Function

# Settings that can be tried out without editing the template: PORT=8081 ROLLOVER_CAP=500 make dev.
CALLERS: Final = (
    "ACCOUNT_HASH_KEY",
    "ACCOUNT_KEYS",
    "COMMANDS_ENGAGE",
    "COMMUNITY_LANGUAGE",
    "DB_PATIENCE_SECONDS",
    "COMMUNITY_TIME_ZONE",
    "CORS_ORIGINS",
    "GAMBLE_JOIN_DURATION_MINUTES",
    "FAILED_LOG_INS",
    "IDENTICAL_LINES",
    "IMMUNE_ROLES",
    "LOCKED_MINUTES",
    "LOG_INS_PER_MINUTE",
    "OWN_BOTS",
    "PASSWORD_CHANGES_PER_HOUR",
    "PASSWORD_LANES",
    "PASSWORD_MEMORY_KIB",
    "PASSWORD_PASSES",
    "FEATURES_OFF",
    "POINTS_PER_MINUTE",
    "PUBLIC_URL",
    "RESET_MAILS_PER_HOUR",
    "DEFAULT_DRAFT_QUOTA",
    "DEFAULT_PREVIEW_QUOTA",
    "DEFAULT_REPLY_QUOTA",
    "DRAFT_MAX_LEN",
    "REPLY_MAX_LEN",
    "SUMMARY_MAX_LEN",
    "ROLLOVER_CAP",
    "SIGN_INS_PER_MINUTE",
    "SIGN_UPS_PER_DAY",
    "SIGN_UPS_PER_FIVE_MINUTES",
    "STREAK_REPAIR",
    "EXPORTS_PER_MINUTE",
    "RESET_MAILS_PER_DAY",
    "RESET_MAILS_PER_ADDRESS_AND_DAY",
    "STORED_ANSWERS_PER_DAY",
    "WRITES_PER_ADDRESS_AND_DAY",
    "WRITES_PER_ADDRESS_AND_MINUTE",
    "WRITES_PER_MINUTE",
    "WORLD_CONNECTS_PER_ADDRESS_AND_DAY",
    "WORLD_CONNECTS_PER_DAY",
    "WORLD_CONNECTS_PER_MINUTE",
    "WORLD_KILOBYTES_PER_ADDRESS_AND_DAY",
    "WORLD_KILOBYTES_PER_DAY",
    "WORLD_SECONDS_PER_ADDRESS_AND_DAY",
    "WORLD_SECONDS_PER_DAY",
    "WORLD_SLICES_AT_ONCE",
    "BEDROCK_MODEL",
    "LLM_CALLS_PER_ACCOUNT",
    "LLM_CALLS_PER_DAY",
    "LLM_DOLLARS_PER_ACCOUNT",
    "LLM_DOLLARS_PER_DAY",
    "LLM_INPUT_PRICE",
    "LLM_OUTPUT_PRICE",
    "LLM_PROVIDER",
    "MAIL_SENDER",
    "OPENAI_API_KEY",
    "OPENAI_BASE_URL",
    "OPENAI_MAX_RETRIES",
    "OPENAI_MODEL",
    "OPENAI_REQUEST_TIMEOUT",
    "VOTE_MINIMUM_AGE_MINUTES",
    "DISCORD_API_URL",
    "DISCORD_APPLICATION_ID",
    "DISCORD_BATTLES",
    "DISCORD_BATTLE_COOLDOWN_MINUTES",
    "DISCORD_BATTLE_VOTE_MINUTES",
    "DISCORD_BOT_TOKEN",
    "DISCORD_DEV_CHANNEL_ID",
    "DISCORD_FORCE_COMMAND_UPDATE",
    "DISCORD_GUILD_ID",
    "DISCORD_NOTIFICATION_CHANNEL_ID",
    "DISCORD_PUBLIC_KEY",
    "STREAMERBOT_ACTION_PREFIX",
    "STREAMERBOT_AUTH_RAW",
    "STREAMERBOT_ENABLED",
    "STREAMERBOT_PASSWORD",
    "STREAMERBOT_WS_URL",
)

# Where front ends under development usually run.
LOCAL_ORIGINS: Final = "http://localhost:3000,http://127.0.0.1:3000,http://localhost:5173,http://127.0.0.1:5173"

ENDPOINTS: Final = "AWS_ENDPOINT_URL"


def shared_variables(functions: Iterable[Function]) -> dict[str, str]:
    """The variables with the same value in all functions. A function sees the others while it is imported."""
    values: dict[str, set[str]] = {}
    for function in functions:
        for name, value in function.environment.items():
            values.setdefault(name, set()).add(value)
    return {name: next(iter(found)) for name, found in values.items() if len(found) == 1}


def own_variables(function: Function, shared: Container[str]) -> dict[str, str]:
    """The variables of one function only."""
    return {
        name: value
        for name, value in function.environment.items()
        if name not in shared and not name.startswith(ENDPOINTS)
    }


def process_environment(functions: Iterable[Function], caller: Mapping[str, str], endpoint: str) -> dict[str, str]:
    """The environment for the functions of one process, with this machine in place of AWS.

    Args:
        caller: the environment that the stack was started in.
        endpoint: the URL of the AWS APIs.
    """
    functions = list(functions)
    services = {name for function in functions for name in function.environment if name.startswith(ENDPOINTS)}
    return {
        **{name: value for name, value in shared_variables(functions).items() if not name.startswith("DB_")},
        "CORS_ORIGINS": LOCAL_ORIGINS,
        **{name: caller[name] for name in CALLERS if caller.get(name)},
        "MAIL_FOLDER": str(Path(caller.get("BRANDISH_STATE") or ".local", "mail").resolve()),
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        # For every service, so that a call to one that is missing fails clearly and never leaves the machine.
        **dict.fromkeys(services | {ENDPOINTS}, endpoint),
    }
