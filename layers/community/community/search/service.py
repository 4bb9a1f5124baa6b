"""The use case of searching for treasure."""

from __future__ import annotations

from community.catalog.content import items
from community.catalog.rules import display_name
from community.cooldowns import service as cooldowns
from community.inventory.models import Inventory
from community.players import service as players
from community.players.models import PlayerRef
from community.progression.rules import require_feature
from community.search import rules, texts
from community.search.models import Outcome, SearchPerformed
from community.stats.models import Streak
from community.stats.rules import continue_streak
from community.stats.service import count_since
from kernel.database import Tx

FEATURE = "feature_search"
BOX = items.by_name["lootbox_tier0"]


def search_for_treasure(tx: Tx, seeker: PlayerRef) -> tuple[Outcome, str]:
    """Search for a box, and announce the outcome. A stranger becomes a player.

    Returns:
        The outcome, and its message.

    Raises:
        FeatureLocked, FeatureLockedBehind, OnCooldown, InventoryFull
    """
    earlier = count_since("search", tx.now - rules.WINDOW)
    player = players.load_or_create(tx, seeker, cooldowns.cooldown_of(rules.ACTION), earlier)
    require_feature(player.state, FEATURE)
    cooldowns.require_ready(tx, player, rules.ACTION)
    today = tx.now.date()
    outcome = rules.search(
        player.state,
        tx.rng,
        earlier=player.facts.get(earlier.name, 0),
        streak_days=continue_streak(player[Streak], today).days,
    )
    name = display_name(BOX, player.state.names, today, tx.rng)
    player = player.having(player[Inventory].give(BOX.item_id, outcome.quantity, outcome.quality)).record(
        SearchPerformed(user_id=player.id, success=outcome.success, timestamp=int(tx.now.timestamp()), outcome=outcome)
    )
    players.save(tx, player)
    cooldowns.start(tx, player, rules.ACTION, rules.cooldown(player.state))
    return outcome, texts.describe(outcome, name)
