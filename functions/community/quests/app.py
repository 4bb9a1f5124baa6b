"""/api/v1/quests: three tasks a week, and their rewards."""

from __future__ import annotations

from doors.start_http import ready  # first: see there

from typing import Annotated

from fastapi import Query, Response

from community.quests import service as quests
from community.quests import texts
from doors.app import create_app, create_handler
from doors.call import Call
from functions.community.quests.shapes import (
    ActiveQuestView,
    ClaimQuestRequest,
    ClaimQuestResponse,
    QuestProgressView,
    QuestsOfPlayerQuery,
)
from kernel.database import Tx

app = create_app("Quests")


@app.get("/api/v1/quests/active", response_model=list[ActiveQuestView])
async def active(call: Call) -> Response:
    """This week's quests, the same for everyone."""
    return call.look(lambda tx: [ActiveQuestView.of(each) for each in quests.list_active(tx)])


@app.get("/api/v1/quests/progress", response_model=list[QuestProgressView])
async def progress(query: Annotated[QuestsOfPlayerQuery, Query()], call: Call) -> Response:
    """How far a player has come with those of this week's quests that they have begun."""

    def use_case(tx: Tx) -> list[QuestProgressView]:
        player, standings = quests.standings_of(tx, query.player)
        return [QuestProgressView.of(player, each.active, each.progress) for each in standings if each.progress]

    return call.look(use_case)


@app.post("/api/v1/quests/claim", response_model=ClaimQuestResponse)
async def claim(body: ClaimQuestRequest, call: Call) -> Response:
    """Pay the reward of a completed quest, once."""

    def use_case(tx: Tx) -> ClaimQuestResponse:
        claimed = quests.claim_reward(tx, body.only_player, body.wanted)
        return ClaimQuestResponse(money_earned=claimed.quest.reward_money, message=texts.paid(claimed))

    return call.act(use_case)


handler = create_handler(app)
ready()
