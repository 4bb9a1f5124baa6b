"""What one reads on arriving, and what others see of it. Source: worlds 6."""

from __future__ import annotations

from kernel.texts import translate
from worlds.acting.looking import around
from worlds.acting.models import Message, Outcome, Post, Scene


def greeting(scene: Scene) -> Outcome:
    """Return the first lines of who arrives, and the news of it for those who are near."""
    if scene.me.last_played is None:
        text = translate(
            "Welcome, {name}. Type look to see where you are, say hello to speak, and help for everything else.",
            name=scene.me.name,
        )
    else:
        text = translate("Welcome back, {name}.", name=scene.me.name)
    arrives = Message("system", translate("{name} is here now.", name=scene.me.name))
    return Outcome(
        messages=[Message("system", text), around(scene)],
        posts=[Post(each.character_id, arrives) for each in scene.people if each.hears_me],
    )
