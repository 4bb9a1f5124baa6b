"""/api/v1/admin: for administrators only, which `doors.app` enforces."""

from __future__ import annotations

from doors.start_http import ready  # first: see there

from typing import Annotated

from fastapi import Query, Response

from community.catalog.content import items as all_items
from community.jobs.content import jobs as all_jobs
from community.players import lookup
from community.players.models import PlayerRef
from community.progression.service import cache_statistics
from community.timeouts import service as timeouts
from community.timeouts import texts
from doors.app import create_app, create_handler
from doors.call import Call
from functions.community.admin.accounts_routes import router as accounts
from functions.community.admin.events_routes import router as events
from functions.community.admin.exclusions_routes import router as exclusions
from functions.community.admin.features_routes import router as features
from functions.community.admin.figures import Figures, read_figures
from functions.community.admin.hero_routes import router as hero
from functions.community.admin.imports_routes import router as imports
from functions.community.admin.jobs_routes import router as job_routes
from functions.community.admin.keys_routes import router as key_routes
from functions.community.admin.letters_routes import router as letters
from functions.community.admin.moving_routes import router as moving
from functions.community.admin.names import reload_names
from functions.community.admin.outside_routes import router as outside
from functions.community.admin.players_routes import router as players
from functions.community.admin.recipes_routes import router as recipes
from functions.community.admin.shapes import (
    AdminJobView,
    CacheStats,
    ClearResponse,
    FoundUser,
    RecentQuery,
    RecentUser,
    ReloadResponse,
)
from functions.community.admin.weights_routes import router as weights
from functions.community.shapes.items import ItemView
from functions.community.shapes.player_selector import NamedAccount
from kernel.database import Tx
from kernel.texts import translate

app = create_app(
    "Administration",
    *(events, features, letters, outside, key_routes, accounts),
    *(players, job_routes, recipes, weights, exclusions, imports, moving, hero),
)


@app.post("/api/v1/admin/reload-aliases", response_model=ReloadResponse)
async def reload_aliases(call: Call) -> Response:
    """Reload the item names from the alias and theme files. An invalid file changes nothing."""
    return call.act(lambda tx: ReloadResponse(message=translate("Item names reloaded."), active_theme=reload_names(tx)))


@app.get("/api/v1/admin/cache/stats", response_model=CacheStats)
async def cache_stats(call: Call) -> Response:
    """The cache statistics of the environment that answers: how often it had the community's state in memory."""
    stats = cache_statistics
    hits, misses, evictions, size = stats.hits, stats.misses, stats.evictions, stats.size
    looks = hits + misses
    return call.look(
        lambda tx: CacheStats(
            hits=hits,
            misses=misses,
            evictions=evictions,
            size=size,
            hit_rate=hits / looks if looks else 0.0,
            Hits=hits,
            Misses=misses,
            Evictions=evictions,
            Size=size,
        )
    )


@app.get("/api/v1/admin/metrics", response_model=Figures)
async def metrics(call: Call) -> Response:
    """Requests and trades of all environments together, which report every ten seconds."""
    return call.look(read_figures)


@app.post("/api/v1/admin/timeout/clear", response_model=ClearResponse)
async def clear_timeout(body: NamedAccount, call: Call) -> Response:
    """End the timeout of a player, or of a name that no player has yet."""
    target = PlayerRef(body.platform, body.platform_id, body.username)

    def use_case(tx: Tx) -> ClearResponse:
        name, cleared = timeouts.clear_timeout(tx, target)
        return ClearResponse(message=texts.freed(name, cleared), platform=body.platform, username=name)

    return call.act(use_case)


@app.get("/api/v1/admin/users/lookup", response_model=FoundUser)
async def lookup_user(query: Annotated[NamedAccount, Query()], call: Call) -> Response:
    """The player of that name or id on that platform; of several of one name, the last one seen."""
    return call.look(lambda tx: FoundUser.of(lookup.find(tx, query.player), query.platform))


@app.get("/api/v1/admin/users/recent", response_model=list[RecentUser])
async def recent_users(query: Annotated[RecentQuery, Query()], call: Call) -> Response:
    """The newest players, newest first."""
    return call.look(lambda tx: [RecentUser.of(profile) for profile in lookup.newest(tx, query.limit)])


@app.get("/api/v1/admin/items", response_model=list[ItemView])
async def items(call: Call) -> Response:
    """The whole catalogue."""
    return call.respond([ItemView.of(item) for item in all_items.by_name.values()])


@app.get("/api/v1/admin/jobs", response_model=list[AdminJobView])
async def jobs(call: Call) -> Response:
    """All jobs, locked or not."""
    return call.respond(
        [
            AdminJobView(Key=job.key, DisplayName=job.display_name, key=job.key, display_name=job.display_name)
            for job in all_jobs.by_key.values()
        ]
    )


handler = create_handler(app)
ready()
