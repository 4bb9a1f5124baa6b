"""/api/personas: battles, their remixes, and debate templates."""

from __future__ import annotations

from doors.start_http import ready  # first: see there

from functions.personas.battles import battle_routes, template_routes
from functions.personas.door import create_app, create_handler

app = create_app("Battles", battle_routes.router, template_routes.router)
handler = create_handler(app)
ready()
