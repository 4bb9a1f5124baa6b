"""Audits timeouts: every second of them has a cause, and is counted once."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from math import floor, inf

from community.catalog.content import items
from community.inventory.models import Quality
from community.timeouts.rules import adjusted
from kernel.database import Connection
from tests.promises.calls import PLAYERS
from tests.promises.event_audit import AuditedEvent, of, used

_IDS = {str(ref.username): str(ref.platform_id) for ref in PLAYERS}
_WHERE = {str(ref.platform_id): ref.platform for ref in PLAYERS}
Name = tuple[str, str]
"""A platform, and who is called so there."""
Span = tuple[float, float]
"""The least and the most seconds possible: the log does not contain the quality of the item that was used."""


def check(conn: Connection, story: list[AuditedEvent]) -> None:
    """Replay all timeouts in the order of the log, and compare the remaining seconds of each event and of the rows."""
    ends: dict[Name, Span] = defaultdict(lambda: (-inf, -inf))
    causes = _Causes(story)
    for event in story:
        if "username" in event.payload and event.payload["username"] not in _IDS:
            continue  # of a crowd that was attacked: movers, and who is forgotten by now
        if event.type == "timeout.applied":
            name, now = (event.payload["platform"], event.payload["username"]), event.at.timestamp()
            least, most = causes.take(event)
            told = event.payload["duration_seconds"]
            # A clock's reading has no more than microseconds, a float of it has less.
            assert floor(max(ends[name][0], now) + least - now - 1e-4) <= told, event
            assert told <= floor(max(ends[name][1], now) + most - now + 1e-4), event
            ends[name] = (now + told, now + told + 1)
        elif event.type == "timeout.cleared":
            ends[event.payload["platform"], event.payload["username"]] = (-inf, -inf)
        elif event.type == "item.used" and items.by_name[event.payload["item_name"]].handler == "revive":
            _relieve(ends, event)
    causes.check_all_were_counted()
    rows = conn.execute(
        """
        SELECT l.platform, l.username, extract(epoch FROM t.expires_at)::float8 AS ends
        FROM player_timeouts t JOIN user_platform_links l USING (user_id)
        """
    )
    left = {(row["platform"], row["username"]): row["ends"] for row in rows.fetchall() if row["username"] in _IDS}
    assert left.keys() <= ends.keys()
    for name, (least, most) in ends.items():
        assert (least - 1e-3 <= left[name] <= most + 1e-3) if name in left else least == -inf, name


def _relieve(ends: dict[Name, Span], event: AuditedEvent) -> None:
    name, now = (_WHERE[event.who], event.payload["target"]), event.at.timestamp()
    least, most = _of_any_quality(event, event.payload["quantity"])
    from_, to = ends[name]
    # Nothing was subtracted from a timeout that may have been over by then.
    ends[name] = (from_ - most, to - least if from_ > now else to)


class _Causes:
    """The causes of timeouts, each with the number of timeouts it may lead to."""

    def __init__(self, story: list[AuditedEvent]) -> None:
        self._attacks = {(event.at, event.who): event for event in used(story, "weapon")}
        sprung = of(story, "trap.triggered", "trap.self_triggered")
        self._traps = {(event.at, event.who): event for event in sprung if event.who in _WHERE}
        self._setters = {(event.at, event.who): event for event in used(story, "trap")}
        self._counted: Counter[tuple[object, str, str]] = Counter()
        self._traps_counted = 0

    def take(self, timeout: AuditedEvent) -> Span:
        """How much it may have added."""
        name, reason = timeout.payload["username"], timeout.payload["reason"]
        self._counted[timeout.at, name, reason] += 1
        victim = _IDS[name]
        if trap := self._traps.get((timeout.at, victim)):
            self._traps_counted += 1
            return trap.payload["timeout_seconds"], trap.payload["timeout_seconds"]
        if reason == "a trap of their own":
            seconds = _seconds(self._setters[timeout.at, victim])
            return seconds, seconds
        attacker = reason.rsplit(" of ", 1)[1].removesuffix("'s")
        attack = self._attacks[timeout.at, _IDS[attacker]]
        least, most = _of_any_quality(attack)
        # Each mirror of a crowd sends it back.
        config = items.by_name[attack.payload["item_name"]].handler_config
        at_once = config.max_targets if config.target == "crowd" and attacker == name else 1
        return least, most * at_once

    def check_all_were_counted(self) -> None:
        """No action gave the same player two timeouts, and every trap that went off gave one."""
        assert max(self._counted.values(), default=1) == 1
        assert self._traps_counted == len(self._traps)
        by_attack: Counter[tuple[object, str]] = Counter()
        for at, _, reason in self._counted:
            by_attack[at, reason] += 1
        for (at, who), attack in self._attacks.items():
            config = items.by_name[attack.payload["item_name"]].handler_config
            if config.target != "crowd":
                reasons: Iterable[str] = (reason for moment, reason in by_attack if moment == at)
                name = next(str(ref.username) for ref in PLAYERS if ref.platform_id == who)
                assert sum(by_attack[at, reason] for reason in reasons if reason.endswith(f" of {name}'s")) <= 1


def _seconds(event: AuditedEvent) -> int:
    return items.by_name[event.payload["item_name"]].handler_config.seconds


def _of_any_quality(event: AuditedEvent, times: int = 1) -> Span:
    seconds = _seconds(event)
    least, most = adjusted(seconds, Quality.CURSED), adjusted(seconds, Quality.LEGENDARY)
    return times * least.total_seconds(), times * most.total_seconds()
