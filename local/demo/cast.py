"""The viewers of the stream, the same every evening."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

FEWEST: Final = 20  # the scenes need that many
MOST: Final = 500

_FIRST: Final = (
    "mossy", "velvet", "brisk", "sleepy", "copper", "quiet", "lucky", "frosty", "turbo", "paper", "salty",
    "cosmic", "rusty", "gentle", "pixel", "stormy", "honey", "crooked", "midnight", "dapper", "fuzzy",
    "wandering", "silver", "grumpy", "tiny",
)  # fmt: skip
_SECOND: Final = (
    "otter", "moth", "heron", "badger", "teapot", "comet", "walrus", "fern", "goblin", "lantern", "puffin",
    "pickle", "wizard", "hedgehog", "cactus", "raven", "turnip", "newt", "biscuit", "falcon", "mango",
    "lynx", "button", "dumpling", "sparrow",
)  # fmt: skip
_PLATFORMS: Final = ("twitch", "twitch", "youtube", "twitch", "discord")


@dataclass(eq=False)
class Viewer:
    """An account in a chat.

    Attributes:
        second: another account of the same person, given when they register: (platform, platform_id).
        user_id: the game's id of the player, once registered; two accounts of one player share it.
        silenced: has a timeout, and writes nothing more this evening.
    """

    platform: str
    platform_id: str
    name: str
    second: tuple[str, str] | None = None
    user_id: str = ""
    silenced: bool = False

    @property
    def caller(self) -> dict[str, str]:
        return {"platform": self.platform, "platform_id": self.platform_id, "username": self.name}


STREAMER_BOT: Final = Viewer("twitch", "demo-bot", "streamers_bot")
"""Speaks for the streamer. It holds the API key and does not play itself."""


def invite(count: int) -> list[Viewer]:
    """`count` accounts with different names, FEWEST to MOST; the last is the first viewer's Discord account."""
    viewers = [_viewer(number) for number in range(count - 1)]
    return [*viewers, _account("discord", 0)]


def _viewer(number: int) -> Viewer:
    viewer = _account(_PLATFORMS[number % len(_PLATFORMS)], number)
    if number % 10 == 3:
        viewer.second = ("youtube", f"demo-youtube-{number:03}")
    return viewer


def _account(platform: str, number: int) -> Viewer:
    return Viewer(platform, f"demo-{platform}-{number:03}", _styled(platform, number))


def _styled(platform: str, number: int) -> str:
    """A unique pair of words, in the style of the platform's names."""
    row, column = divmod(number, len(_FIRST))
    first, second = _FIRST[column], _SECOND[(column + row) % len(_SECOND)]
    if platform == "youtube":
        return f"{first.title()}{second.title()}"
    return f"{first}{'.' if platform == 'discord' else '_'}{second}"
