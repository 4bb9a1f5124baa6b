"""The use case of searching for treasure."""

from __future__ import annotations

from community.catalog.content import items
from community.catalog.rules import display_name
from community.cooldowns import service as cooldowns
from community.inventory.models import Inventory
from community.players import service as players
from community.players.models import Fact, PlayerRef
from community.progression.keys import TreeNodeKey
from community.progression.rules import require_feature
from community.search import queries, rules, texts
from community.search.models import Outcome, SearchPerformed
from community.search.switches import SEARCHES
from community.stats import streaks
from community.stats.models import Streak
from kernel.database import Tx
from kernel.switches.service import require_on

FEATURE: TreeNodeKey = "feature_search"
BOX = "lootbox_tier0"


def search_for_treasure(tx: Tx, seeker: PlayerRef) -> tuple[Outcome, str]:
    """Search for a box, and announce the outcome. A stranger becomes a player.

    Returns:
        The outcome, and its message.

    Raises:
        FeatureLocked, FeatureLockedBehind, OnCooldown, InventoryFull
    """
    require_on(tx, SEARCHES)
    earlier = Fact("earlier_searches", queries.COUNT_BETWEEN, (tx.now - queries.WINDOW, tx.now))
    player = players.load_or_create(tx, seeker, cooldowns.cooldown_of(rules.ACTION, tx.now), earlier)
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
    queries.insert_search(tx, player.id)
    cooldowns.start(tx, player, rules.ACTION, rules.cooldown(player.state))
    return outcome, texts.describe(outcome, name)
