"""/quests and /claimquest."""

from __future__ import annotations

from community.catalog.texts import money
from community.jobs.content import jobs
from community.quests import service as quests
from community.quests import texts
from community.quests.rules import is_completed
from community.quests.service import QuestStanding
from doors.discord.commands import command, integer
from doors.discord.interaction import Interaction
from doors.discord.replies import DiscordReply, Field, card
from functions.community.discord.players import player_of
from kernel.database import Tx
from kernel.texts import translate

_BAR = 10


@command("quests", "This week's quests, and how far you are.")
def show_quests(call: Interaction, tx: Tx) -> DiscordReply:
    _, standings = quests.standings_of(tx, player_of(call))
    return card(
        translate("Weekly quests"),
        "",
        *(_field(each) for each in standings),
        footer=translate("New quests every Monday, 00:00 UTC"),
    )


def _field(standing: QuestStanding) -> Field:
    quest = standing.active.quest
    count = standing.progress.count if standing.progress else 0
    done = _BAR * count // quest.requirement
    bar = "█" * done + "░" * (_BAR - done)
    rewards = translate(
        "{money}, {xp} {job} XP",
        money=money(quest.reward_money),
        xp=quest.reward_xp,
        job=jobs.by_key["merchant"].display_name,
    )
    return Field(quest.description, f"{bar} {count}/{quest.requirement}\n{rewards}\n{_status(standing)}")


def _status(standing: QuestStanding) -> str:
    progress, quest_id = standing.progress, standing.active.quest_id
    if progress is None or not is_completed(progress, standing.active.quest):
        return translate("Quest {id}", id=quest_id)
    if progress.claimed_at:
        return translate("Claimed")
    return translate("Completed: `/claimquest {id}`", id=quest_id)


@command(
    "claimquest",
    "Claim the reward of a completed quest.",
    integer("quest_id", "The quest's number, as /quests shows it.", required=True, least=1),
    changes=True,
)
def claim_quest(call: Interaction, tx: Tx) -> DiscordReply:
    claimed = quests.claim_reward(tx, player_of(call), call.integer("quest_id", 0))
    return card(translate("Quest reward"), texts.paid(claimed))
