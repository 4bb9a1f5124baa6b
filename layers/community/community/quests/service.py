"""Reading the week's quests, and claiming their rewards."""

from __future__ import annotations

from msgspec import Struct

from community.catalog.content import items
from community.deliveries.rules import receive
from community.inventory.models import Slot
from community.jobs.reactions import earn_xp
from community.players import service as players
from community.players.models import Player, PlayerRef, no_such_player
from community.progression.rules import require_feature
from community.progression.service import current_state
from community.quests import rules
from community.quests.events import QuestClaimed
from community.quests.models import ActiveQuest, QuestLog, QuestProgress
from community.quests.reactions import with_completion
from kernel.database import Tx

SOURCE = "quest_reward"


class QuestStanding(Struct, frozen=True):
    """One of this week's quests, with a player's progress.

    Attributes:
        progress: None when the player has not started it.
    """

    active: ActiveQuest
    progress: QuestProgress | None


def list_active(tx: Tx) -> tuple[ActiveQuest, ...]:
    """Return this week's quests, in the order in which they were drawn.

    Raises:
        FeatureLocked, FeatureLockedBehind
    """
    require_feature(current_state(tx), rules.FEATURE)
    return rules.active_quests(tx.now)


def standings_of(tx: Tx, ref: PlayerRef) -> tuple[Player, list[QuestStanding]]:
    """Return the player, and their progress with each of this week's quests.

    Raises:
        NoSuchPlayer, FeatureLocked, FeatureLockedBehind
    """
    player, state = players.peek(tx, ref)
    require_feature(state, rules.FEATURE)
    if player is None:
        raise no_such_player(ref)
    progress = player[QuestLog].progress
    return player, [QuestStanding(active, progress.get(active.quest_id)) for active in rules.active_quests(tx.now)]


def claim_reward(tx: Tx, ref: PlayerRef, wanted: int | str) -> ActiveQuest:
    """Pay the reward of a completed quest, once.

    Args:
        wanted: the quest's id or its key.

    Raises:
        UnknownPlayer, FeatureLocked, FeatureLockedBehind, NoSuchQuest, QuestNotCompleted, QuestAlreadyClaimed
    """
    player = players.load(tx, ref)
    require_feature(player.state, rules.FEATURE)
    active = rules.find_active(tx.now, wanted)
    quest, log = active.quest, player[QuestLog]
    before = log.progress.get(active.quest_id)
    after = rules.claimed(before, quest, tx.now)
    player = with_completion(player.having(log.having(active.quest_id, after)), active, before, after).record(
        QuestClaimed(
            user_id=player.id,
            quest_id=active.quest_id,
            quest_key=quest.key,
            reward_money=quest.reward_money,
            reward_xp=quest.reward_xp,
        )
    )
    player = receive(player, [Slot(items.money.item_id, quest.reward_money)], SOURCE, tx.now)
    players.save(tx, earn_xp(player, "merchant", quest.reward_xp, SOURCE, tx.now, tx.rng))
    return active
