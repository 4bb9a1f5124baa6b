"""Players, as actions load and change them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal, LiteralString, Self, TypeVar, get_args
from uuid import UUID

from msgspec import Struct

from community.players.selves import NEW_FOR
from community.progression.models import CommunityState
from kernel.errors import Conflict, NotAllowed, NotFound, Refused
from kernel.events.models import Event

T = TypeVar("T")

PLATFORMS = ("discord", "twitch", "youtube")
"""The platforms, in display order."""

Role = Literal["broadcaster", "moderator", "subscriber", "vip"]
"""What an account is in the community's chat."""

ROLES: tuple[Role, ...] = get_args(Role)


class PlayerRef(Struct, frozen=True):
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


ROLES_AGAIN_AFTER = timedelta(days=1)
"""After which an account's roles are stored again although they are the same."""
ROLES_LAST = timedelta(days=7)
"""How long a role counts after the account was last seen with it.

Its end is told by the account's next line only, and who has lost a role may never write from there again.
"""


@dataclass(frozen=True, slots=True)
class Link:
    """A player's account on a platform.

    Attributes:
        roles: as the account's last line or action said.
        roles_at: when that was, to `ROLES_AGAIN_AFTER`; None if it has never said any.
        linked_at: when a code brought it to the player; None for one that was the player's from the beginning.
        person_before: whose it was before, if it had been someone's.
    """

    platform_id: str
    username: str
    roles: frozenset[Role] = frozenset()
    linked_at: datetime | None = field(default=None, compare=False)
    person_before: UUID | None = field(default=None, compare=False)
    roles_at: datetime | None = field(default=None, compare=False)

    def with_roles(self, roles: frozenset[Role], now: datetime) -> Self:
        """Return the account as it has just been seen with these roles."""
        if roles == self.roles and not (roles and self._roles_are_old(now)):
            return self
        return replace(self, roles=roles, roles_at=now)

    def _roles_are_old(self, now: datetime) -> bool:
        return self.roles_at is None or now - self.roles_at >= ROLES_AGAIN_AFTER

    def is_new(self, now: datetime) -> bool:
        """Whether a code brought it within the last day. Times ahead, because a clock was, are none."""
        return self.linked_at is not None and timedelta(0) <= now - self.linked_at < NEW_FOR


class Departure(Struct, frozen=True):
    """An account that leaves its player.

    Attributes:
        person_id: whose it is from now on, if not the player's.
    """

    platform: str
    link: Link
    person_id: UUID | None = None


class Fact(Struct, frozen=True):
    """An additional value about a player, read in the statement that loads them.

    Attributes:
        name: for `Player.facts`, and in the name of its column.
        sql: an expression over `u`, the player's row of users.
        params: for the placeholders in `sql`.
    """

    name: LiteralString
    sql: LiteralString
    params: tuple[Any, ...] = ()


class Crowd(Struct, frozen=True):
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


@dataclass(frozen=True)
class Player:
    """An immutable player: every change returns a new Player, and `save` writes what differs from `stored`.

    Each feature stores a value of its own type with a player: `player[Inventory]` reads it, and
    `player.having(inventory)` returns the player with another value of that type.

    Attributes:
        links: {platform: Link}.
        person_id: the same for all players whose accounts once were one player's; None until an account leaves.
        departed: the accounts that leave the player in this action.
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
    person_id: UUID | None = None
    departed: tuple[Departure, ...] = ()
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
        return self.replaced(parts={**self.parts, type(value): value})

    def replaced(self, **fields: Any) -> Self:
        """Return the player with other values of these fields, as `dataclasses.replace` does.

        An action does this a dozen times; to set all other fields anew, one by one, would take several times as long.
        """
        player = object.__new__(type(self))
        player.__dict__.update(self.__dict__, **fields)
        return player

    @property
    def may_be_awaited(self) -> bool:
        """Whether something may wait for accounts that are new to the player. An account that leaves begins to wait."""
        return self.state.awaits_accounts or bool(self.departed)

    def name_on(self, platform: str) -> str:
        """Return the player's name on a platform; their own, if they have no account there."""
        link = self.links.get(platform)
        return link.username if link else self.username

    def with_link(self, platform: str, link: Link) -> Self:
        """Return the player with this link, which replaces any other for the platform."""
        known = self.links.get(platform)
        kept = self if known is None or known.platform_id == link.platform_id else self.without_link(platform)
        return kept.replaced(username=self.username, links={**self.links, platform: link})

    def without_link(self, platform: str) -> Self:
        """Return the player without this account, which becomes a stranger; the player keeps everything else.

        A player who went by its name goes by that of another account.
        """
        links = {name: link for name, link in self.links.items() if name != platform}
        names = [link.username for link in links.values()]
        left = self.links[platform].username
        username = names[0] if names and left == self.username and left not in names else self.username
        departed = (*self.departed, Departure(platform, self.links[platform]))
        return replace(self, username=username, links=links, departed=departed)

    def seen_as(self, platform: str, username: str, roles: frozenset[Role] | None, now: datetime) -> Self:
        """Return the player with the name that the platform now uses, and with the account's roles there if given."""
        link = self.links[platform]
        current = replace(link if roles is None else link.with_roles(roles, now), username=username)
        if link == current and link.roles_at == current.roles_at:
            return self
        name = self.username if link.username == username else username
        return replace(self, username=name, links={**self.links, platform: current})

    def is_same_person(self, other: Player) -> bool:
        """Whether the two share what limits a person, because their accounts once were one player's."""
        return self.person_id is not None and self.person_id == other.person_id

    @property
    def excluded(self) -> bool:
        """Whether the player takes no part in the game, because one of their accounts is on the list.

        A known account goes by its stored name: to take a listed one, or to give one up, changes nothing.
        """
        cover = self.state.exclusions.cover
        stored = self.stored.links if self.stored else {}
        for platform, link in self.links.items():
            before = stored.get(platform)
            name = before.username if before and before.platform_id == link.platform_id else link.username
            if cover(platform, link.platform_id, name):
                return True
        return False

    def record(self, event: Event) -> Self:
        return self.replaced(events=(*self.events, event))


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
