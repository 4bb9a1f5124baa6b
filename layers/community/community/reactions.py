"""The table of all reactions to events.

A reaction is a pure function that takes an event and its player and returns the player with the consequences. They
are saved in the transaction that recorded the event, so they happen exactly once. Adding one needs no change to a use
case.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from random import Random
from typing import Any

from community.achievements.models import AchievementUnlocked
from community.achievements.reactions import track_achievements
from community.blasts.events import BlastExploded
from community.crafting import reactions as crafting
from community.crafting.events import CraftingCancelled, CraftingStarted, ItemDisassembled, ItemUpgraded
from community.deliveries.models import DeliveryArrived
from community.economy.events import ItemBought, ItemSold
from community.engagement.reactions import record_command, record_engagement
from community.gambles import reactions as gambles
from community.gambles.events import GambleJoined, GamblePlayed, GambleStarted
from community.heroes.models import HeroFeat
from community.heroes.reactions import award_feat_xp
from community.imports.events import BalanceImported, ImportUndone
from community.inventory.events import ItemAdded, ItemRemoved, ItemTransferred
from community.items.events import ItemUsed, VideoEffectRequested
from community.jobs import reactions as jobs
from community.jobs.events import JobLevelUp
from community.linking.events import UserLinked, UserMerged, UserUnlinked
from community.lootboxes import reactions as lootboxes
from community.lootboxes.models import LootboxOpened
from community.messages.models import MessageReceived
from community.players.models import Player, UserRegistered
from community.privacy.events import PlayerForgotten
from community.quests.events import QuestClaimed, QuestCompleted, QuestProgressUpdated
from community.quests.reactions import track_quests
from community.search import reactions as search
from community.search.models import SearchPerformed
from community.stats.reactions import count_stat
from community.traps.events import TrapPlaced, TrapSelfTriggered, TrapTriggered
from community.voting.ballot_events import VoteRecorded
from community.writing import reactions as writing
from community.writing.models import PlayerDebateWon, PlayerPostApproved
from kernel.events.models import Event

Reaction = Callable[[Any, Player, datetime, Random], Player]


def _item_data(event: Any) -> dict[str, Any]:
    return {"item_name": event.item_name, "quantity": event.quantity}


REACTIONS: Mapping[type[Event], tuple[Reaction, ...]] = {
    UserRegistered: (count_stat("user_registered"),),
    UserLinked: (),
    UserUnlinked: (),
    UserMerged: (),
    BalanceImported: (),
    ImportUndone: (),
    PlayerForgotten: (),
    MessageReceived: (count_stat("message_received"), record_engagement("message")),
    ItemAdded: (count_stat("item_added", _item_data),),
    ItemRemoved: (count_stat("item_removed", _item_data),),
    ItemTransferred: (count_stat("item_transferred", _item_data), record_command),
    ItemSold: (
        jobs.award_sale_xp,
        count_stat("item_sold", _item_data),
        record_engagement("item_sold", lambda event: event.quantity),
        record_command,
    ),
    ItemBought: (
        jobs.award_purchase_xp,
        count_stat("item_bought", _item_data),
        record_engagement("item_bought", lambda event: event.quantity),
        record_command,
    ),
    ItemUsed: (
        count_stat("item_used", _item_data),
        record_engagement("item_used", lambda event: event.quantity),
        record_command,
    ),
    LootboxOpened: (lootboxes.count_rare_drop,),
    VideoEffectRequested: (),
    BlastExploded: (),
    ItemUpgraded: (
        crafting.award_upgrade_xp,
        count_stat("item_crafted", _item_data),
        crafting.count_masterwork,
        record_engagement("item_crafted", lambda event: event.quantity),
        crafting.record_upgrade_command,
    ),
    ItemDisassembled: (
        crafting.award_disassembly_xp,
        crafting.count_perfect_salvage,
        record_engagement("item_disassembled", lambda event: event.quantity),
        record_command,
    ),
    CraftingStarted: (record_command,),
    CraftingCancelled: (record_command,),
    DeliveryArrived: (crafting.record_finished_batch,),
    TrapPlaced: (count_stat("trap.placed"),),
    TrapTriggered: (count_stat("trap.triggered"),),
    TrapSelfTriggered: (count_stat("trap.self_triggered"),),
    SearchPerformed: (
        count_stat("search"),
        search.count_notable_outcome,
        search.award_search_xp,
        record_engagement("search_performed"),
        record_command,
    ),
    VoteRecorded: (record_engagement("vote_cast"), record_command),
    GambleStarted: (gambles.award_gambling_xp, record_engagement("gamble_started", lambda event: 3), record_command),
    GambleJoined: (gambles.award_gambling_xp, record_engagement("gamble_joined", lambda event: 2), record_command),
    GamblePlayed: (
        count_stat("gamble_participated", gambles.outcome_data),
        gambles.count_notable_outcome,
        gambles.award_win_xp,
    ),
    JobLevelUp: (
        count_stat("job_level_up", lambda event: {"job_key": event.job_key, "level": event.new_level}),
        crafting.learn_recipes_for_level,
    ),
    AchievementUnlocked: (),
    QuestProgressUpdated: (),
    QuestCompleted: (),
    QuestClaimed: (),
    PlayerPostApproved: (writing.award_post_xp,),
    PlayerDebateWon: (writing.award_victory_xp,),
    HeroFeat: (award_feat_xp,),
}
"""{event of a player: its reactions}, for every such event."""

REACTIONS_TO_EVERY_EVENT: tuple[Reaction, ...] = (track_achievements, track_quests)
"""Applied to every event, after its own reactions."""


def apply_reactions(player: Player, now: datetime, rng: Random) -> Player:
    """Apply the reactions to every event of the player, and to the events these record in turn.

    An excluded player earns nothing: no stats, engagement, experience, achievements or quests.
    """
    if player.excluded:
        return player
    applied = 0
    while applied < len(player.events):
        event = player.events[applied]
        for reaction in (*REACTIONS[type(event)], *REACTIONS_TO_EVERY_EVENT):
            player = reaction(event, player, now, rng)
        applied += 1
    return player
