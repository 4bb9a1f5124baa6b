"""A player as one action sees them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, ClassVar, LiteralString, Self
from uuid import UUID

from community.achievements.models import Progress
from community.deliveries.models import Delivery
from community.engagement.models import Engagement
from community.inventory.models import Inventory, Slot
from community.jobs.models import JobProgress, XpEvent
from community.progression.models import World
from community.stats.models import Stat, Streak
from kernel.errors import Conflict, NotFound, Refused
from kernel.events.models import Event

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
    def called(self) -> str:
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
        sql: an expression over `u`, the player's row of users.
        params: for the placeholders in it.
    """

    name: str
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

    Attributes:
        links: {platform: Link}.
        jobs: {job key: progress}.
        streak: of days on which something was counted; None before the first.
        achievements: {achievement key: how far}, as far as something has counted.
        facts: {name: value} of what the action asked for; empty for a player who is being created.
        events, stats, engagements, xp_events: what has happened to this player in this action, not yet written.
        recipes: upgrades the player has learned in this action.
        sent: deliveries that set out to the player in this action.
        received: {delivery: what is left of it} of those that were due; the inventory has the rest.
        stored: the player as the database has them, without what was due; None for a player who is being created.
    """

    id: UUID
    username: str
    links: Mapping[str, Link]
    inventory: Inventory
    world: World
    created_at: datetime
    updated_at: datetime
    jobs: Mapping[str, JobProgress] = field(default_factory=dict[str, JobProgress])
    streak: Streak | None = None
    achievements: Mapping[str, Progress] = field(default_factory=dict[str, Progress])
    facts: Mapping[str, Any] = field(default_factory=dict[str, Any])
    events: tuple[Event, ...] = ()
    stats: tuple[Stat, ...] = ()
    engagements: tuple[Engagement, ...] = ()
    xp_events: tuple[XpEvent, ...] = ()
    recipes: frozenset[str] = frozenset()
    sent: tuple[Delivery, ...] = ()
    received: Mapping[UUID, tuple[Slot, ...]] = field(default_factory=dict[UUID, tuple[Slot, ...]])
    stored: Player | None = field(default=None, compare=False, repr=False)

    def with_inventory(self, inventory: Inventory) -> Self:
        return replace(self, inventory=inventory)

    def with_job(self, job_key: str, progress: JobProgress) -> Self:
        return replace(self, jobs={**self.jobs, job_key: progress})

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

    def send(self, delivery: Delivery) -> Self:
        return replace(self, sent=(*self.sent, delivery))

    def written(self) -> Self:
        """As saved just now, for an action that goes on with the player: nothing is written twice."""
        saved = replace(
            self, events=(), stats=(), engagements=(), xp_events=(), recipes=frozenset(), sent=(), received={}
        )
        return replace(saved, stored=saved)

    def job_level(self, job_key: str) -> int:
        return self.jobs[job_key].level if job_key in self.jobs else 0


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
