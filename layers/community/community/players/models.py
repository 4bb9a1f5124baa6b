"""A player as one action sees them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, ClassVar, LiteralString, Self, TypeVar
from uuid import UUID

from community.progression.models import CommunityState
from kernel.errors import Conflict, NotFound, Refused
from kernel.events.models import Event

T = TypeVar("T")

PLATFORMS = ("discord", "twitch", "youtube")
"""In the order in which lists name them."""


@dataclass(frozen=True, slots=True)
class PlayerRef:
    """Whom a caller means: by our own id when given, else by the platform's, else by the name seen last there.

    Attributes:
        platform: empty when `user_id` says it all.
    """

    platform: str
    platform_id: str | None = None
    username: str | None = None
    user_id: UUID | None = None

    @property
    def label(self) -> str:
        """For messages."""
        return self.username or (str(self.user_id) if self.user_id else f"{self.platform}:{self.platform_id}")


@dataclass(frozen=True, slots=True)
class Link:
    """How one platform knows a player."""

    platform_id: str
    username: str


@dataclass(frozen=True, slots=True)
class Fact:
    """Something more to know about a player, read in the statement that loads them.

    Attributes:
        name: for `Player.facts`, and in the name of its column.
        sql: an expression over `u`, the player's row of users.
        params: for the placeholders in it.
    """

    name: LiteralString
    sql: LiteralString
    params: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Crowd:
    """Players whom nobody names: the database says who they are, in the statements that lock and read them.

    Attributes:
        sql: an expression for an array of user ids. When it has changed between the two statements, because the
            first had to wait for somebody, the action is tried again.
    """

    sql: LiteralString
    params: tuple[Any, ...] = ()


class UserRegistered(Event):
    type: ClassVar[str] = "user.registered"
    logged: ClassVar[bool] = False
    user_id: UUID


@dataclass(frozen=True, slots=True)
class Player:
    """A frozen picture: every change is a new Player, and `save` writes what differs from `stored`.

    What features store with a player are values of types of their own: `player[Inventory]` is the one of that type,
    and `player.having(inventory)` is the player with another one in its place.

    Attributes:
        links: {platform: Link}.
        parts: {type: value}, without those that are as empty as a new player's; see `community.parts`.
        facts: {name: value} of what the action asked for; empty for a player who is being created.
        events: what has happened to this player in this action, not yet written.
        stored: the player as the database has them, without what was due; None for a player who is being created.
    """

    id: UUID
    username: str
    links: Mapping[str, Link]
    state: CommunityState
    created_at: datetime
    updated_at: datetime
    parts: Mapping[type[Any], Any] = field(default_factory=dict[type[Any], Any])
    facts: Mapping[str, Any] = field(default_factory=dict[str, Any])
    events: tuple[Event, ...] = ()
    stored: Player | None = field(default=None, compare=False, repr=False)

    def __getitem__(self, part: type[T]) -> T:
        return self.parts[part] if part in self.parts else part()

    def having(self, value: object) -> Self:
        """With this value in the place of the one of its type."""
        return replace(self, parts={**self.parts, type(value): value})

    def with_link(self, platform: str, link: Link) -> Self:
        """A link for a platform the player has already is replaced."""
        return replace(self, links={**self.links, platform: link})

    def seen_as(self, platform: str, username: str) -> Self:
        """The platform calls the player by this name now."""
        link = self.links[platform]
        if link.username == username:
            return self
        return replace(self, username=username, links={**self.links, platform: replace(link, username=username)})

    def record(self, event: Event) -> Self:
        return replace(self, events=(*self.events, event))


class UnknownPlayer(Refused):
    """For actions; reads that look a player up answer `NoSuchPlayer`."""

    code = "user_not_found"
    message = "Nobody called {name} has played here yet."


class NoSuchPlayer(NotFound):
    code = "not_found"
    message = "Nobody called {name} has played here yet."


class IdentityTaken(Conflict):
    code = "identity_taken"
    message = "That {platform} account belongs to another player. Link the two accounts to merge them."
