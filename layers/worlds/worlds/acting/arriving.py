"""What one reads on arriving, and what others see of it. Source: worlds 6."""

from __future__ import annotations

from kernel.texts import translate
from worlds.acting import hinting
from worlds.acting.looking import around, mark
from worlds.acting.models import CommandOutcome, GameMessage, Scene, posts_to


def greeting(scene: Scene) -> CommandOutcome:
    """Return the first lines of who arrives, and the news of it for those who are near."""
    if scene.me.last_played is None:
        text = translate(
            "Welcome, {name}. Type look to see where you are, say hello to speak, and help for everything else.",
            name=scene.me.name,
        )
    else:
        text = translate("Welcome back, {name}.", name=scene.me.name)
    here = translate("{name} is here now.", name=scene.me.name)
    arrives = GameMessage("system", here, {"entities": [mark(scene.me)]})
    messages = [GameMessage("system", text), around(scene)]
    if scene.me.last_played is None:
        messages.append(hinting.message(scene))
    return CommandOutcome(
        messages=messages,
        posts=posts_to(scene.people, arrives),
    )
