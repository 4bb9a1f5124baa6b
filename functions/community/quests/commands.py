"""/quests and /claimquest."""

from __future__ import annotations

from community.quests import service as quests
from community.quests import texts
from community.quests.rules import is_completed
from community.quests.service import QuestStanding
from doors.discord.commands import command, integer
from doors.discord.interaction import Interaction
from doors.discord.replies import Field, Reply, card
from functions.community.discord.players import player_of
from kernel.database import Tx

_BAR = 10


@command("quests", "This week's quests, and how far you are.")
def show_quests(call: Interaction, tx: Tx) -> Reply:
    _, standings = quests.standings_of(tx, player_of(call))
    return card("Weekly quests", "", *(_field(each) for each in standings), footer="New quests every Monday, 00:00 UTC")


def _field(standing: QuestStanding) -> Field:
    quest = standing.active.quest
    count = standing.progress.count if standing.progress else 0
    done = _BAR * count // quest.requirement
    bar = "█" * done + "░" * (_BAR - done)
    rewards = f"{quest.reward_money} money, {quest.reward_xp} Merchant XP"
    return Field(quest.description, f"{bar} {count}/{quest.requirement}\n{rewards}\n{_status(standing)}")


def _status(standing: QuestStanding) -> str:
    progress, quest_id = standing.progress, standing.active.quest_id
    if progress is None or not is_completed(progress, standing.active.quest):
        return f"Quest {quest_id}"
    return "Claimed" if progress.claimed_at else f"Completed: `/claimquest {quest_id}`"


@command(
    "claimquest",
    "Claim the reward of a completed quest.",
    integer("quest_id", "The quest's number, as /quests shows it.", required=True, least=1),
    changes=True,
)
def claim_quest(call: Interaction, tx: Tx) -> Reply:
    claimed = quests.claim_reward(tx, player_of(call), call.integer("quest_id", 0))
    return card("Quest reward", texts.paid(claimed))
