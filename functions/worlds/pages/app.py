"""The pages of Worlds."""

from __future__ import annotations

from doors.start_http import ready  # first: see there

from doors.pages.door import create_pages
from functions.worlds.pages import guide, play_page
from functions.worlds.pages.door import door, static

app = create_pages("Worlds' pages", play_page.router, guide.router, static.router())
handler = door.create_handler(app)
ready()
