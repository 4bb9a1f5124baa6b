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
from community.stats import streaks
from community.stats.models import Streak
from community.stats.service import count_since
from kernel.database import Tx

FEATURE = "feature_search"
BOX = "lootbox_tier0"


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
    outcome = rules.search(
        player.state,
        tx.rng,
        earlier=player.facts.get(earlier.name, 0),
        streak_days=streaks.continued(player[Streak], tx.now).days,
    )
    box = items.by_name[BOX]
    name = display_name(box, player.state.names, tx.now.date(), tx.rng)
    player = player.having(player[Inventory].give(box.item_id, outcome.quantity, outcome.quality)).record(
        SearchPerformed(user_id=player.id, success=outcome.success, timestamp=int(tx.now.timestamp()), outcome=outcome)
    )
    players.save(tx, player)
    cooldowns.start(tx, player, rules.ACTION, rules.cooldown(player.state))
    return outcome, texts.describe(outcome, name)
