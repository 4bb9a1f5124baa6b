"""Tries the WebSocket of Worlds: who is let in, what frames may be, and that commands are done once and in order."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import uuid4

from websockets.exceptions import ConnectionClosed, InvalidStatus

from local.tools.verify.checking import Broken, Report
from local.tools.verify.client import Client
from local.tools.verify.visitors import COOKIE, Visit, Visitor
from local.worlds.play_socket import Document, PlaySocket

PART: Final = "websocket"
LONGEST_COMMAND: Final = 1024
LARGEST_FRAME: Final = 32 * 1024
COMMANDS_PER_SECOND: Final = 20
BURST: Final = 60
MOST_IN_A_FRAME: Final = 8
LINES: Final = 5
QUIET_SECONDS: Final = 1.0
"""How long we listen for what should not come."""


class WebSocketTrial:
    """Connects, plays and disconnects."""

    def __init__(self, client: Client, report: Report, visit: Visit) -> None:
        self._client = client
        self._report = report
        self._visit = visit

    def run(self) -> None:
        """Try everything."""
        self.try_connecting()
        self.try_refusals()
        self.try_greeting()
        self.try_frames()
        self.try_commands()
        self.try_hearing()
        self.try_replacing()
        self.try_reconnecting()
        self.try_limits()

    def try_connecting(self) -> None:
        """Open it in each of the ways there are."""
        check = self._report.check
        with check(PART, "a ticket opens it, once") as seen:
            ann = self._visit.ann
            address, ticket = ann.ticket()
            query = {"ticket": ticket, "character_id": ann.ghost}
            PlaySocket.open(address, query).close()
            seen.append(f"{urlsplit(address).path}, then {self._require_refused(query, 401)}")
        with check(PART, "a token opens it, in the query, in the header and, from our own pages, in the cookie"):
            ann = self._visit.ann
            address, query = self._address(), {"character_id": ann.ghost}
            cookie = {"Cookie": f"{COOKIE}={ann.token}", "Origin": _origin(self._client.url)}
            PlaySocket.open(address, {**query, "token": ann.token}).close()
            PlaySocket.open(address, query, {"Authorization": f"Bearer {ann.token}"}).close()
            PlaySocket.open(address, query, cookie).close()

    def try_refusals(self) -> None:
        """Open it with what must be refused before it opens."""
        check = self._report.check
        with check(PART, "without a token, and with a wrong one, it does not open") as seen:
            query = {"character_id": self._visit.ann.ghost}
            seen.append(self._require_refused(query, 401))
            for wrong in ({"token": "brandish.verify.wrong"}, {"token": ""}, {"ticket": "brandish-verify"}):
                seen.append(self._require_refused({**query, **wrong}, 401))
        with check(PART, "a page of another site cannot open it with one's cookie") as seen:
            ann = self._visit.ann
            foreign = {"Cookie": f"{COOKIE}={ann.token}", "Origin": "https://brandish-verify.example"}
            seen.append(self._require_refused({"character_id": ann.ghost}, 403, foreign))
        with check(PART, "no one connects as someone else, as no one, or as what is no character") as seen:
            token = self._visit.bob.token
            seen.append(self._require_refused({"token": token, "character_id": self._visit.ann.ghost}, 403))
            seen.append(self._require_refused({"token": token, "character_id": str(uuid4())}, 404))
            seen.append(self._require_refused({"token": token}, 400))
            seen.append(self._require_refused({"token": token, "character_id": "' OR 1=1 --"}, 400))

    def try_greeting(self) -> None:
        """Read what comes first."""
        with (
            self._report.check(PART, "what comes first is where one is, how one is, and the map") as seen,
            self._open(self._visit.ann) as socket,
        ):
            found = [socket.wait_for(lambda each: each["type"] == "game_message", "a greeting")]
            found.append(socket.wait_for(lambda each: each["type"] == "map_update", "a map"))
            seen.append(found[0]["data"]["text"].partition("\n")[0])
        with (
            self._report.check(PART, "a ping is answered with a pong and the state") as seen,
            self._open(self._visit.ann) as socket,
        ):
            socket.send('{"type":"ping","data":{}}')
            socket.wait_for(lambda each: each["type"] == "pong", "a pong")
            state = socket.wait_for(lambda each: each["type"] == "state_update", "a state_update")["data"]
            wanted = {"hp", "maxHP", "stamina", "maxStamina", "position", "inventory", "equipment"}
            if missing := wanted - state.keys():
                raise Broken(f"the state has no {', '.join(sorted(missing))}")
            seen.append(f"at {state['position']['x']}, {state['position']['y']}")

    def try_frames(self) -> None:
        """Send what is no frame, and go on."""
        check = self._report.check
        frames = (
            "{",
            "[]",
            "null",
            '"look"',
            "",
            " ",
            "[" * 10_000,
            '{"type":"dance","data":{}}',
            '{"type":"command"}',
        )
        frames += (
            '{"type":"command","data":{"text":7}}',
            '{"type":"command","id":7,"data":{"text":"look"}}',
            "\\ud800",
        )
        with (
            check(PART, "what is no frame is told so, and the connection goes on") as seen,
            self._open(self._visit.ann) as socket,
        ):
            sent = [frame for frame in frames if frame.strip()]
            for frame in sent:
                socket.send(frame)
                self._require_error(socket, f"the frame {frame[:40]}", "INVALID_COMMAND")
            _require_lines(socket.ask("look"))
            seen.append(f"{len(sent)} frames")
        with (
            check(PART, f"a command of {LONGEST_COMMAND:,} characters is read, a longer one is refused"),
            self._open(self._visit.ann) as socket,
        ):
            _require_lines(socket.ask("say ".ljust(LONGEST_COMMAND, "a")))
            _require_code(socket.ask("say ".ljust(LONGEST_COMMAND + 1, "a")), "INVALID_COMMAND")
        with check(PART, "a frame that is too large ends the connection, and one comes back") as seen:
            with self._open(self._visit.ann) as socket:
                try:
                    socket.send(json.dumps({"type": "command", "data": {"text": "a" * LARGEST_FRAME}}))
                    code = socket.wait_until_closed()
                except ConnectionClosed as error:  # while it was still being sent
                    code = error.rcvd.code if error.rcvd else 1006
            seen.append(f"closed with {code}")
            with self._open(self._visit.ann) as socket:
                _require_lines(socket.ask("look"))

    def try_commands(self) -> None:
        """Send commands in both forms, and one of them twice."""
        check = self._report.check
        with check(PART, "both forms of a command do the same") as seen, self._open(self._visit.ann) as socket:
            places = [_position(socket.ask_with(data)) for data in ({"text": "n"}, {"action": "north"})]
            back = [_position(socket.ask_with(data)) for data in ({"text": "s"}, {"action": "south"})]
            if places[1]["y"] - places[0]["y"] != 1 or places[1]["x"] != places[0]["x"]:
                raise Broken(f"they lead to {places}")
            if back[0] != places[0]:
                raise Broken(f"back, they lead to {back}")
            seen.append(f"to {places[0]['y']} and {places[1]['y']} m north")
        with (
            check(PART, "a command that is sent twice is done once, and answered alike") as seen,
            self._open(self._visit.ann) as socket,
        ):
            name = f"verify-{uuid4()}"
            first = socket.ask("n", name)
            again = socket.ask("n", name)
            after = _position(socket.ask("s"))
            before = _position(first)
            if after["y"] != before["y"] - 1:
                raise Broken(f"after going north twice by one id, and south, one is at {after}, not south of {before}")
            if [each["data"] for each in _lines(first)] != [each["data"] for each in _lines(again)]:
                raise Broken("the answers differ")
            seen.append(f"{len(again)} documents again")

    def try_hearing(self) -> None:
        """Say something, and have someone else hear it."""
        with (
            self._report.check(PART, "others hear what one says, once each, in order, without a gap") as seen,
            self._open(self._visit.bob) as bob,
            self._open(self._visit.ann) as ann,
        ):
            mark = uuid4().hex[:8]
            said = [f"{mark} number {number}" for number in range(1, LINES + 1)]
            began = time.monotonic()
            for text in said:
                _require_lines(ann.ask(f"say {text}"))
            bob.hear(lambda each: said[-1] in each["data"].get("text", ""), "the last line")
            seconds = time.monotonic() - began
            bob.listen(QUIET_SECONDS)
            heard = [each for each in bob.heard if mark in each["data"].get("text", "")]
            texts = [each["data"]["text"].partition(": ")[2] for each in heard]
            if texts != said:
                raise Broken(f"what was heard is {texts}")
            numbers = [each["seq"] for each in bob.heard if "seq" in each]
            if numbers != list(range(numbers[0], numbers[0] + len(numbers))):
                raise Broken(f"the numbers are {numbers}")
            seen.append(f"{LINES} lines within {seconds:.1f} s, seq {numbers[0]} to {numbers[-1]}")

    def try_replacing(self) -> None:
        """Connect twice with one character."""
        with (
            self._report.check(PART, "a newer connection closes the older one, and alone hears what follows") as seen,
            self._open(self._visit.bob) as bob,
            self._open(self._visit.ann) as older,
            self._open(self._visit.ann) as newer,
        ):
            farewell = older.wait_for(
                lambda each: each["type"] == "error" and not each.get("again"), "why the older connection closes"
            )
            if farewell["data"]["code"] != "ALREADY_IN_GAME":
                raise Broken(f"the older one is told {farewell['data']}")
            seen.append(f"{farewell['data']['code']}, {older.wait_until_closed()}")
            mark = uuid4().hex
            bob.ask(f"say {mark}")
            newer.wait_for_line(mark)
            if any(mark in each["data"].get("text", "") for each in older.heard):
                raise Broken("the older one has heard it, too")

    def try_reconnecting(self) -> None:
        """Lose the connection, and come back."""
        with self._report.check(
            PART, "who comes back reads the state and what was last said, and repeats nothing"
        ) as seen:
            ann, name, mark = self._visit.ann, f"verify-{uuid4()}", uuid4().hex
            with self._open(ann) as socket:
                socket.ask(f"say {mark}")
                gone_to = _position(socket.ask("e", name))
            with self._open(ann) as socket:
                line = socket.wait_for_line(mark)
                if not line.get("again"):
                    raise Broken("what is sent again does not say so")
                again = _position(socket.ask("e", name))
                back = _position(socket.ask("w"))
                if again != gone_to or back["x"] != gone_to["x"] - 1:
                    raise Broken(f"a command of the earlier connection was done again: {gone_to}, then {back}")
                seen.append(f"the same answer, at {back['x']}, {back['y']}")

    def try_limits(self) -> None:
        """Send many commands at once."""
        with (
            self._report.check(
                PART, f"of many commands at once, no more than {COMMANDS_PER_SECOND} a second are done"
            ) as seen,
            self._open(self._visit.ann) as socket,
        ):
            time.sleep(1)  # so that a second begins with the first of them
            names = [f"verify-{uuid4()}" for _ in range(BURST)]
            began = time.monotonic()
            documents = [json.dumps({"type": "command", "id": each, "data": {"text": "score"}}) for each in names]
            for start in range(0, BURST, MOST_IN_A_FRAME):
                socket.send("\n".join(documents[start : start + MOST_IN_A_FRAME]))
            answers = [socket.answers(each) for each in names]
            seconds = time.monotonic() - began
            refused = [each for each in answers if _code(each) == "ACTION_COOLDOWN"]
            done = BURST - len(refused)
            # A window begins with its first command, so this many fit into the time that it took.
            most = COMMANDS_PER_SECOND * (int(seconds) + 1)
            if done > most:
                raise Broken(f"{done} of {BURST} were done within {seconds:.1f} s")
            seen.append(f"{done} of {BURST} done within {seconds:.1f} s, the others ACTION_COOLDOWN")
            time.sleep(1)
            _require_lines(socket.ask("look"))

    def _open(self, visitor: Visitor) -> closing[PlaySocket]:
        return closing(visitor.connect())

    def _address(self) -> str:
        return self._visit.ann.ticket()[0]

    def _require_refused(self, query: Mapping[str, str], status: int, headers: Mapping[str, str] | None = None) -> str:
        """Return the status of the refusal."""
        with ExitStack() as opened:
            try:
                opened.enter_context(closing(PlaySocket.open(self._address(), query, headers)))
            except InvalidStatus as refusal:
                if refusal.response.status_code != status:
                    raise Broken(f"it is refused with {refusal.response.status_code}, not {status}") from None
                return str(status)
        shown = {name: "..." if name in ("token", "ticket") else value for name, value in query.items()}
        raise Broken(f"it opens with {shown}")

    def _require_error(self, socket: PlaySocket, what: str, code: str) -> None:
        error = socket.wait_for(lambda each: each["type"] == "error", f"an error about {what}")
        if error["data"]["code"] != code:
            raise Broken(f"{what} is answered with {error['data']}")


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _code(answer: Sequence[Document]) -> str:
    return next((each["data"]["code"] for each in answer if each["type"] == "error"), "")


def _lines(answer: Sequence[Document]) -> list[Document]:
    return [each for each in answer if each["type"] == "game_message"]


def _require_lines(answer: Sequence[Document]) -> None:
    if not _lines(answer):
        raise Broken(f"a command is answered with {[each['data'] for each in answer]}")


def _require_code(answer: Sequence[Document], code: str) -> None:
    if _code(answer) != code:
        raise Broken(f"a command is answered with {[each['data'] for each in answer]}, not {code}")


def _position(answer: Sequence[Document]) -> dict[str, Any]:
    """Return where a command has led."""
    found = [each["data"]["position"] for each in answer if each["type"] == "state_update"]
    if not found:
        raise Broken(f"a step is answered with {[each['data'] for each in answer]}")
    return found[0]
