"""Parsing interactions from Discord defensively: any field may be missing or have the wrong type."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from msgspec import Struct

from kernel.naming import LONGEST_TYPED, clean_name
from kernel.quantities import Share, Wanted

PING: Final = 1
COMMAND: Final = 2
COMPONENT: Final = 3
AUTOCOMPLETE: Final = 4
MODAL: Final = 5

CHAT_INPUT: Final = 1
"""The only kind of command that we have; others belong to a user or a message."""

_SUB_COMMANDS = (1, 2)
_MEMBER = 6
_ADMINISTRATOR = 1 << 3
_MODERATION = _ADMINISTRATOR | 1 << 1 | 1 << 2 | 1 << 13 | 1 << 40
"""Administrators, and members who may kick, ban, delete messages of or time out others."""
_POSTING = 1 << 10 | 1 << 11 | 1 << 14
"""To see a channel, to write in it, and to embed links."""
_SNOWFLAKE = re.compile(r"[0-9]{1,20}")


class Malformed(Exception):
    """The payload is signed but does not match Discord's documentation."""


class Member(Struct, frozen=True):
    """A person on Discord.

    Attributes:
        username: unique on Discord; identifies the player.
        name: the name shown in the server. In messages, escape it with `replies.plain`.
    """

    id: str
    username: str
    name: str

    @property
    def mention(self) -> str:
        """Markup that shows the name. It notifies no one, because our replies allow no mentions."""
        return f"<@{self.id}>"


@dataclass(frozen=True, slots=True)
class Interaction:
    """A command, a click or a form from someone on Discord.

    Attributes:
        type: one of the constants above.
        caller: the person who used it.
        asker: for a button, the id of the person whom its message answers; None when Discord does not say.
        administrator: True if the caller is an administrator of the server.
        moderator: True if the caller may silence others in the server.
        guild_id: the server; empty in a private chat.
        channel_id: where it was used.
        may_post: False if the bot may not write there by itself; answering is always allowed.
        public_url: the address under which Discord sees us, without a slash at its end.
        kind: the kind of a command.
        name: the name of a command, or the custom id of a button, a menu or a modal.
        options: {name: str, int, bool, Member or Share} of a command, if Discord sent the right types.
        focused: the option that is being typed.
        arguments: the parts of the custom id after the component's name.
        values: the chosen values of a menu.
        fields: {custom id: text} of a modal.
        avatar: hash of the caller's picture.
        raw: the whole payload.
    """

    id: str
    type: int
    application_id: str
    token: str
    caller: Member
    administrator: bool
    locale: str
    name: str
    guild_id: str = ""
    channel_id: str = ""
    may_post: bool = True
    public_url: str = ""
    kind: int = CHAT_INPUT
    asker: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict[str, Any])
    focused: str | None = None
    arguments: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict[str, str])
    avatar: str | None = None
    moderator: bool = False
    raw: Mapping[str, Any] = field(default_factory=dict[str, Any], repr=False)

    def text(self, name: str, default: str = "") -> str:
        value = self.options.get(name, default)
        return value if isinstance(value, str) else default

    def integer(self, name: str, default: int = 0) -> int:
        value = self.options.get(name, default)
        return value if isinstance(value, int) else default

    def quantity(self, name: str, default: int = 1) -> Wanted:
        value = self.options.get(name, default)
        return value if isinstance(value, int | Share) else default

    def flag(self, name: str, default: bool = False) -> bool:
        value = self.options.get(name, default)
        return value if isinstance(value, bool) else default

    def member(self, name: str) -> Member | None:
        value = self.options.get(name)
        return value if isinstance(value, Member) else None

    def member_or_caller(self, name: str) -> Member:
        return self.member(name) or self.caller


def read(payload: Mapping[str, Any]) -> Interaction:
    """Parse an interaction.

    Raises:
        Malformed: an essential field is missing.
    """
    member = _object(payload.get("member"))
    user = _object(member.get("user") or payload.get("user"))
    data = _object(payload.get("data"))
    kind = payload.get("type")
    options = _flat(data.get("options"))
    custom_id = data.get("custom_id")
    return Interaction(
        id=_snowflake(payload.get("id")),
        type=kind if type(kind) is int else 0,
        application_id=_snowflake(payload.get("application_id")),
        token=_text(payload.get("token")),
        caller=_member(user, member),
        administrator=_has_any(member.get("permissions"), _ADMINISTRATOR),
        moderator=_has_any(member.get("permissions"), _MODERATION),
        guild_id=_text(payload.get("guild_id")),
        channel_id=_text(payload.get("channel_id")),
        may_post=_may_post(payload.get("app_permissions")),
        locale=_text(payload.get("locale")),
        name=_text(custom_id if custom_id is not None else data.get("name")),
        kind=data.get("type", CHAT_INPUT),
        asker=_asker(_object(payload.get("message"))),
        options=_values(options, None if kind == AUTOCOMPLETE else _object(data.get("resolved"))),
        focused=next((_text(option.get("name")) for option in options if option.get("focused") is True), None),
        values=tuple(value for value in _list(data.get("values")) if isinstance(value, str)),
        fields=_fields(data.get("components")),
        avatar=_text(user.get("avatar")) or None,
        raw=payload,
    )


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else ()


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _snowflake(value: Any) -> str:
    text = _text(value)
    if not _SNOWFLAKE.fullmatch(text):
        raise Malformed("an id is missing")
    return text


def _member(user: Mapping[str, Any], member: Mapping[str, Any]) -> Member:
    username = _name(user.get("username"))
    if not username:
        raise Malformed("a name is missing")
    shown = _name(member.get("nick")) or _name(user.get("global_name")) or username
    return Member(_snowflake(user.get("id")), username, shown)


def _name(value: Any) -> str:
    return clean_name(_text(value))[:LONGEST_TYPED]


def _has_any(permissions: Any, wanted: int) -> bool:
    """Tell whether the permissions include one of those that are wanted; a private chat has none."""
    text = _text(permissions)
    return bool(_SNOWFLAKE.fullmatch(text)) and bool(int(text) & wanted)


def _may_post(permissions: Any) -> bool:
    """Tell whether the bot may post messages; Discord says so wherever it may not."""
    text = _text(permissions)
    if not _SNOWFLAKE.fullmatch(text):
        return True
    return bool(int(text) & _ADMINISTRATOR) or int(text) & _POSTING == _POSTING


def _asker(message: Mapping[str, Any]) -> str | None:
    meant = _object(message.get("interaction_metadata") or message.get("interaction"))
    return _text(_object(meant.get("user")).get("id")) or None


def _flat(options: Any) -> list[Mapping[str, Any]]:
    """Return the options of a command or of its sub-command."""
    flat: list[Mapping[str, Any]] = []
    for option in map(_object, _list(options)):
        if option.get("type") in _SUB_COMMANDS:
            flat.extend(_flat(option.get("options")))
        else:
            flat.append(option)
    return flat


def _values(options: list[Mapping[str, Any]], resolved: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return {name: value}, with members resolved.

    Args:
        resolved: the members by id; None during autocompletion, when Discord need not send them.
    """
    return {
        _text(option.get("name")): _resolved(option.get("value"), resolved)
        if option.get("type") == _MEMBER and resolved is not None
        else option.get("value")
        for option in options
    }


def _resolved(user_id: Any, resolved: Mapping[str, Any]) -> Member:
    user = _object(_object(resolved.get("users")).get(_text(user_id)))
    return _member(user, _object(_object(resolved.get("members")).get(_text(user_id))))


def _fields(rows: Any) -> dict[str, str]:
    """Return the texts of a modal, whose inputs come in rows or each within a label."""
    fields: dict[str, str] = {}
    for row in map(_object, _list(rows)):
        for each in (*map(_object, _list(row.get("components"))), _object(row.get("component"))):
            if isinstance(each.get("value"), str):
                fields[_text(each.get("custom_id"))] = each["value"]
    return fields
