"""/api/personas: what anyone may see, what pages report; and 404 for all paths that belong to no other group."""

from __future__ import annotations

from doors.start_http import ready  # first: see there

from functions.personas.door import PUBLIC_MAX_BODY, create_app, create_handler
from functions.personas.public import battle_routes, happening_routes, health_routes, profile_routes

app = create_app(
    "PersonasPublic", profile_routes.router, battle_routes.router, happening_routes.router, health_routes.router
)
handler = create_handler(app, max_body=PUBLIC_MAX_BODY)
ready()
