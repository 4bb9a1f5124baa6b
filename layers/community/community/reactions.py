"""What the game owes for an event: the one table of all reactions.

A reaction is a pure function from (event, player) to the player with what they are owed. It is saved in the
transaction that recorded the event, so it happens exactly once. Adding one here touches no use case.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from random import Random
from typing import Any

from community.achievements.models import AchievementUnlocked
from community.achievements.reactions import track_achievements
from community.blasts.models import BlastExploded
from community.crafting import reactions as crafting
from community.crafting.models import CraftingCancelled, CraftingStarted, ItemDisassembled, ItemUpgraded
from community.deliveries.models import DeliveryArrived
from community.economy.models import ItemBought, ItemSold
from community.engagement.reactions import commands, engages
from community.gambles import reactions as gambles
from community.gambles.events import GambleJoined, GamblePlayed, GambleStarted
from community.inventory.events import ItemAdded, ItemRemoved, ItemTransferred
from community.items.handlers.video_effect import VideoEffectRequested
from community.items.models import ItemUsed
from community.jobs import reactions as jobs
from community.jobs.models import JobLevelUp
from community.linking.models import UserLinked, UserMerged, UserUnlinked
from community.lootboxes import reactions as lootboxes
from community.lootboxes.models import LootboxOpened
from community.messages.models import MessageReceived
from community.players.models import Player, UserRegistered
from community.quests.models import QuestClaimed, QuestCompleted, QuestProgressUpdated
from community.quests.reactions import track_quests
from community.search import reactions as search
from community.search.models import SearchPerformed
from community.stats.reactions import counts
from community.traps.models import TrapPlaced, TrapSelfTriggered, TrapTriggered
from community.voting.events import VoteRecorded
from kernel.events.models import Event

Reaction = Callable[[Any, Player, datetime, Random], Player]


def _item(event: Any) -> dict[str, Any]:
    return {"item_name": event.item_name, "quantity": event.quantity}


REACTIONS: Mapping[type[Event], tuple[Reaction, ...]] = {
    UserRegistered: (counts("user_registered"),),
    UserLinked: (),
    UserUnlinked: (),
    UserMerged: (),
    MessageReceived: (counts("message_received"), engages("message")),
    ItemAdded: (counts("item_added", _item),),
    ItemRemoved: (counts("item_removed", _item),),
    ItemTransferred: (counts("item_transferred", _item), commands),
    ItemSold: (
        jobs.merchant_xp_for_sale,
        counts("item_sold", _item),
        engages("item_sold", lambda event: event.quantity),
        commands,
    ),
    ItemBought: (
        jobs.merchant_xp_for_purchase,
        counts("item_bought", _item),
        engages("item_bought", lambda event: event.quantity),
        commands,
    ),
    ItemUsed: (
        counts("item_used", _item),
        engages("item_used", lambda event: event.quantity),
        commands,
    ),
    LootboxOpened: (lootboxes.remarkable_luck,),
    VideoEffectRequested: (),
    BlastExploded: (),
    ItemUpgraded: (
        crafting.xp_for_upgrade,
        counts("item_crafted", _item),
        crafting.masterwork,
        engages("item_crafted", lambda event: event.quantity),
        crafting.asked_for,
    ),
    ItemDisassembled: (
        crafting.xp_for_disassembling,
        crafting.perfect_salvage,
        engages("item_disassembled", lambda event: event.quantity),
        commands,
    ),
    CraftingStarted: (commands,),
    CraftingCancelled: (commands,),
    DeliveryArrived: (crafting.batch_done,),
    TrapPlaced: (counts("trap.placed"),),
    TrapTriggered: (counts("trap.triggered"),),
    TrapSelfTriggered: (counts("trap.self_triggered"),),
    SearchPerformed: (
        counts("search"),
        search.remarkable_luck,
        search.explorer_xp,
        engages("search_performed"),
        commands,
    ),
    VoteRecorded: (engages("vote_cast"), commands),
    GambleStarted: (gambles.gambler_xp, engages("gamble_started", lambda event: 3), commands),
    GambleJoined: (gambles.gambler_xp, engages("gamble_joined", lambda event: 2), commands),
    GamblePlayed: (counts("gamble_participated", gambles.about), gambles.remarkable_luck, gambles.winners_xp),
    JobLevelUp: (
        counts("job_level_up", lambda event: {"job_key": event.job_key, "level": event.new_level}),
        crafting.recipes_of_level,
    ),
    AchievementUnlocked: (),
    QuestProgressUpdated: (),
    QuestCompleted: (),
    QuestClaimed: (),
}
"""Every event that can happen to a player, with what is owed for it in particular."""

EVERY: tuple[Reaction, ...] = (track_achievements, track_quests)
"""To every event, after its own."""


def apply_reactions(player: Player, now: datetime, rng: Random) -> Player:
    """Apply the reactions to every event of the player, and to the events these record in turn."""
    applied = 0
    while applied < len(player.events):
        event = player.events[applied]
        for reaction in (*REACTIONS[type(event)], *EVERY):
            player = reaction(event, player, now, rng)
        applied += 1
    return player
