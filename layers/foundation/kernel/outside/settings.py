"""Settings of what may be spent on the outside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from kernel.outside.rules import Limits, Usage
from kernel.settings import count, dollars


class OutsideSettings(Struct, frozen=True):
    per_account: Limits
    """Calls and cost of AI texts per account and day."""
    installation: Limits
    """Calls and cost of AI texts per day, of all accounts together."""

    def is_spent_by_account(self, row: Mapping[str, Any]) -> bool:
        """Whether an account has used up its share of the day, or all accounts of its address have used up theirs.

        Args:
            row: with `spent_by_account`, `spent_by_address` and `is_account_new`.
        """
        limits = self.per_account.of_new_account() if row["is_account_new"] else self.per_account
        return limits.are_reached(Usage(*row["spent_by_account"])) or self.installation.of_address(
            self.per_account
        ).are_reached(Usage(*row["spent_by_address"]))


settings = OutsideSettings(
    per_account=Limits(
        count("LLM_CALLS_PER_ACCOUNT", default=1000), dollars("LLM_DOLLARS_PER_ACCOUNT", default=1_000_000)
    ),
    installation=Limits(
        count("LLM_CALLS_PER_DAY", default=100_000), dollars("LLM_DOLLARS_PER_DAY", default=20_000_000)
    ),
)
