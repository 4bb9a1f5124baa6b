"""Three people meet in Worlds: they greet each other in the lobby, enter Temperate, walk, talk and trade; one of them
does what hints say; and they part."""

from __future__ import annotations

import textwrap
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from secrets import choice, token_hex
from typing import Any, Final

import urllib3
from websockets.exceptions import WebSocketException

from local.demo.chat import Chat
from local.demo.game import GameUnavailable
from local.tools.verify.checking import Broken
from local.tools.verify.client import Client
from local.tools.verify.visitors import Visitor
from local.worlds.play_socket import Document, PlaySocket
from worlds.acting.models import TooManyCommands
from worlds.world.models import FAILED, READY, TEMPERATE

NAMES: Final = ("Ann", "Bob", "Cleo")
OUT_OF_EARSHOT: Final = 60
"""Metres; a voice carries 50."""
MOST_HINTS: Final = 12

_OPPOSITE: Final = {"north": "south", "east": "west", "west": "east", "south": "north"}
_WIDTH: Final = 96
_WORLD_SECONDS: Final = 300
"""How long Temperate may take to be made, after the first start of an installation."""


class Stopped(Exception):
    """The three cannot go on; the text says why."""


class Traveller:
    """Someone with an account, who plays one body at a time.

    Attributes:
        label: what the demo calls them.
        name: of their body in the world. Names are unique there, and another demo may be running.
        lines: all that they have read.
    """

    def __init__(self, client: Client, chat: Chat, label: str, ending: str) -> None:
        self.label = label
        self.name = f"{label}-{ending}"
        self.visitor = Visitor(client, name=f"demo-{token_hex(5)}")
        self.lines: list[str] = []
        self._chat = chat
        self._socket: PlaySocket | None = None
        self._read: set[str] = set()

    def play(self, character_id: str) -> None:
        """Connect as a body, and print what one reads on arriving."""
        self.disconnect()
        address, ticket = self.visitor.ticket()
        self._socket = PlaySocket.open(address, {"ticket": ticket, "character_id": character_id})
        self._socket.hear(lambda each: each["type"] == "state_update", "the first state_update")
        self._chat.report(f"{self.label} arrives.")
        self.read()

    def disconnect(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def types(self, command: str) -> list[Document]:
        """Type a command, print it with its answer, and return the answer.

        Raises:
            Stopped: the game refuses it.
        """
        answer = self.tries(command)
        if _is_refused(answer):
            raise Stopped(f"{self.label} was refused: {command}")
        return answer

    def tries(self, command: str) -> list[Document]:
        """Type a command that may be refused, print it with its answer, and return the answer."""
        self.read()
        self._chat.report(f"{self.label} types: {command}")
        answer = self._connection.ask(command)
        while any(_text(each) == TooManyCommands.message for each in answer):
            time.sleep(1)
            answer = self._connection.ask(command)
        self._print(answer)
        return answer

    def hears(self, text: str) -> None:
        """Wait until a line with this text arrives, and print all that has arrived.

        Raises:
            TimeoutError
        """
        self._connection.hear(lambda each: text in _text(each), f"what {self.label} should read, {text!r},")
        self.read()

    def read(self) -> None:
        """Print what has arrived."""
        heard, self._connection.heard = self._connection.heard, []
        self._print(heard)

    @property
    def _connection(self) -> PlaySocket:
        if self._socket is None:
            raise Stopped(f"{self.label} is not connected")
        return self._socket

    def _print(self, documents: list[Document]) -> None:
        # Who comes back to a body is sent what they read in it last.
        new = [each for each in documents if _id(each) not in self._read]
        self._read.update(filter(None, map(_id, new)))
        for line in "\n".join(filter(None, map(_text, new))).splitlines():
            self.lines.append(line)
            for part in textwrap.wrap(f"{self.label} reads: {line}", _WIDTH, subsequent_indent=" " * 4):
                self._chat.aside(part)


def play(url: str, chat: Chat) -> bool:
    """Play the demo against a running installation and print it; return whether all went as planned.

    Raises:
        GameUnavailable
    """
    client = Client(url)
    ending = "".join(choice("bdklmnrst") + choice("aeiou") for _ in range(2))
    people = [Traveller(client, chat, label, ending) for label in NAMES]
    try:
        with _accounts(client, chat, people):
            _meet(chat, people)
            _enter(client, chat, people)
            _walk_and_talk(chat, people)
            things = _trade(chat, people)
            _do_what_hints_say(chat, people[2])
            _part(chat, people, things)
    except urllib3.exceptions.HTTPError as error:
        raise GameUnavailable(f"Nothing answers at {url}. Start it with: make dev") from error
    except (Stopped, Broken, TimeoutError, WebSocketException, OSError) as error:
        chat.report(f"It did not go as planned: {error}", bad=True)
        return False
    finally:
        client.close()
    return True


@contextmanager
def _accounts(client: Client, chat: Chat, people: list[Traveller]) -> Iterator[None]:
    """Sign all of them up, and delete their accounts at the end, however it comes."""
    try:
        for person in people:
            person.visitor.register()
        chat.report(f"{', '.join(NAMES[:-1])} and {NAMES[-1]} have signed up at {client.url}.")
        yield
    finally:
        for person in people:
            person.disconnect()
            visitor = person.visitor
            if visitor.token:
                client.expect(200, "POST", "/api/auth/delete", {"password": visitor.password}, token=visitor.token)
    chat.report("Their accounts are deleted again.")


def _meet(chat: Chat, people: list[Traveller]) -> None:
    chat.heading("Three newcomers in the lobby")
    for person in people:
        person.visitor.enter_lobby()
        person.play(person.visitor.ghost)
    ann, *others = people
    ann.types("say Hello! Who comes along to Temperate?")
    for other in others:
        other.hears("Hello! Who comes along")
        other.types("emote nods.")
        ann.hears("nods.")


def _enter(client: Client, chat: Chat, people: list[Traveller]) -> None:
    _await_the_world(client, chat, people[0].visitor)
    chat.heading("Three bodies in Temperate")
    for number, person in enumerate(people):
        person.play(_led_to(person.types(f"create character {person.name} Player Human Temperate")))
        for other in people[:number]:
            other.hears(f"{person.name} is here now.")
    people[0].types("who")


def _await_the_world(client: Client, chat: Chat, visitor: Visitor) -> None:
    """Wait until Temperate is made.

    Raises:
        Stopped
    """
    until, is_told = time.monotonic() + _WORLD_SECONDS, False
    while True:
        status = client.expect(200, "GET", f"/api/game/worlds/{TEMPERATE}", token=visitor.token).body["status"]
        if status == READY:
            return
        if status == FAILED or time.monotonic() > until:
            raise Stopped(f"Temperate is not ready to be entered, it is: {status}")
        if not is_told:
            chat.report("Temperate is still being made, which happens once. They wait for it.")
            is_told = True
        time.sleep(1)


def _walk_and_talk(chat: Chat, people: list[Traveller]) -> None:
    ann, bob, cleo = people
    chat.heading("A walk, and how far a voice carries")
    way = next((each for each in _OPPOSITE if not _is_refused(cleo.tries(f"{each} {OUT_OF_EARSHOT}"))), None)
    if way is None:
        raise Stopped("Cleo cannot walk anywhere")
    ann.types("say What a place to be!")
    bob.hears("What a place to be!")
    ann.types(f"whisper {bob.name} Cleo cannot hear us.")
    bob.hears("Cleo cannot hear us.")
    ann.types(f"tell {cleo.name} Is it nice over there?")
    cleo.hears("Is it nice over there?")
    # Lines arrive in the order in which they were said, so the earlier ones would be here by now.
    if any("What a place" in line or "cannot hear us" in line for line in cleo.lines):
        raise Stopped(f"Cleo has heard what was said {OUT_OF_EARSHOT} m away")
    cleo.types("reply It is. I am coming back, though.")
    ann.hears("I am coming back")
    cleo.types(f"{_OPPOSITE[way]} {OUT_OF_EARSHOT}")


def _trade(chat: Chat, people: list[Traveller]) -> tuple[str, str]:
    """Let Ann and Bob exchange what they find; return the names of what each of them has now."""
    ann, bob, cleo = people
    chat.heading("A trade")
    hers = _pick_up(ann, but="")
    his = _pick_up(bob, but=hers)
    bob.types(f"go to {ann.name}")
    ann.types(f"trade {bob.name}")
    bob.hears("wants to trade with you")
    bob.types(f"trade {ann.name}")
    ann.hears("trades with you")
    ann.types(f"offer {hers} all")
    bob.hears("On the table")
    bob.types(f"offer {his} all")
    ann.hears("On the table")
    ann.types("accept")
    bob.hears("accepts.")
    bob.types("accept")
    ann.hears("The trade is done.")
    for person, thing, given in ((ann, his, hers), (bob, hers, his)):
        held = " ".join(map(_text, person.types("inventory")))
        if thing not in held or given in held:
            raise Stopped(f"{person.label} should hold {thing} instead of {given}")
    cleo.types("emote applauds.")
    for person in (ann, bob):
        person.hears("applauds.")
    return his, hers


def _pick_up(person: Traveller, but: str) -> str:
    """Take the nearest thing that can be carried away; return its name.

    Raises:
        Stopped: there is none.
    """
    seen = _metadata(person.types("look")).get("entities", [])
    counts = Counter(each["name"] for each in seen)
    for each in seen:
        name = each["name"]
        if each["type"] != "item" or counts[name] > 1 or name == but:
            continue
        if not _is_refused(person.tries(f"go to {name}")) and not _is_refused(person.tries(f"get {name}")):
            return name
    raise Stopped(f"nothing lies around that {person.label} could take")


def _do_what_hints_say(chat: Chat, person: Traveller) -> None:
    """Let someone who knows nothing do what the game suggests, until they have made something or spoken to someone.

    Raises:
        Stopped: it suggests what it refuses.
    """
    chat.heading("Hints are enough to begin with")
    done: Counter[str] = Counter()
    for _ in range(MOST_HINTS):
        suggested = [each["command"] for each in _metadata(person.types("hint"))["hints"]]
        command = min(suggested, key=done.__getitem__)  # the first of those that were not tried yet
        done[command] += 1
        person.types(command)
        if command.startswith(("craft ", "talk ")):
            break


def _part(chat: Chat, people: list[Traveller], things: tuple[str, str]) -> None:
    chat.heading("They part")
    ann, bob, cleo = people
    for person, thing in zip((ann, bob), things, strict=True):
        person.types(f"drop {thing} all")  # so that the next visitors find something, too
    ann.types(f"tell {cleo.name} Goodbye!")
    ann.types("say Goodbye!")
    for person in (bob, cleo):
        person.hears("Goodbye!")
    for person in people:
        person.play(_led_to(person.types("lobby")))


def _led_to(answer: list[Document]) -> str:
    """Return the id of the body that an answer says to connect as."""
    found = _metadata(answer).get("connect_as")
    if found is None:
        raise Stopped("the game does not say whom to connect as")
    return found


def _metadata(answer: list[Document]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for each in answer:
        found |= each["data"].get("metadata") or {}
    return found


def _text(document: Document) -> str:
    """Return what people read of a document; nothing of those that only programs read."""
    data = document["data"]
    return str(data.get("text") or data.get("message") or "") if isinstance(data, dict) else ""


def _id(document: Document) -> str:
    """Return the id of a message; nothing for other documents."""
    data = document["data"]
    return str(data.get("id") or "") if isinstance(data, dict) else ""


def _is_refused(answer: list[Document]) -> bool:
    return any(each["type"] == "error" for each in answer)
