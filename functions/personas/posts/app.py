"""/api/personas: rooms, posts, threads, and what people do about what they do not want to read."""

from __future__ import annotations

from doors.start_http import ready  # first: see there

from functions.personas.door import create_app, create_handler
from functions.personas.posts import moderation_routes, post_routes

app = create_app("Posts", post_routes.router, moderation_routes.router)
handler = create_handler(app)
ready()
