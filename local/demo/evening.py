"""One evening as it goes: who is there, what was said, what it came to."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from functools import cached_property
from itertools import islice
from random import Random
from typing import Final, Self

from local.demo import commands, community, crafts
from local.demo.cast import Viewer
from local.demo.chat import Chat
from local.demo.commands import Line
from local.demo.game import Answer, Game, Request
from local.demo.ledger import Ledger, Move
from local.demo.log import Event, Log, headlines
from local.demo.points import Points

AT_ONCE: Final = 8
COUNTED: Final = ("message", "vote_cast", "search_performed", "item_bought", "item_sold")
"""Deeds that are compared with the game; what else it may count depends on its settings."""


def waves(crowd: Iterable[Viewer]) -> Iterator[list[Viewer]]:
    """As many as can speak at once, then the next."""
    waiting = iter(crowd)
    while wave := list(islice(waiting, AT_ONCE)):
        yield wave


class Evening:
    """Lines are asked by several threads, and booked and shown by the caller's alone.

    Attributes:
        books: what everybody holds.
        deeds: what everybody has done for the community, counted the same way.
        faults: answers that no player should ever get, ready to be printed.
        busy_seconds: how long at least one question was open.
        gamble: the id of the one that was begun; "" for none.
        cook: who has something in the works, if anybody.
    """

    def __init__(self, game: Game, chat: Chat, viewers: list[Viewer], rng: Random) -> None:
        self.game = game
        self.chat = chat
        self.viewers = viewers
        self.rng = rng
        self.ledger = Ledger()
        self.deeds = Ledger()
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
        """Who may write; of two accounts of a player only the first, since people have one keyboard."""
        players: dict[str, Viewer] = {}
        for viewer in self.viewers:
            players.setdefault(viewer.user_id, viewer)
        return [viewer for viewer in players.values() if not viewer.silenced]

    def name_of(self, internal_name: str) -> str:
        """What players call an item."""
        return self._names[internal_name]

    @cached_property
    def _names(self) -> dict[str, str]:
        return {item["internal_name"]: item["public_name"] for item in self.game.read("/api/v1/admin/items")}

    def held(self, viewer: Viewer) -> dict[str, int]:
        """{item: quantity}, going by the books."""
        return self.ledger.held(viewer.user_id)

    def say(self, line: Line) -> Answer:
        return self.say_at_once([line])[0]

    def say_at_once(self, lines: Sequence[Line], *, shown: int | None = None) -> list[Answer]:
        """Everybody at the same moment, up to AT_ONCE. Shown as the answers come in, the first `shown` of them."""
        answers: dict[int, Answer] = {}
        for number, answer in self._asked([line.request for line in lines]):
            answers[number] = answer
            self._book(lines[number], answer)
        for number in islice(answers, shown):
            self._show(lines[number], answers[number])
        return [answers[number] for number in range(len(lines))]

    def begin_counting(self) -> None:
        """From now on deeds and points are accounted for."""
        done, score = self.take_deeds()
        self.deeds.open(done)
        self.log.begin()
        self.points = Points.begin(self.game, score)

    def tell_news(self, most: int = 4) -> list[Event]:
        """Show what the game has announced since the last time. Returns all of it."""
        names = {viewer.user_id: viewer.name for viewer in reversed(self.viewers)}
        news = self.hear()
        told = headlines(news, lambda user_id: names.get(user_id, "Somebody"))
        for text in told[:most]:
            self.chat.aside(f"* {text}")
        if len(told) > most:
            self.chat.aside(f"* ... and {len(told) - most} more to celebrate")
        return news

    def hear(self) -> list[Event]:
        """What the game has announced since the last time; what it has brought to somebody goes into the books."""
        news = self.log.news()
        ours = {viewer.user_id for viewer in self.viewers}
        moves = [move for event in news for move in crafts.moves(event, self.name_of)]
        self.ledger.enter(move for move in moves if move.user_id in ours)
        return news

    def take_deeds(self) -> tuple[dict[str, dict[str, int]], int]:
        """{user_id: {metric: how much}} as the game has counted it, and what all of it together is worth."""
        players = {viewer.user_id: viewer for viewer in self.viewers}
        answers = self.say_at_once([community.engagement(viewer) for viewer in players.values()], shown=0)
        bodies = {user_id: answer.body for user_id, answer in zip(players, answers, strict=True) if answer.ok}
        counted = {
            user_id: {metric: body["by_type"][metric] for metric in COUNTED if metric in body.get("by_type", {})}
            for user_id, body in bodies.items()
        }
        return counted, sum(body["total_score"] for body in bodies.values())

    def take_stock(self, viewers: Iterable[Viewer] | None = None) -> dict[str, dict[str, int]]:
        """{user_id: {item: quantity}}, asked from the game, not from the books. Of everybody, if of nobody else."""
        asked = [commands.inventory(viewer) for viewer in viewers or self.viewers]
        answers = self.say_at_once(asked, shown=0)
        stock: dict[str, dict[str, int]] = {}
        for answer in answers:
            if answer.ok:
                held = Counter[str]()
                for item in answer.body["items"]:
                    held[item["public_name"]] += item["quantity"]
                stock[answer.body["user"]["id"]] = dict(held)
        return stock

    def _asked(self, requests: Sequence[Request]) -> list[tuple[int, Answer]]:
        """(which request, its answer) in the order of the answers."""
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

    def _book(self, line: Line, answer: Answer) -> None:
        if answer.ok:
            self.ledger.enter(line.moves(answer))
            player = line.speaker.user_id
            self.deeds.enter(Move("done", player, metric, much) for metric, much in line.deeds(answer).items())
        elif answer.code in line.refusals:
            self.refused[answer.code] += 1
        else:
            self.faults.append(f"{line.speaker.name}: {line.text} -> {answer.status} {answer.code} {answer.text}")

    def _show(self, line: Line, answer: Answer) -> None:
        told = line.told(answer) if answer.ok else answer.text or f"(status {answer.status})"
        self.chat.line(line.speaker, line.text, *filter(None, [told]), refused=not answer.ok)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)
