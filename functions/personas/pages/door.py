"""The door of the pages of Personas and of accounts."""

from __future__ import annotations

from pathlib import Path

from doors.pages.door import PageDoor
from doors.pages.rendering import Renderer
from personas import translations as translations

renderer = Renderer(Path(__file__).resolve().parent / "templates")
door = PageDoor(renderer, "personas")
