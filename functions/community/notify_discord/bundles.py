"""Several events about players, told in one message."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final, Self

from msgspec import Struct, field, to_builtins
from msgspec.structs import replace

MOST_CHARACTERS: Final = 4096
"""Discord's limit for the text of an embed. What is longer is counted, but not kept."""
MOST_EVENTS: Final = 1000
"""A bundle with more would be too large for a record."""


class Lane(Struct, frozen=True):
    """What shares a bundle: events for one channel that are marked alike.

    Attributes:
        test: they are tests of the announcements.
        replay_id: the replay they belong to; empty: they are told for the first time.
    """

    channel_id: str
    test: bool = False
    replay_id: str = ""

    @property
    def key(self) -> str:
        """The lane's name among the records."""
        return f"lane {self.channel_id} {'test' if self.test else ''} {self.replay_id}"


class BundledEvent(Struct, frozen=True):
    """An event to be told in a bundle.

    Attributes:
        id: short enough for Discord's nonce; another one for each replay.
        at: unix seconds.
        what: what happened, in words that are the same for all players to whom it happened.
        name: the player's.
    """

    id: str
    type: str
    at: int
    payload: Mapping[str, Any]
    what: str
    name: str


class BundledEvents(Struct, frozen=True):
    """The events of one type in a bundle.

    Attributes:
        first: the payload of the first.
        count: all of them.
        names: {what happened: the players' names}, both in the order of the events; only what fits into a message.
    """

    first: Mapping[str, Any]
    count: int = 0
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])

    def having(self, what: str, name: str) -> BundledEvents:
        """Return them with another event."""
        named = self.names.get(what, ())
        size = sum(len(each) + sum(len(name) + 2 for name in names) for each, names in self.names.items())
        fits = size + len(name) + (0 if named else len(what)) <= MOST_CHARACTERS
        names = {**self.names, what: (*named, name)} if fits else self.names
        return replace(self, count=self.count + 1, names=names)


class Bundle(Struct, frozen=True):
    """Events about players that wait to be told together.

    Attributes:
        id: that of its first event. It is the message's nonce: Discord refuses a second message with it.
        opened_at: unix seconds.
        at: when the last of the events happened, in unix seconds.
        ids: those of the events.
        events: {type: events}.
    """

    id: str
    opened_at: int
    at: int = 0
    ids: tuple[str, ...] = ()
    events: Mapping[str, BundledEvents] = field(default_factory=dict[str, BundledEvents])

    @property
    def version(self) -> str:
        """Another one for each state of each bundle."""
        return f"{self.id} {len(self.ids)}"

    @property
    def is_full(self) -> bool:
        """Whether the next event needs another bundle."""
        return len(self.ids) >= MOST_EVENTS

    def having(self, event: BundledEvent) -> Bundle:
        """Return the bundle with another event."""
        events = self.events.get(event.type) or BundledEvents(event.payload)
        return replace(
            self,
            at=event.at,
            ids=(*self.ids, event.id),
            events={**self.events, event.type: events.having(event.what, event.name)},
        )

    def as_text(self) -> str:
        """Return the bundle as JSON."""
        return json.dumps(to_builtins(self))

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Return the bundle that `as_text` described."""
        data = json.loads(text)
        events = {
            kind: BundledEvents(
                each["first"], each["count"], {what: tuple(names) for what, names in each["names"].items()}
            )
            for kind, each in data.pop("events").items()
        }
        return cls(**data | {"ids": tuple(data["ids"]), "events": events})
