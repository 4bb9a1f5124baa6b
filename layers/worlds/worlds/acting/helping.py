"""The command help. Source: worlds 5 and 27."""

from __future__ import annotations

from worlds.acting import hinting
from worlds.acting.models import CommandOutcome, GameMessage, Scene
from worlds.acting.needs import NOTHING, Needs
from worlds.commands import parsing
from worlds.commands.models import Parsed


def help_about(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """List the commands, and say what one could do next; or explain one."""
    explained = GameMessage("info", parsing.help_text(parsed.rest))
    return CommandOutcome(messages=[explained] if parsed.rest else [explained, *hinting.hint(scene, parsed).messages])


def of_help(parsed: Parsed) -> Needs:
    """Return the needs of help: those of a hint, unless one command is explained."""
    return NOTHING if parsed.rest else hinting.HINTING
