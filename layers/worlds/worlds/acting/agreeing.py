"""The command follow: whether the community of the chat may follow one."""

from __future__ import annotations

from kernel.texts import translate
from worlds.acting.models import CommandOutcome, GameMessage, InvalidCommand, Scene
from worlds.acting.needs import SIGHT, Needs
from worlds.commands.models import Parsed

ON, OFF = "on", "off"


def of_following(parsed: Parsed) -> Needs:
    """Return the needs of the command: who begins to be followed is seen at once."""
    if parsed.words[:1] == (ON,):
        return Needs(things=SIGHT, people=SIGHT, ground=True, living=True)
    return Needs()


def follow(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """Let the community follow one, or no longer; or say how it is.

    Raises:
        InvalidCommand
    """
    match parsed.words:
        case ():
            return _told(_followed() if scene.is_followed else _not_followed())
        case ("on",):
            return _told(_followed(), followed=True)
        case ("off",):
            return _told(_not_followed(), followed=False)
        case _:
            raise InvalidCommand(problem=translate("Write follow on, follow off, or follow to see how it is."))


def _followed() -> str:
    return translate(
        "If your account is linked with your player, the chat and its overlay may show where you are, how you are, who"
        " is near and what you do; nothing that anyone says, and no other player's name. follow off ends that."
    )


def _not_followed() -> str:
    return translate("The chat does not see you. It may if you write: follow on")


def _told(text: str, *, followed: bool | None = None) -> CommandOutcome:
    return CommandOutcome(messages=[GameMessage("info", text)], followed=followed)
