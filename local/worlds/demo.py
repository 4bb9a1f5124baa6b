"""Three people meet in Temperate: they walk, talk, trade and part. What each of them reads is printed."""

from __future__ import annotations

import textwrap
import time
from collections.abc import Sequence
from contextlib import ExitStack
from secrets import token_hex, token_urlsafe
from typing import Any, Final

from websockets.exceptions import WebSocketException

from local.demo.chat import Chat
from local.demo.game import GameUnavailable
from local.tools.play.door import Door, Refused, Unreachable
from local.worlds.play_socket import Document, PlaySocket

WORLD: Final = "temperate"
_WIDTH: Final = 100
_PATIENCE_SECONDS: Final = 120
"""For Temperate, which is made at the first start."""
_PAUSE_SECONDS: Final = 2


class Unplanned(Exception):
    """Something goes another way than planned; the text says what."""


class Walker:
    """Someone with an account of their own, which is deleted at the end.

    Attributes:
        name: of their character.
    """

    def __init__(self, url: str, name: str, species: str) -> None:
        self.name = name
        self.species = species
        self._door = Door(url)
        self._password = token_urlsafe(12)
        self._socket: PlaySocket | None = None

    def sign_up(self) -> None:
        """Make an account.

        Raises:
            Refused, Unreachable
        """
        mark = f"{self.name.lower()}-{token_hex(4)}"
        self._door.sign_up_unnamed(f"{mark}@example.org", self._password)

    def arrive(self) -> None:
        """Connect in the lobby.

        Raises:
            Refused, Unreachable
        """
        self.connect(self._door.ghost())

    def connect(self, character_id: str) -> None:
        """Play a character from now on."""
        self._disconnect()
        query = {"character_id": self._door.choose(character_id)}
        opening = self._door.ask("POST", "/api/session/ticket")
        self._socket = PlaySocket.open(opening["websocket_url"], {**query, "ticket": opening["ticket"]})
        self._socket.hear(lambda each: each["type"] == "state_update", "the first state")

    def type(self, text: str) -> list[Document]:
        """Type a command, and return what is answered.

        Raises:
            Unplanned: it is refused.
        """
        answer = self._connected.ask(text)
        for each in answer:
            if each["type"] == "error":
                raise Unplanned(f"{self.name} types {text!r}, and reads: {each['data']['message']}")
        return answer

    def hear(self) -> list[str]:
        """Return the lines that one hears: there is at least one, or will be in a moment."""
        self._connected.hear(lambda each: bool(lines_of([each])), f"what {self.name} should hear")
        lines = lines_of(self._connected.heard)
        self._connected.heard.clear()
        return lines

    def leave(self) -> None:
        """Delete the account: what the character holds falls to the ground."""
        self._disconnect()
        self._door.ask("POST", "/api/auth/delete", {"password": self._password})

    @property
    def _connected(self) -> PlaySocket:
        assert self._socket is not None
        return self._socket

    def _disconnect(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None


class Meeting:
    """Three people, and the paper that what they read is written on."""

    def __init__(self, chat: Chat, people: Sequence[Walker]) -> None:
        self._chat = chat
        self._people = people
        self._margin = max(len(each.name) for each in people) + 2

    def arrive(self) -> None:
        """Arrive one by one, and talk in the lobby."""
        ilse, tomas, yara = self._people
        self._chat.heading("The lobby")
        for number, person in enumerate(self._people):
            person.arrive()
            self._read(person, person.hear())
            for other in self._people[:number]:
                self._read(other, other.hear())
        self._act(ilse, "say Does anyone know the way to Temperate?", tomas, yara)
        self._act(tomas, "say Through the western arch. Let us go there together.", ilse, yara)

    def enter(self) -> None:
        """Make a body each, and meet in Temperate."""
        self._chat.heading("Temperate")
        for number, person in enumerate(self._people):
            made = self._when_ready(person, f"create character {person.name} player {person.species} {WORLD}")
            self._go_on(person, made)
            for other in self._people[:number]:
                self._read(other, other.hear())

    def walk(self) -> list[str]:
        """Walk around, and take two things; return what was taken."""
        ilse, tomas, yara = self._people
        self._chat.heading("What lies around")
        found = self._act(ilse, "look")
        names = _things_in(found)
        taken: list[str] = []
        for person in (ilse, tomas):
            for name in [each for each in names if each not in taken]:
                try:
                    self._act(person, f"go to {name}")
                    self._act(person, f"get {name}")
                except Unplanned as problem:  # it is out of reach, or someone else was quicker
                    self._chat.report(f"  ({problem})")
                    continue
                taken.append(name)
                break
        self._act(yara, "north 2")
        self._act(yara, "emote looks at the sky.", ilse, tomas)
        return taken

    def trade(self, taken: Sequence[str]) -> None:
        """Exchange what two have taken."""
        ilse, tomas, yara = self._people
        self._chat.heading("A trade")
        self._act(tomas, f"go to {ilse.name}")
        self._act(tomas, f"trade {ilse.name}", ilse)
        self._act(ilse, f"trade {tomas.name}", tomas)
        self._act(ilse, f"offer {taken[0]}", tomas)
        self._act(tomas, f"offer {taken[1]}", ilse)
        self._act(ilse, "accept", tomas)
        self._act(tomas, "accept", ilse)
        for person in (ilse, tomas):
            self._act(person, "inventory")
        self._act(yara, f"tell {tomas.name} Who has the better of it?", tomas)
        self._act(tomas, "reply Ask me tomorrow.", yara)

    def part(self) -> None:
        """Say goodbye, and go back to the lobby one by one."""
        ilse, tomas, yara = self._people
        self._chat.heading("They part")
        self._act(ilse, "emote waves.", tomas, yara)
        for person in (ilse, tomas):
            self._go_on(person, self._act(person, "lobby"))
        self._act(yara, "who")

    def _act(self, person: Walker, text: str, *hearers: Walker) -> list[Document]:
        """Let someone type a command, and print what they and all who hear it read."""
        answer = person.type(text)
        self._chat.report(f"{person.name} > {text}")
        self._read(person, lines_of(answer))
        for each in hearers:
            self._read(each, each.hear())
        return answer

    def _when_ready(self, person: Walker, text: str) -> list[Document]:
        until = time.monotonic() + _PATIENCE_SECONDS
        while True:
            try:
                return self._act(person, text)
            except Unplanned as problem:
                if "being made" not in str(problem) or time.monotonic() > until:
                    raise
                self._chat.report(f"  ({problem})")
                time.sleep(_PAUSE_SECONDS)

    def _go_on(self, person: Walker, answer: Sequence[Document]) -> None:
        """Go where an answer leads to."""
        [character_id] = [found for each in answer if (found := _metadata(each).get("connect_as"))]
        person.connect(character_id)
        self._read(person, person.hear())

    def _read(self, person: Walker, lines: Sequence[str]) -> None:
        for line in lines:
            first = f"  {person.name:<{self._margin}}"
            for paragraph in line.split("\n"):
                self._chat.report(
                    textwrap.fill(paragraph, _WIDTH, initial_indent=first, subsequent_indent=" " * len(first))
                )
                first = " " * len(first)
        self._chat.rest()


def play(url: str, chat: Chat) -> bool:
    """Play the demo against a running installation and print it; return whether all went as planned.

    Raises:
        GameUnavailable
    """
    people = [Walker(url, name, species) for name, species in (("Ilse", "human"), ("Tomas", "dwarf"), ("Yara", "elf"))]
    try:
        with ExitStack() as leaving:
            for person in people:
                person.sign_up()
                leaving.callback(person.leave)
            chat.report(f"Three people have signed up at {url}. On the left is who reads a line.")
            meeting = Meeting(chat, people)
            meeting.arrive()
            meeting.enter()
            taken = meeting.walk()
            if len(taken) < 2:
                raise Unplanned("Nothing lies here that two could trade: others have taken it.")
            meeting.trade(taken)
            meeting.part()
    except Unreachable as error:
        raise GameUnavailable(f"{error}. Run `make dev` in another terminal, or set BASE_URL.") from error
    except (Unplanned, Refused, TimeoutError, WebSocketException) as problem:
        chat.report(f"It did not go as planned: {problem}", bad=True)
        return False
    chat.report("\nAll three have left, and what they held lies where they stood.")
    return True


def lines_of(documents: Sequence[Document]) -> list[str]:
    """Return what one reads of documents; what was read before a connection ended does not count."""
    return [
        each["data"]["text"]
        for each in documents
        if each["type"] == "game_message" and each["data"]["text"] and "again" not in each
    ]


def _metadata(document: Document) -> dict[str, Any]:
    return document["data"].get("metadata") or {}


def _things_in(answer: Sequence[Document]) -> list[str]:
    """Return the names of the items that one sees, the nearest first, each once."""
    seen = [each for document in answer for each in _metadata(document).get("entities", ())]
    return list(dict.fromkeys(each["name"] for each in seen if each["type"] == "item"))
