"""The state of an evening: the viewers, what they have said, and what it has led to."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from itertools import islice
from random import Random
from typing import Final, Self

from kernel.texts import translate, translate_n
from local.demo import commands, community, crafts, words
from local.demo.cast import Viewer
from local.demo.chat import Chat
from local.demo.commands import Line
from local.demo.game import Answer, Game, Request
from local.demo.ledger import Ledger, Move
from local.demo.log import Event, Log, headlines
from local.demo.points import Points

AT_ONCE: Final = 8
COUNTED: Final = ("message", "vote_cast", "search_performed", "item_bought", "item_sold")
"""Contributions that are compared with the game; whether it counts others depends on its settings."""


def waves(crowd: Iterable[Viewer]) -> Iterator[list[Viewer]]:
    """The crowd in groups of AT_ONCE."""
    waiting = iter(crowd)
    while wave := list(islice(waiting, AT_ONCE)):
        yield wave


class Evening:
    """Lines are sent by several threads, but recorded and shown only by the caller's.

    Attributes:
        ledger: what the viewers should hold.
        contributions: what they have done for the community, recorded the same way.
        faults: answers that no player should ever get, ready to be printed.
        busy_seconds: how long at least one request was open.
        gamble: the id of the one that was started; "" for none.
        cook: the viewer with a crafting job in progress, if any.
    """

    def __init__(self, game: Game, chat: Chat, viewers: list[Viewer], rng: Random) -> None:
        self.game = game
        self.chat = chat
        self.viewers = viewers
        self.rng = rng
        self.ledger = Ledger()
        self.contributions = Ledger()
        self.log = Log(game)
        self.points = Points()
        self.latencies: list[float] = []  # seconds
        self.busy_seconds = 0.0
        self.refused: Counter[str] = Counter()
        self.faults: list[str] = []
        self.gamble = ""
        self.cook: Viewer | None = None
        self._pool = ThreadPoolExecutor(AT_ONCE)

    @property
    def talkative(self) -> list[Viewer]:
        """The viewers who may write; only the first of a player's accounts, because people have one keyboard."""
        players: dict[str, Viewer] = {}
        for viewer in self.viewers:
            players.setdefault(viewer.user_id, viewer)
        return [viewer for viewer in players.values() if not viewer.silenced]

    def name_of(self, internal_name: str) -> str:
        """The English name of an item, by which the ledger knows it."""
        return words.name_of(internal_name)

    def held(self, viewer: Viewer) -> dict[str, int]:
        """What a viewer should hold by the ledger, {item: quantity}."""
        return self.ledger.held(viewer.user_id)

    def say(self, line: Line) -> Answer:
        return self.say_together([line])[0]

    def say_together(self, lines: Sequence[Line], *, shown: int | None = None) -> list[Answer]:
        """Send all lines at the same time, up to AT_ONCE; show the first `shown` in the order of their answers."""
        answers: dict[int, Answer] = {}
        for number, answer in self._ask_all([line.request for line in lines]):
            answers[number] = answer
            self._record(lines[number], answer)
        for number in islice(answers, shown):
            self._show(lines[number], answers[number])
        return [answers[number] for number in range(len(lines))]

    def start_counting(self) -> None:
        """Start accounting for contributions and points."""
        done, score = self.read_contributions()
        self.contributions.open(done)
        self.log.begin()
        self.points = Points.begin(self.game, score)

    def show_events(self, most: int = 4) -> list[Event]:
        """Show what the game has announced since the last call; returns all events."""
        names = {viewer.user_id: viewer.name for viewer in reversed(self.viewers)}
        news = self.read_events()
        texts = headlines(news, lambda user_id: names.get(user_id, translate("Someone")))
        for text in texts[:most]:
            self.chat.aside(f"* {text}")
        if len(texts) > most:
            self.chat.aside(
                translate_n("* ... and {n} more to celebrate", "* ... and {n} more to celebrate", len(texts) - most)
            )
        return news

    def read_events(self) -> list[Event]:
        """What the game has announced since the last call; gains of our viewers are recorded in the ledger."""
        news = self.log.news()
        ours = {viewer.user_id for viewer in self.viewers}
        moves = [move for event in news for move in crafts.moves(event, self.name_of)]
        self.ledger.enter(move for move in moves if move.user_id in ours)
        return news

    def read_contributions(self) -> tuple[dict[str, dict[str, int]], int]:
        """What the game has counted, {user_id: {metric: how much}}, and the score of all of it together."""
        players = {viewer.user_id: viewer for viewer in self.viewers}
        answers = self.say_together([community.engagement(viewer) for viewer in players.values()], shown=0)
        bodies = {user_id: answer.body for user_id, answer in zip(players, answers, strict=True) if answer.ok}
        counted = {
            user_id: {metric: body["by_type"][metric] for metric in COUNTED if metric in body.get("by_type", {})}
            for user_id, body in bodies.items()
        }
        return counted, sum(body["total_score"] for body in bodies.values())

    def read_holdings(self, viewers: Iterable[Viewer] | None = None) -> dict[str, dict[str, int]]:
        """What viewers hold by the game's answers, {user_id: {item: quantity}}; all viewers unless some are named."""
        asked = [commands.inventory(viewer) for viewer in viewers or self.viewers]
        answers = self.say_together(asked, shown=0)
        holdings: dict[str, dict[str, int]] = {}
        for answer in answers:
            if answer.ok:
                held = Counter[str]()
                for item in answer.body["items"]:
                    held[words.english(item)] += item["quantity"]
                holdings[answer.body["user"]["id"]] = dict(held)
        return holdings

    def _ask_all(self, requests: Sequence[Request]) -> list[tuple[int, Answer]]:
        """The answers in the order of arrival, as (index of the request, answer)."""
        started = time.perf_counter()
        numbers = {self._pool.submit(self.game.ask, request): number for number, request in enumerate(requests)}
        try:
            answers = [(numbers[done], done.result()) for done in as_completed(numbers)]
        finally:
            for waiting in numbers:
                waiting.cancel()
        self.busy_seconds += time.perf_counter() - started
        self.latencies += [answer.seconds for _, answer in answers]
        return answers

    def _record(self, line: Line, answer: Answer) -> None:
        if answer.ok:
            self.ledger.enter(line.moves(answer))
            player = line.speaker.user_id
            self.contributions.enter(
                Move("done", player, metric, much) for metric, much in line.contributions(answer).items()
            )
        elif answer.code in line.refusals:
            self.refused[answer.code] += 1
        else:
            self.faults.append(f"{line.speaker.name}: {line.text} -> {answer.status} {answer.code} {answer.text}")

    def _show(self, line: Line, answer: Answer) -> None:
        reply = line.reply(answer) if answer.ok else answer.text or translate("(status {status})", status=answer.status)
        self.chat.line(line.speaker, line.text, *filter(None, [reply]), refused=not answer.ok)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)
