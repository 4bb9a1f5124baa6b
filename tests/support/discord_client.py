"""A Discord client for tests: it signs interactions and checks that the answers respect Discord's limits."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from time import time
from typing import Any

from nacl.signing import SigningKey

from community.players.models import PlayerRef
from doors.discord.commands import COMMANDS
from tests.support.discord_limits import check_answer

APPLICATION_ID = "1100000000000000001"
ADMINISTRATOR = str(1 << 3)
_numbers = count(2_000_000_000_000_000_000)

TYPES = {str: 3, int: 4, bool: 5}


def new_id() -> str:
    return str(next(_numbers))


@dataclass(frozen=True)
class Person:
    """A person on Discord."""

    id: str
    username: str

    @property
    def user(self) -> dict[str, Any]:
        return {"id": self.id, "username": self.username, "global_name": self.username.title(), "avatar": "abc"}

    @property
    def player(self) -> PlayerRef:
        return PlayerRef("discord", self.id, self.username)


@dataclass(frozen=True)
class DiscordAnswer:
    """An answer to an interaction."""

    status: int
    headers: Mapping[str, str]
    answer: dict[str, Any]

    @property
    def data(self) -> dict[str, Any]:
        return self.answer["data"]

    @property
    def text(self) -> str:
        """All its text, without buttons and menus."""
        parts = [self.data["content"]]
        for embed in self.data["embeds"]:
            parts += [embed["title"], embed["description"], embed.get("footer", {}).get("text", "")]
            parts += [part for field in embed.get("fields", []) for part in (field["name"], field["value"])]
        return "\n".join(part for part in parts if part)

    @property
    def private(self) -> bool:
        return self.data.get("flags") == 64

    @property
    def choices(self) -> list[Any]:
        """The suggested values."""
        return [choice["value"] for choice in self.data["choices"]]

    @property
    def components(self) -> list[dict[str, Any]]:
        return [each for row in self.data["components"] for each in row["components"]]

    def custom_id(self, label: str) -> str:
        """Return the custom id of the button with this label."""
        return next(each["custom_id"] for each in self.components if each.get("label") == label)


class DiscordClient:
    def __init__(self, key: SigningKey, handler: Any) -> None:
        self.key = key
        self.handler = handler

    @property
    def public_key(self) -> str:
        return self.key.verify_key.encode().hex()

    def command(
        self, who: Person, name: str, /, *, admin: bool = False, id: str | None = None, **options: Any
    ) -> DiscordAnswer:
        """Use a command. `_` in an option name becomes `-`; a `Person` is a member of the server."""
        return self.send(command(who, name, admin=admin, id=id, **options))

    def press(
        self, who: Person, custom_id: str, *values: str, admin: bool = False, asker: Person | None = None
    ) -> DiscordAnswer:
        """Press a button, or choose values of a menu, below a message that answers `asker`."""
        data = {"custom_id": custom_id, "component_type": 3 if values else 2} | ({"values": values} if values else {})
        message = {"id": new_id(), "interaction_metadata": {"user": (asker or who).user}}
        return self.send(interaction(3, who, data, admin=admin) | {"message": message})

    def submit(self, who: Person, custom_id: str, /, *, admin: bool = False, **fields: str) -> DiscordAnswer:
        """Submit a form."""
        rows = [
            {"type": 1, "components": [{"type": 4, "custom_id": name, "value": value}]}
            for name, value in fields.items()
        ]
        return self.send(interaction(5, who, {"custom_id": custom_id, "components": rows}, admin=admin))

    def suggest(
        self, who: Person, name: str, option: str, typed: str = "", *, admin: bool = False, **before: Any
    ) -> list[Any]:
        """Return the values suggested for an option, given its text so far and the options `before` it."""
        options = [_option(name, value) for name, value in before.items()]
        focused = {"name": option, "type": 3, "value": typed, "focused": True}
        data = {"name": name, "type": 1, "options": [*options, focused]}
        return self.send(interaction(4, who, data, admin=admin)).choices

    def send(self, payload: Any) -> DiscordAnswer:
        answer = self.post(json.dumps(payload))
        told = DiscordAnswer(answer["statusCode"], answer["headers"], json.loads(answer["body"]))
        if told.status == 200:
            check_answer(told.answer)
        return told

    def post(self, body: str, /, **changed: Any) -> dict[str, Any]:
        """Return the handler's answer. `changed`: fields of the proxy event."""
        return self.handler(self.event(body) | changed, None)

    def event(self, body: str, *, base64: bool = False, signed_at: float | None = None) -> dict[str, Any]:
        timestamp = str(int(time() if signed_at is None else signed_at))
        signature = self.key.sign(timestamp.encode() + body.encode()).signature.hex()
        return {
            "path": "/discord/interactions",
            "httpMethod": "POST",
            "headers": {"X-Signature-Ed25519": signature, "X-Signature-Timestamp": timestamp},
            "body": b64encode(body.encode()).decode() if base64 else body,
            "isBase64Encoded": base64,
            "requestContext": {"identity": {"sourceIp": "203.0.113.7"}},
        }


def command(who: Person, name: str, /, *, admin: bool = False, id: str | None = None, **options: Any) -> dict[str, Any]:
    """`options`: by their names; `gamble_id` is `gamble-id` as well."""
    people = [value for value in options.values() if isinstance(value, Person)]
    declared = {option.name for option in COMMANDS[name].options} if name in COMMANDS else set[str]()
    data: dict[str, Any] = {
        "id": new_id(),
        "name": name,
        "type": 1,
        "options": [
            _option(each if each in declared else each.replace("_", "-"), value) for each, value in options.items()
        ],
        "resolved": {
            "users": {person.id: person.user for person in people},
            "members": {person.id: {"nick": None, "permissions": "0"} for person in people},
        },
    }
    return interaction(2, who, data, admin=admin, id=id)


def interaction(
    type: int, who: Person, data: Mapping[str, Any], *, admin: bool = False, id: str | None = None
) -> dict[str, Any]:
    return {
        "id": id or new_id(),
        "application_id": APPLICATION_ID,
        "type": type,
        "token": "a-token",
        "version": 1,
        "locale": "en-GB",
        "guild_id": "1200000000000000001",
        "channel_id": "1300000000000000001",
        "member": {"user": who.user, "nick": None, "permissions": ADMINISTRATOR if admin else "2048"},
        "data": dict(data),
    }


def _option(name: str, value: Any) -> dict[str, Any]:
    if isinstance(value, Person):
        return {"name": name, "type": 6, "value": value.id}
    return {"name": name, "type": TYPES[type(value)], "value": value}
