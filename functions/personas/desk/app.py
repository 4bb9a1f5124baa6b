"""The desk of Personas: what its requests to the outside need of the database, and what becomes of the answers."""

from __future__ import annotations

from doors.start_http import ready  # first: see there

from doors import desk
from functions.personas.desk import draft_routes
from functions.personas.door import create_app, create_handler
from personas.outside_kinds import KINDS

app = create_app("Drafts", draft_routes.router)
handler = desk.create_handler(KINDS, create_handler(app))
ready()
