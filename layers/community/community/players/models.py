"""Players, as actions load and change them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, ClassVar, Literal, LiteralString, Self, TypeVar, get_args
from uuid import UUID

from community.progression.models import CommunityState
from kernel.errors import Conflict, NotAllowed, NotFound, Refused
from kernel.events.models import Event

T = TypeVar("T")

PLATFORMS = ("discord", "twitch", "youtube")
"""The platforms, in display order."""

Role = Literal["broadcaster", "moderator", "subscriber", "vip"]
"""What an account is in the community's chat."""

ROLES: tuple[Role, ...] = get_args(Role)


@dataclass(frozen=True, slots=True)
class PlayerRef:
    """How a caller identifies a player: by our id when given, else by the platform's id, else by the name there.

    Attributes:
        platform: empty when `user_id` is given.
        roles: what the account is in the community's chat; None when the caller does not say.
        sole: False if of several players of that name the last one seen is meant, which is fine for a look. True
            refuses to guess, where it is about money or silence.
    """

    platform: str
    platform_id: str | None = None
    username: str | None = None
    user_id: UUID | None = None
    roles: frozenset[Role] | None = None
    sole: bool = False

    @property
    def only_name(self) -> str | None:
        """The name, if nothing else identifies the player."""
        return self.username if self.user_id is None and self.platform_id is None else None

    @property
    def label(self) -> str:
        """How messages name the player; empty without a name, because no one reads ids."""
        return self.username or ""


@dataclass(frozen=True, slots=True)
class Link:
    """A player's account on a platform.

    Attributes:
        roles: as the account's last line or action said.
    """

    platform_id: str
    username: str
    roles: frozenset[Role] = frozenset()


@dataclass(frozen=True, slots=True)
class Fact:
    """An additional value about a player, read in the statement that loads them.

    Attributes:
        name: for `Player.facts`, and in the name of its column.
        sql: an expression over `u`, the player's row of users.
        params: for the placeholders in `sql`.
    """

    name: LiteralString
    sql: LiteralString
    params: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Crowd:
    """Players whom the database selects, in the statements that lock and read them.

    Attributes:
        sql: an expression for an array of user ids. If its value changes between the two statements, because the
            first had to wait, the action is repeated.
    """

    sql: LiteralString
    params: tuple[Any, ...] = ()


class UserRegistered(Event):
    type: ClassVar[str] = "user.registered"
    logged: ClassVar[bool] = False
    user_id: UUID


@dataclass(frozen=True, slots=True)
class Player:
    """An immutable player: every change returns a new Player, and `save` writes what differs from `stored`.

    Each feature stores a value of its own type with a player: `player[Inventory]` reads it, and
    `player.having(inventory)` returns the player with another value of that type.

    Attributes:
        links: {platform: Link}.
        parts: {type: value}; a missing type has a new player's value. See `community.parts`.
        unread: types of parts that a look has left out; to ask for one of them is an error.
        facts: {name: value} of the facts that the action requested; empty for a player who is being created.
        events: the player's events in this action, not yet written.
        stored: the player as stored in the database, before due deliveries; None for a player who is being created.
    """

    id: UUID
    username: str
    links: Mapping[str, Link]
    state: CommunityState
    created_at: datetime
    updated_at: datetime
    parts: Mapping[type[Any], Any] = field(default_factory=dict[type[Any], Any])
    unread: frozenset[type[Any]] = frozenset()
    facts: Mapping[str, Any] = field(default_factory=dict[str, Any])
    events: tuple[Event, ...] = ()
    stored: Player | None = field(default=None, compare=False, repr=False)

    def __getitem__(self, part: type[T]) -> T:
        if part in self.parts:
            return self.parts[part]
        if part in self.unread:
            raise LookupError(f"{part.__name__} was not read")
        return part()

    def having(self, value: object) -> Self:
        """Return the player with this value instead of the previous one of its type."""
        return replace(self, parts={**self.parts, type(value): value})

    def with_link(self, platform: str, link: Link) -> Self:
        """Return the player with this link, which replaces any other for the platform."""
        return replace(self, links={**self.links, platform: link})

    def seen_as(self, platform: str, username: str, roles: frozenset[Role] | None = None) -> Self:
        """Return the player with the name that the platform now uses, and with the account's roles there if given."""
        link = self.links[platform]
        current = Link(link.platform_id, username, link.roles if roles is None else roles)
        if link == current:
            return self
        name = self.username if link.username == username else username
        return replace(self, username=name, links={**self.links, platform: current})

    @property
    def excluded(self) -> bool:
        """Whether the player takes no part in the game, because one of their accounts is on the list."""
        cover = self.state.exclusions.cover
        return any(cover(platform, link.platform_id, link.username) for platform, link in self.links.items())

    def record(self, event: Event) -> Self:
        return replace(self, events=(*self.events, event))


class AccountExcluded(NotAllowed):
    code = "excluded"
    message = "{name} does not take part in the game."


class UnknownPlayer(Refused):
    """The player does not exist; for actions. Reads raise `NoSuchPlayer`."""

    code = "user_not_found"
    message = "Nobody called {name} has played here yet."


class NoSuchPlayer(NotFound):
    code = "not_found"
    message = "Nobody called {name} has played here yet."


class UnknownAccount(UnknownPlayer):
    message = "This account has not played here yet."


class NoSuchAccount(NoSuchPlayer):
    message = "This account has not played here yet."


def unknown_player(ref: PlayerRef, meant: Sequence[str] = ()) -> UnknownPlayer:
    """Return the refusal of an action for an account that is no player's.

    Args:
        meant: the names of players who may be meant.
    """
    return UnknownPlayer(name=ref.username, meant=meant) if ref.username else UnknownAccount()


def no_such_player(ref: PlayerRef, meant: Sequence[str] = ()) -> NoSuchPlayer:
    """Return the refusal of a read for an account that is no player's.

    Args:
        meant: the names of players who may be meant.
    """
    return NoSuchPlayer(name=ref.username, meant=meant) if ref.username else NoSuchAccount()


class SeveralPlayers(Refused):
    code = "validation"
    message = "Several players are called {name}. Say which one: use a mention, or the id of their account."


class IdentityTaken(Conflict):
    code = "identity_taken"
    message = "That {platform} account belongs to another player. Link the two accounts to merge them."
