"""What one reads and types while one plays."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Mapping, Sequence
from random import SystemRandom
from typing import Any, Final

from local.tools.play.connection import ATTEMPTS, TRIES, Command, Connection, ConnectionLost, Document, Replaced
from local.tools.play.door import Door, Refused, Unreachable
from worlds.commands.grammar import VERBS

PROMPT: Final = "> "
QUIT: Final = ("/quit", "/exit")
NOTIFICATIONS: Final = "/notifications"
GREETING_SECONDS: Final = 5
VITALS: Final = (("HP", "hp", "maxHP"), ("stamina", "stamina", "maxStamina"))

ReadLine = Callable[[], str | None]
"""Returns the next line; None when there are no more."""


class Terminal:
    """Plays in a terminal, or from a pipe.

    Args:
        read: waits for a line.
        write: shows a line.
        waits: for the answer to a line before the next one is read, so that a pipe is played as a person would.
    """

    def __init__(self, door: Door, read: ReadLine, write: Callable[[str], None], *, waits: bool = False) -> None:
        self._door = door
        self._read = read
        self._write = write
        self._waits = waits
        self._greeted = asyncio.Event()
        self._connection = Connection(self._address, self, rng=SystemRandom())
        self._lines: asyncio.Queue[str | None] = asyncio.Queue()
        self._known: set[str] = set()
        self._questions: asyncio.Future[str | None] | None = None
        self._chores: set[asyncio.Task[None]] = set()
        self._state: tuple[str, ...] = ()

    async def play(self) -> int:
        """Play until /quit or the end of the lines; return the exit code."""
        loop = asyncio.get_running_loop()
        threading.Thread(target=self._read_all, args=(loop,), daemon=True).start()
        try:
            character_id = await asyncio.to_thread(self._door.last_character)
            unread = await asyncio.to_thread(self._door.unread)
        except (Refused, Unreachable) as error:
            self._write(str(error))
            return 1
        if unread:
            self._write(f"(Unread notifications: {unread}. Type {NOTIFICATIONS} to read them.)")
        playing = asyncio.create_task(self._connection.run(character_id))
        typing = asyncio.create_task(self._type())
        await asyncio.wait((playing, typing), return_when=asyncio.FIRST_COMPLETED)
        for task in (playing, typing, *self._chores):
            task.cancel()
        [ended, *_] = await asyncio.gather(playing, typing, *self._chores, return_exceptions=True)
        return self._explain(ended)

    def _explain(self, ended: BaseException | None) -> int:
        match ended:
            case ConnectionLost():
                self._write("The world cannot be reached. Is the game running? Try again later.")
            case Replaced():
                self._write("You are playing this character somewhere else, so it has stopped here.")
            case Refused():
                self._write(f"{ended} Start again to log in.")
            case Exception():
                raise ended
            case _:
                return 0
        return 1

    # -------------------------------------------------------- what happens: connection.Listener

    def connected(self) -> None:
        self._write("(Connected.)")

    def reconnecting(self, attempt: int) -> None:
        self._write(f"(The connection is lost. Trying again, {attempt} of {ATTEMPTS}.)")

    def dropped(self, command: Command) -> None:
        self._write(f"(The world did not answer this, after {TRIES} tries: {command.text}. Type it again.)")

    def received(self, document: Document) -> None:
        data = document["data"]
        match document["type"]:
            case "game_message":
                self._say(data, is_again="again" in document)
            case "error":
                self._write(f"! {data['message']}")
            case "state_update":
                self._show_state(data)
                self._greeted.set()
            case _:
                pass

    def _say(self, data: dict[str, Any], *, is_again: bool) -> None:
        if data["id"] in self._known:  # sent again after connecting anew
            return
        self._known.add(data["id"])
        if data["text"]:
            self._write(data["text"])
        metadata = {} if is_again else data.get("metadata") or {}
        if metadata and data["type"] == "trigger_entry_options":
            self._begin(self._enter(metadata["world_id"], metadata.get("world_name") or "the world"))
        elif "connect_as" in metadata:
            self._begin(self._play_as(metadata["connect_as"]))

    def _show_state(self, data: dict[str, Any]) -> None:
        """Say how one is when that has changed; a ghost has nothing to lose."""
        shown = tuple(f"{name} {data[value]}/{data[most]}" for name, value, most in VITALS if data[most])
        if shown and shown != self._state:
            self._write(f"({', '.join(shown)})")
        self._state = shown

    # -------------------------------------------------------- what one types

    def _read_all(self, loop: asyncio.AbstractEventLoop) -> None:
        line: str | None = ""
        while line is not None and line.strip() not in QUIT:
            line = self._read()
            loop.call_soon_threadsafe(self._lines.put_nowait, line)

    async def _type(self) -> None:
        if self._waits:
            await asyncio.wait((asyncio.create_task(self._greeted.wait()),), timeout=GREETING_SECONDS)
        while (line := await self._lines.get()) is not None:
            text = line.strip()
            if text in QUIT:
                return
            if self._questions is not None and not self._questions.done():
                self._questions.set_result(text)
                if self._waits:
                    await self._asked_or_done()
            elif text == NOTIFICATIONS:
                await self._guarded(self._read_notifications())
            elif text:
                self._connection.send(text)
                if self._waits:
                    await self._connection.answered()
                    await self._asked_or_done()
        await self._connection.answered()

    async def _asked_or_done(self) -> None:
        """Wait until what was set off asks something, which the next line answers, or is done."""
        while self._chores and (self._questions is None or self._questions.done()):
            await asyncio.sleep(0.05)

    async def _read_notifications(self) -> None:
        for line in await asyncio.to_thread(self._door.read_notifications) or ["Nothing is unread."]:
            self._write(line)

    async def _ask(self, question: str) -> str:
        self._write(question)
        self._questions = asyncio.get_running_loop().create_future()
        return await self._questions or ""

    # -------------------------------------------------------- going from world to world

    def _begin(self, chore: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(self._guarded(chore))
        self._chores.add(task)
        task.add_done_callback(self._chores.discard)

    async def _guarded(self, chore: Coroutine[Any, Any, None]) -> None:
        try:
            await chore
        except (Refused, Unreachable) as error:
            self._write(f"! {error}")

    async def _play_as(self, character_id: str) -> None:
        """Go on as another of one's characters."""
        await self._connection.enter(await asyncio.to_thread(self._door.choose, character_id))

    async def _enter(self, world_id: str, name: str) -> None:
        """Enter a world, as who one is there, or as someone new."""
        selected, state = await asyncio.gather(
            asyncio.to_thread(self._door.ask, "POST", "/api/session/world/select", {"world_id": world_id}),
            asyncio.to_thread(self._door.ask, "GET", "/api/session/state"),
        )
        options = selected["entry_options"]
        known = next((each for each in state["characters"] if each["world_id"] == world_id), None)
        if known is not None:
            self._write(f"You enter {name} as {known['name']}.")
            await self._play_as(known["character_id"])
            return
        people = {each["name"].lower(): each for each in options["available_npcs"]}
        ways = {
            "player": options["can_create_custom"],
            "inhabit": bool(people),
            "watcher": options["can_enter_as_watcher"],
        }
        roles = [role for role, is_open in ways.items() if is_open]
        if not roles:
            self._write(f"There is no way into {name} for you. Ask its owner for an invitation.")
            return
        role = await self._choose(f"How do you enter {name}?", roles)
        if not role:
            self._write("You stay where you are.")
            return
        if role == "inhabit":
            await self._inhabit(world_id, people)
            return
        body = {"world_id": world_id, "role": role, "name": await self._ask("What is your name there?")}
        if role == "player":
            body["species"] = await self._choose("What are you?", ("human", "dwarf", "elf"))
        made = await asyncio.to_thread(self._door.ask, "POST", "/api/session/character/create", body)
        await self._play_as(made["character"]["character_id"])

    async def _inhabit(self, world_id: str, people: Mapping[str, dict[str, Any]]) -> None:
        """Be one of the game's own people."""
        for each in people.values():
            who = f"{each['name']}, {each['occupation']}, {each['species']}, {each['age']} years old."
            self._write(f"{who} {each['description']}")
        name = await self._choose("Who are you?", tuple(people))
        if not name:
            self._write("You stay where you are.")
            return
        wish = {"world_id": world_id, "npc_id": people[name]["id"]}
        made = await asyncio.to_thread(self._door.ask, "POST", "/api/session/character/create", wish)
        await self._play_as(made["character"]["character_id"])

    async def _choose(self, question: str, choices: Sequence[str]) -> str:
        """Return what was chosen; an empty line is "" and chooses nothing."""
        answer = "?"
        while answer and answer not in choices:
            answer = (await self._ask(f"{question} Type {' or '.join(choices)}, or nothing to stay.")).lower()
        return answer

    async def _address(self, character_id: str) -> str:
        return await asyncio.to_thread(self._door.socket_url, character_id)


def completions(text: str) -> list[str]:
    """Return the commands that begin like a text."""
    return sorted(verb for verb in VERBS if verb.startswith(text.lower()))
