"""What someone with an account takes along of the community. What they have as a player, an administrator exports."""

from __future__ import annotations

from typing import Final

from kernel.accounts.leaving import Export

EXPORTS: Final = (
    Export("player_accounts", ("account_id",)),
    Export("followed_hero", ("account_id",)),
    Export("account_feats", ("account_id", "feat")),
)
