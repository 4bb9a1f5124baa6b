"""The door of Worlds' pages. Their scripts are served below /static/worlds, beside those that all pages share."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from doors.pages.door import PageDoor
from doors.pages.rendering import Renderer
from doors.pages.static_files import STATIC, StaticFiles
from kernel import texts

HERE: Final = Path(__file__).resolve().parent

texts.use(HERE / "texts", announces=False)
static = StaticFiles("/static/worlds", STATIC, HERE / "static")
renderer = Renderer(HERE / "templates", static=static)
door = PageDoor(renderer, "worlds")
