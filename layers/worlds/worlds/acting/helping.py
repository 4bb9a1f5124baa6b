"""The command help: it knows what one could do next. Source: worlds 5 and 27."""

from __future__ import annotations

from worlds.acting import crafting
from worlds.acting.models import CommandOutcome, GameMessage, Scene
from worlds.acting.needs import NOTHING, Needs
from worlds.commands import parsing
from worlds.commands.models import Parsed


def help_about(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """List the commands, and say what one could make now; or explain one."""
    lines = [parsing.help_text(parsed.rest)]
    if not parsed.rest and (hint := crafting.hint(scene)):
        lines.append(hint)
    return CommandOutcome(messages=[GameMessage("info", "\n".join(lines))])


def of_help(parsed: Parsed) -> Needs:
    """Return the needs of help: those of a hint, unless one command is explained."""
    return NOTHING if parsed.rest else crafting.RECIPES
