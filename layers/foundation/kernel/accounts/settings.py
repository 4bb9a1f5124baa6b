"""Settings of accounts: how passwords are hashed, and how often someone may try."""

from __future__ import annotations

from datetime import timedelta

from msgspec import Struct

from kernel.rate_limits import RateLimit
from kernel.settings import count


class AccountSettings(Struct, frozen=True):
    """What an installation may choose. Source: worlds 3, personas 4.4."""

    hash_memory_kib: int
    """Memory that Argon2id takes for a new password. Stored hashes keep what they were made with."""
    hash_passes: int
    """Passes of Argon2id over that memory."""
    hash_lanes: int
    """Lanes of Argon2id."""
    signing_in: RateLimit
    """Sign-ups, log-ins and forgotten passwords of an address, at any door."""
    worlds_log_ins: RateLimit
    """Log-ins to an account from an address, at the door of Worlds."""
    worlds_sign_ups: RateLimit
    """Sign-ups of an address, at the door of Worlds."""
    sign_ups: RateLimit
    """Sign-ups of an address, at any door: new accounts have shares of what the installation may spend."""
    password_changes: RateLimit
    """What someone who is signed in confirms by the password of the account: another one, or leaving."""
    writes: RateLimit
    """All that someone who is signed in changes, besides the limits of single routes: so no account can fill the
    database, or the answers that are stored for retries."""
    writes_of_address: tuple[RateLimit, ...]
    """All that is changed from an address by those who are signed in: accounts cost nothing, so their limits together
    are none."""
    stored_answers: RateLimit
    """Requests of an account whose answers are stored for retries."""
    exports: RateLimit
    """How often an account may ask for all that is stored about it."""
    reset_mails: tuple[RateLimit, ...]
    """Mails about a forgotten password to an e-mail address, or asked for from an address: anyone may sign up with the
    mailbox of a stranger."""
    failures: int
    """Wrong passwords for an account from an address, after which it is locked for that address."""
    locked_for: timedelta
    """How long an account is locked for an address after too many wrong passwords."""


settings = AccountSettings(
    hash_memory_kib=count("PASSWORD_MEMORY_KIB", default=65_536),
    hash_passes=count("PASSWORD_PASSES", default=3),
    hash_lanes=count("PASSWORD_LANES", default=4),
    signing_in=RateLimit("auth", count("SIGN_INS_PER_MINUTE", default=10), per="ip"),
    worlds_log_ins=RateLimit("auth_log_in", count("LOG_INS_PER_MINUTE", default=5), per="ip"),
    worlds_sign_ups=RateLimit(
        "auth_sign_up", count("SIGN_UPS_PER_FIVE_MINUTES", default=3), timedelta(minutes=5), per="ip"
    ),
    sign_ups=RateLimit("auth_sign_ups", count("SIGN_UPS_PER_DAY", default=100), timedelta(days=1), per="ip"),
    password_changes=RateLimit("auth_password", count("PASSWORD_CHANGES_PER_HOUR", default=10), timedelta(hours=1)),
    writes=RateLimit("account_writes", count("WRITES_PER_MINUTE", default=120)),
    writes_of_address=(
        RateLimit("address_writes", count("WRITES_PER_ADDRESS_AND_MINUTE", default=600), per="ip"),
        RateLimit(
            "address_writes_day", count("WRITES_PER_ADDRESS_AND_DAY", default=10_000), timedelta(days=1), per="ip"
        ),
    ),
    stored_answers=RateLimit("account_answers", count("STORED_ANSWERS_PER_DAY", default=1000), timedelta(days=1)),
    exports=RateLimit("account_exports", count("EXPORTS_PER_MINUTE", default=10)),
    reset_mails=(
        RateLimit("auth_reset", count("RESET_MAILS_PER_HOUR", default=3), timedelta(hours=1)),
        RateLimit("auth_reset_day", count("RESET_MAILS_PER_DAY", default=10), timedelta(days=1)),
        RateLimit(
            "auth_reset_address",
            count("RESET_MAILS_PER_ADDRESS_AND_DAY", default=20),
            timedelta(days=1),
            per="ip",
        ),
    ),
    failures=count("FAILED_LOG_INS", default=10),
    locked_for=timedelta(minutes=count("LOCKED_MINUTES", default=15)),
)
