"""/api/v1/progression: the community's tree, votes and points."""

from __future__ import annotations

from doors.start_http import ready  # first: see there

from doors.app import create_app, create_handler
from functions.community.progression import admin_routes, engagement_routes, tree_routes, voting_routes

app = create_app("Progression", tree_routes.router, voting_routes.router, engagement_routes.router, admin_routes.router)
handler = create_handler(app)
ready()
