"""The pages of accounts, Personas and Worlds, and the static files of all pages."""

from __future__ import annotations

from doors.start_http import ready  # first: see there

from doors.pages.door import create_pages
from doors.pages.static_files import shared
from functions.personas.pages import (
    account_pages,
    admin_page,
    battle_page,
    dashboard,
    profile_page,
    template_page,
)
from functions.personas.pages.door import door
from functions.shared.pages import hero_overlay
from functions.worlds.pages import guide, history_page, play_page
from functions.worlds.pages.door import static

app = create_pages(
    "Pages",
    dashboard.router,
    admin_page.router,
    battle_page.router,
    profile_page.router,
    template_page.router,
    account_pages.router,
    play_page.router,
    hero_overlay.router,
    history_page.router,
    guide.router,
    static.router(),
    shared.router(),
)
handler = door.create_handler(app)
ready()
