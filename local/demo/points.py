"""Accounts for the community's points: where they come from and what they paid for, by the game's answers and log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from local.demo.game import Game
from local.demo.log import Log


@dataclass(frozen=True)
class Points:
    """The points at some moment.

    Attributes:
        score: the weighted contributions of all viewers, without bonuses.
        towards: collected for the current target.
        costs: {node: points for one level}.
    """

    score: int = 0
    towards: int = 0
    costs: Mapping[str, int] = field(default_factory=dict[str, int])

    @classmethod
    def begin(cls, game: Game, score: int) -> Points:
        nodes = game.read("/api/v1/progression/tree")["nodes"]
        costs = {node["node_key"]: node["unlock_cost"] for node in nodes}
        progress = game.read("/api/v1/progression/unlock-progress")
        if progress.get("node_key") in costs:  # the target keeps the cost that it had when it was set
            costs[progress["node_key"]] = progress["target_unlock_cost"]
        return cls(score, _towards(game), costs)


@dataclass(frozen=True)
class Account:
    """`before + done + given + bonus = paid + left`

    Attributes:
        before: collected for the target when counting started.
        done: what the viewers' contributions are worth without bonuses.
        given: points that the streamer added.
        paid: points that unlocks have cost; each level is paid for once.
        unlocks: the number of unlocks.
        left: collected for the target now.
    """

    before: int
    done: int
    given: int
    paid: int
    unlocks: int
    left: int

    @property
    def bonus(self) -> int:
        """Points from bonuses. Below 0 means that points were lost."""
        return self.paid + self.left - self.before - self.done - self.given


def account_for(began: Points, game: Game, score: int, log: Log) -> Account:
    log.news()
    unlocked = [each for each in log.payloads("progression.node_unlocked") if each["source"] == "vote"]
    return Account(
        before=began.towards,
        done=score - began.score,
        given=sum(each["points"] for each in log.payloads("progression.contribution_added")),
        paid=sum(began.costs.get(each["node_key"], 0) for each in unlocked),
        unlocks=len(unlocked),
        left=_towards(game),
    )


def repeated_unlocks(log: Log) -> list[str]:
    """Levels that were unlocked more than once according to the log."""
    levels = [f"{each['node_key']} {each['level']}" for each in log.payloads("progression.node_unlocked")]
    return sorted({level for level in levels if levels.count(level) > 1})


def _towards(game: Game) -> int:
    body: dict[str, Any] = game.read("/api/v1/progression/unlock-progress")
    return int(body.get("contributions_accumulated") or 0)
