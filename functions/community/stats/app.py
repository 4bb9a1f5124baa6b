"""/api/v1/stats, /api/v1/achievements and /api/v1/hero: what players have done, and what a hero does."""

from __future__ import annotations

from doors.start_http import ready  # first: see there

from typing import Annotated

from fastapi import Query, Response

from community.stats import recording, reports, texts
from doors.app import create_app, create_handler
from doors.call import Call
from doors.fields import Message
from functions.community.stats.achievements_routes import router as achievements
from functions.community.stats.hero_routes import router as hero
from functions.community.stats.shapes import (
    EventRequest,
    LeaderboardQuery,
    LeaderboardResponse,
    PeriodQuery,
    Place,
    RankQuery,
    RankResponse,
    StatsResponse,
    UserStatsQuery,
)
from kernel.database import Tx

app = create_app("Stats", achievements, hero)


@app.post("/api/v1/stats/event", response_model=Message)
async def record_event(body: EventRequest, call: Call) -> Response:
    """Record something that a player did; the first record of a day continues their streak."""

    def use_case(tx: Tx) -> Message:
        recording.record(tx, body.only_player, body.event_type, body.event_data)
        return Message(message=texts.counted(body.event_type))

    return call.act(use_case)


@app.get("/api/v1/stats/user", response_model=StatsResponse)
async def user_stats(query: Annotated[UserStatsQuery, Query()], call: Call) -> Response:
    """A player's event counts within a period, and their streak of days."""
    return call.look(
        lambda tx: StatsResponse.of(reports.user_stats(tx, query.player, reports.parse_period(query.period)))
    )


@app.get("/api/v1/stats/system", response_model=StatsResponse)
async def system_stats(query: Annotated[PeriodQuery, Query()], call: Call) -> Response:
    """The event counts of all players together within a period."""
    return call.look(lambda tx: StatsResponse.of(reports.system_stats(tx, reports.parse_period(query.period))))


@app.get("/api/v1/stats/leaderboard", response_model=LeaderboardResponse)
async def leaderboard(query: Annotated[LeaderboardQuery, Query()], call: Call) -> Response:
    """The players with the highest counts of an event type within a period. Equals share a rank.

    Besides event types there are `messages` and, regardless of the period, `money`, `items` (all others),
    `engagement_score` and `contribution`.
    """
    period = reports.parse_period(query.period)

    def use_case(tx: Tx) -> LeaderboardResponse:
        standings = reports.leaderboard(tx, query.event_type, period, query.limit)
        entries = [Place.of(standing, query.event_type) for standing in standings]
        message = texts.leaders(query.event_type, period, standings)
        return LeaderboardResponse(event_type=query.event_type, period=period, entries=entries, message=message)

    return call.look(use_case)


@app.get("/api/v1/stats/rank", response_model=RankResponse)
async def rank(query: Annotated[RankQuery, Query()], call: Call) -> Response:
    """A player's place on a leaderboard, with those right ahead and right behind."""
    period = reports.parse_period(query.period)

    def use_case(tx: Tx) -> RankResponse:
        player, found = reports.rank_of(tx, query.player, query.event_type, period, query.neighbours)
        return RankResponse.of(player, query.event_type, period, found)

    return call.look(use_case)


handler = create_handler(app)
ready()
