"""Taking a player out of payloads of events."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

from community.players.models import Player
from kernel.events.mentions import Mentions
from kernel.naming import person_key

FORGOTTEN = "(forgotten)"
"""Stands for the name of a player who was forgotten."""


ABOUT_ONE = frozenset(
    {
        *("item.sold", "item.bought", "item.added", "item.removed", "item.upgraded", "item.disassembled"),
        *("crafting.started", "crafting.cancelled", "lootbox.opened", "search.performed", "video_effect.requested"),
        *("job.level_up", "achievement.unlocked", "progression.vote_recorded", "gamble.joined"),
        *("quest.progress_updated", "quest.completed", "quest.claimed", "balance.imported", "balance.import_undone"),
    }
)
"""Types of events that mention no one but the player whom they belong to. A test looks at their fields."""

NAMES = (
    *("username", "usernames", "setter_username", "target_username", "initiator_username", "winner_username"),
    *("target", "reset_by"),
)
"""Fields of our events with the name of a player, or several. The last two may also be something else."""

TEXT = "reason"
"""The field of our events with a text that may name players. A test looks at the fields of all events."""

_OF_THINGS = frozenset({"item_name", "public_name", "quality_level", "platform"})
"""Fields of anything else that never say who someone is, nor do those that end in `_key`: a player may be called as a
thing is."""

_CLEAR_ID = 5
"""Shorter ids of accounts are not looked for in what others say, nor within texts: they may be any number."""


def names_of(player: Player, earlier: Collection[str]) -> list[str]:
    """Return what the player is or was called anywhere, the longest first."""
    current = (link.username for link in player.links.values())
    return sorted({player.username, *current, *earlier}, key=lambda name: -len(name))


def mentions(ids: Sequence[UUID], names: Sequence[str], account_ids: Collection[str]) -> Mentions:
    """Return by what payloads may mention a player: ids and names.

    Names only where they may be, because a player may be called as a field is, or as one of our words.

    Args:
        account_ids: the ids of their accounts, which our events do not contain.
    """
    user_ids = [*map(str, ids)]
    texts = _quoted(names)
    in_lists = _in_lists(texts)
    accounts = _quoted(filter(_is_clear, account_ids))
    ends = {field.rpartition("_")[2] for field in NAMES}  # several fields end with the same word
    return Mentions(
        anywhere=[*user_ids, *texts, *accounts],
        declared=[*user_ids, *in_lists, *(f'{end}": {text}' for end in ends for text in texts)],
        free=[*user_ids, *in_lists, *_in_lists(accounts), *(f": {text}" for text in (*texts, *accounts))],
        in_text=(TEXT, rf"(^|\W)({'|'.join(map(re.escape, names))})(\W|$)"),
    )


def _quoted(texts: Iterable[str]) -> list[str]:
    return [json.dumps(text, ensure_ascii=False) for text in texts]


def _in_lists(texts: Iterable[str]) -> list[str]:
    return [each for text in texts for each in (f"[{text}", f", {text},", f", {text}]")]


def _is_clear(account_id: str) -> bool:
    return len(account_id) >= _CLEAR_ID


class Scrubber:
    """Replaces a player in payloads: the id by another one, names by `FORGOTTEN`, and ids of accounts by nothing.

    In our own events only in the fields that say who someone is, and in reasons, also within the text. Broadcasts and
    private events have any fields: there a whole text that is a name is replaced, unless the field is one of things,
    and within a text only in the player's own events, because a name may be a common word. One that has the id of an
    account in a field for ids is the player's as well.

    Args:
        ids: the player's, and those of players who were merged into them.
        names: as `names_of` returns them.
        account_ids: ids of their accounts.
        no_one: what replaces `ids`.
    """

    def __init__(self, ids: Sequence[UUID], names: Sequence[str], account_ids: Collection[str], no_one: UUID) -> None:
        self._user_ids, self._no_one = [*map(str, ids)], str(no_one)
        self._keys = {person_key(name) for name in names}
        self._account_ids = frozenset(account_ids)
        either = "|".join(map(re.escape, names))
        accounts = "|".join(map(re.escape, sorted(filter(_is_clear, self._account_ids))))
        self._account = re.compile(rf"(?<!\w)(?:{accounts})(?!\w)") if accounts else None
        self._name = re.compile(rf"(?<!\w)(?:{either})(?!\w)", re.IGNORECASE)

    def __call__(self, payload: Any, *, own: bool, free: bool) -> Any:
        """Return the payload without the player.

        Args:
            own: whether the event belongs to the player.
            free: whether it is a broadcast or private.
        """
        if not free:
            return self._scrubbed(payload, "")
        text = str(payload)
        theirs = own or any(user_id in text for user_id in self._user_ids) or self._identified(payload, "")
        return self._scrubbed_freely(payload, "", own=theirs)

    def _identified(self, value: Any, field: str) -> bool:
        """Whether one of the accounts' ids is in a field for ids, at any depth."""
        if isinstance(value, dict):
            return any(self._identified(each, name) for name, each in value.items())
        if isinstance(value, list):
            return any(self._identified(each, field) for each in value)
        return "id" in field and value in self._account_ids and _is_clear(value)

    def _scrubbed(self, value: Any, field: str) -> Any:
        if isinstance(value, dict):
            return {name: self._scrubbed(each, name) for name, each in value.items()}
        if isinstance(value, list):
            return [self._scrubbed(each, field) for each in value]
        if not isinstance(value, str):
            return value
        if field in NAMES and person_key(value) in self._keys:
            return FORGOTTEN
        return self._without_names(value) if field == TEXT else self._without_ids(value)

    def _scrubbed_freely(self, value: Any, field: str, *, own: bool) -> Any:
        if isinstance(value, dict):
            return {name: self._scrubbed_freely(each, name, own=own) for name, each in value.items()}
        if isinstance(value, list):
            return [self._scrubbed_freely(each, field, own=own) for each in value]
        if not isinstance(value, str) or field in _OF_THINGS or field.endswith("_key"):
            return value
        if value in self._account_ids and "id" in field and own:
            return ""
        if person_key(value) in self._keys:
            return FORGOTTEN
        return self._without_names(value) if own or field == TEXT else self._without_ids(value)

    def _without_ids(self, text: str) -> str:
        for user_id in self._user_ids:
            text = text.replace(user_id, self._no_one)
        return text

    def _without_names(self, text: str) -> str:
        text = self._without_ids(text)
        return self._name.sub(FORGOTTEN, self._account.sub("", text) if self._account else text)
