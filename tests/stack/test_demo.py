"""`make demo` plays an evening against the running stack and reports what goes wrong."""

from __future__ import annotations

import io
import json
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from uuid import uuid4

import pytest

from kernel.texts import speaking, translate, translate_n
from local.demo import commands, community
from local.demo.cast import MOST, STREAMER_BOT, invite
from local.demo.chat import Chat
from local.demo.evening import Evening
from local.demo.game import Game, Request
from local.demo.item_scenes import await_results, gamble_start, workshop
from local.demo.ledger import Difference, Ledger, Move
from local.demo.scenes import SCENES, arrivals, handouts
from local.demo.summary import report
from local.stack.postgres import Postgres
from local.stack.process import ROOT, StackProcess
from tests.support.languages import english_words

API_KEY = "key-of-the-demo"


@pytest.fixture(scope="module")
def stack(postgres: Postgres, template_database: str) -> Iterator[StackProcess]:
    name = f"demo_{uuid4().hex}"
    with StackProcess(postgres.create_database(name, template_database), API_KEY) as started:
        yield started
    postgres.drop_database(name)


@dataclass
class Played:
    """What an evening printed."""

    returncode: int
    stdout: str
    stderr: str = ""
    language: str = "en"

    def says(self, text: str) -> bool:
        """Whether it says this text, in its language."""
        return self.words(text) in self.stdout

    def words(self, text: str, **fields: object) -> str:
        with speaking(self.language):
            return translate(text, **fields)


def play(*arguments: str, **environment: str) -> Played:
    inherited = {name: value for name, value in os.environ.items() if name not in ("BASE_URL", "PORT", "API_KEY")}
    ended = subprocess.run(
        [sys.executable, "-m", "local.demo", "--fast", *arguments],
        cwd=ROOT,
        env=inherited | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return Played(ended.returncode, ended.stdout, ended.stderr)


def play_on(stack: StackProcess, language: str = "en") -> Played:
    """Play an evening without the scenes that wait for deadlines."""
    printed = io.StringIO()
    with (
        speaking(language),
        Game(stack.url, API_KEY, language) as game,
        Evening(game, Chat(printed, 0), invite(50), Random(2)) as evening,
    ):
        for scene in SCENES:
            if scene not in (workshop, gamble_start, await_results):
                scene(evening)
        return Played(0 if report(evening) else 1, printed.getvalue(), language=language)


def test_two_evenings_in_a_row_go_as_planned_and_a_german_one_says_nothing_in_english(stack: StackProcess):
    first, second = play_on(stack), play_on(stack, "de")

    it_went_well(first)
    it_went_well(second)
    one_after_the_other(first, second)
    assert english_words(first.stdout) != []
    assert english_words(second.stdout) == []


@pytest.mark.slow
def test_two_whole_evenings(postgres: Postgres, template_database: str):
    """The first without the live events."""
    name = f"demo_{uuid4().hex}"
    with StackProcess(postgres.create_database(name, template_database), API_KEY) as stack:
        first = play("--seed", "1", PORT=stack.url.rpartition(":")[2], API_KEY=API_KEY)
        second = play("--seed", "2", "--watch", BASE_URL=stack.url, API_KEY=API_KEY)
    postgres.drop_database(name)

    for evening in (first, second):
        it_went_well(evening)
        it_was_whole(evening, watched=evening is second)
    one_after_the_other(first, second)


def it_went_well(evening: Played) -> None:
    assert (evening.returncode, evening.stderr) == (0, ""), evening.stdout
    assert evening.says("player by player against the game: every coin and every item accounted for,")
    assert evening.says("every line, search, trade and vote counted once, every level unlocked once")
    assert evening.words("two requests, {repeats} of them a repeat: {sum}", repeats=1, sum="") in evening.stdout
    refused = evening.words("{n}, all of them friendly ({codes})", n="N", codes="CODES")
    pattern = re.escape(refused).replace("N", r"\d+", 1).replace("CODES", ".*1 not_buyable.*1 self_gift.*")
    assert re.search(pattern, evening.stdout)
    assert evening.words("{accounts} accounts, {players} players", accounts=50, players=49) in evening.stdout
    assert evening.words("(The streamer hears about {words}.)", words="OBS") in evening.stdout
    crates = "Kisten" if evening.language == "de" else "crates"
    opened = evening.words("You opened {boxes}: {things}.", boxes=f"5 × {crates}", things="THINGS").partition("THINGS")[
        0
    ]
    assert re.search(rf"-> {re.escape(opened)}\d+ × ", evening.stdout)
    assert any(find(evening, text) for text in FINDS)
    assert re.search(LEVEL_UP[evening.language], evening.stdout)
    assert re.search(r"chat +\d+ \D+, \d+ \D+, \d+ \D+\n", evening.stdout, re.IGNORECASE)
    assert "\x1b" not in evening.stdout


FINDS = ("You found {things} ({quality}).", "What a find! You found {things} ({quality}).")
LEVEL_UP = {"en": r"\* \S+ is now a Merchant of level \d+\.", "de": r"\* \S+ ist jetzt Händler auf Stufe \d+\."}


def find(evening: Played, text: str) -> bool:
    said = re.escape(evening.words(text, things="THINGS", quality="QUALITY"))
    return bool(re.search(said.replace("THINGS", r"[12] × .+").replace("QUALITY", r"\S+"), evening.stdout))


def it_was_whole(evening: Played, *, watched: bool = True) -> None:
    """With the gamble and the workshop."""
    assert re.search(r"\* \S+ wins the gamble: what 12 players had in their boxes, worth \d+ money\.", evening.stdout)
    assert re.search(r"-> In the works: 1 × firepot, done in \S+", evening.stdout)
    assert re.search(r"-> You hold .*\d × firepot", evening.stdout)
    assert money(evening)["won"] > 0
    if watched:
        assert re.search(r"stream +\d{3,} live events, each of them once", evening.stdout)
        assert re.search(r"~ job\.level_up .*job_key merchant", evening.stdout)
    else:
        assert "live events" not in evening.stdout


def one_after_the_other(first: Played, second: Played) -> None:
    assert "1 feature_locked" in first.stdout
    assert "Done, linked with" in first.stdout
    assert "Welcome back" not in first.stdout
    with speaking(second.language):
        welcome = translate_n(
            "Welcome back, {n} of you has been here before!", "Welcome back, {n} of you have been here before!", 50
        )
    assert welcome in second.stdout
    assert second.says("The shop is open already: what a community unlocks stays unlocked.")
    assert money(first)["after"] == money(second)["before"]
    assert points(first)["left"] == points(second)["before"]


def money(evening: Played) -> dict[str, int]:
    """Before, what came and went, and after; the sum is checked."""
    name, word = evening.words("money"), evening.words("before")
    total = re.escape(evening.words("{sum} = {n} now", sum="SUM", n="N")).replace("SUM", "(.*)").replace("N", r"(\d+)")
    found = re.search(rf"{name} +(\d+) {word} {total}", evening.stdout)
    assert found, evening.stdout
    before, after = int(found[1]), int(found[3])
    changes = {word: int(sign + much) for sign, much, word in re.findall(r"([+-]) (\d+) (\D+?)(?= [+-]|$)", found[2])}
    assert {evening.words(each) for each in ("handed out", "spent on buying", "earned by selling")} <= changes.keys()
    assert before + sum(changes.values()) == after
    return {"before": before, "after": after, "won": changes.get(evening.words("won in the gamble"), 0)}


def points(evening: Played) -> dict[str, int]:
    """Before, what came and what was paid, and after; the sum is checked."""

    def number(text: str) -> str:
        return re.escape(evening.words(text, n="N", points="N", unlocks="N")).replace("N", r"(\d+)")

    found = re.search(
        rf"{evening.words('points')} +{number('{n} before')} \+ {number('{n} earned')}"
        rf"(?: \+ {number('{n} from the streamer')})? \+ {number('{n} by bonuses')}"
        rf" = {number('{points} paid for {unlocks} unlocks')} \+ {number('{n} left')}",
        evening.stdout,
    )
    assert found, evening.stdout
    before, earned, given, bonus, paid, unlocks, left = (int(number or 0) for number in found.groups())
    assert before + earned + given + bonus == paid + left
    assert unlocks > 1
    return {"before": before, "left": left}


def test_a_theft_and_an_unexpected_answer_fail_the_demo(stack: StackProcess):
    printed = io.StringIO()
    with (
        Game(stack.url, API_KEY) as game,
        Evening(game, Chat(printed, 0), invite(10), Random(1)) as evening,
    ):
        arrivals(evening)
        evening.start_counting()
        handouts(evening)
        robbed = evening.viewers[2]
        evening.say(community.talk(robbed, "hello"))  # first words pay, whenever they are said
        evening.read_events()
        held = evening.held(robbed)["money"]
        theft = {"platform": robbed.platform, "username": robbed.name, "item_name": "money", "quantity": 1}
        assert game.ask(Request("POST", "/api/v1/user/item/remove", theft)).ok
        unseen = community.talk(robbed, "psst")
        assert game.ask(unseen.request).ok
        evening.say(commands.buy(robbed, "no such thing", 1))

        assert report(evening) is False

    assert f"{robbed.name} should hold {held} × money and holds {held - 1}" in printed.getvalue()
    counted = re.search(rf"{robbed.name} did (\d+) × message, and the game counts (\d+)", printed.getvalue())
    assert counted
    assert int(counted[1]) + 1 == int(counted[2])
    assert f"unplanned answer: {robbed.name}: !buy no such thing 1 -> 400 item_not_found" in printed.getvalue()
    assert "NOT ACCOUNTED FOR" in printed.getvalue()
    assert "every item accounted for" not in printed.getvalue()


def test_a_gamble_that_ended_in_an_earlier_scene_is_not_waited_for(stack: StackProcess):
    with (
        Game(stack.url, API_KEY) as game,
        Evening(game, Chat(io.StringIO(), 0), invite(10), Random(1)) as evening,
    ):
        evening.log.begin()
        evening.gamble = str(uuid4())
        evening.log.events.append({"event_type": "gamble.complete", "payload": {"gamble_id": evening.gamble}})

        await_results(evening)

        assert evening.faults == []


def test_a_wrong_key_is_one_line(stack: StackProcess):
    refused = play(BASE_URL=stack.url, API_KEY="not-that-one")

    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == (
        f"The game at {stack.url} does not take this API key. Set API_KEY to one that works: `make dev` shows its own, "
        "or how to get another.\n"
    )


def test_without_a_running_game_the_demo_says_how_to_start_it():
    with socket.socket() as unused:  # bound but not listening: the port is reserved and refuses connections
        unused.bind(("127.0.0.1", 0))
        alone = play(PORT=str(unused.getsockname()[1]))

    assert (alone.returncode, alone.stdout) == (1, "")
    assert "`make dev` in another terminal" in alone.stderr
    assert alone.stderr.count("\n") == 1


@contextmanager
def answering(*answers: bytes | None) -> Iterator[tuple[str, list[str | None]]]:
    """A server that gives these bodies in turn, and hangs up for None. Yields its URL and the keys it is sent."""
    waiting = list(answers)
    keys: list[str | None] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            keys.append(self.headers["Idempotency-Key"])
            self.rfile.read(int(self.headers["Content-Length"] or 0))
            body = waiting.pop(0)
            if body is None:
                self.close_connection = True
                return
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", keys
        server.shutdown()


def test_another_program_on_the_port_is_recognised():
    with answering(b"<html>hello</html>") as (url, _):
        stranger = play(BASE_URL=url)

    assert stranger.returncode == 1
    assert "it is not Brandish" in stranger.stderr


def test_a_request_whose_answer_is_lost_is_sent_again_under_its_key():
    with answering(None, json.dumps({"message": "Bought."}).encode()) as (url, keys), Game(url, API_KEY) as game:
        answer = game.ask(Request("POST", "/api/v1/economy/buy", {}))

    assert answer.text == "Bought."
    assert len(keys) == 2
    assert keys[0] == keys[1]
    assert keys[0]


def test_the_ledger_names_player_and_item_of_every_difference():
    ledger = Ledger()
    ledger.open({"ann": {"money": 10}, "bob": {}, "bobs other": {"spade": 1}})
    ledger.merge("bob", "bobs other")
    ledger.enter([Move("given", "ann", "money", -4), Move("given", "bob", "money", 4)])

    assert ledger.differences({"ann": {"money": 6}, "bob": {"money": 4, "spade": 1}}) == []
    assert ledger.differences({"ann": {"money": 6}, "bob": {"money": 4}, "eve": {"spade": 1}}) == [
        Difference("bob", "spade", 1, 0),
        Difference("eve", "spade", 0, 1),
    ]


def test_no_two_viewers_share_an_account_or_a_name():
    viewers = invite(MOST)

    accounts = {(viewer.platform, viewer.platform_id) for viewer in viewers}
    seconds = {viewer.second for viewer in viewers if viewer.second}
    assert len(accounts) == len({(viewer.platform, viewer.name) for viewer in viewers}) == MOST
    assert not accounts & seconds


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("no_color", "coloured"), [("", True), ("1", False)])
def test_colours_are_for_terminals_that_want_them(monkeypatch: pytest.MonkeyPatch, no_color: str, coloured: bool):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", no_color)
    terminal = Terminal()

    Chat(terminal, 0).line(STREAMER_BOT, "!hello", "Hello.")

    assert ("\x1b[" in terminal.getvalue()) is coloured


def test_other_peoples_names_do_not_steer_the_terminal():
    printed = io.StringIO()

    Chat(printed, 0).line(STREAMER_BOT, "!who", "Found: \x1b[2Jeve\u202e.")

    assert "Found: \ufffd[2Jeve\ufffd." in printed.getvalue()
