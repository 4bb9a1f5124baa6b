"""Audits the event log: the effects of events on holdings, and whether each action happened once and is complete."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import filterfalse
from typing import Any
from uuid import UUID

from community.catalog.content import items
from community.crafting.content import Upgrade, disassembles, upgrades
from community.jobs.rules import BYPASS_SOURCES
from community.lootboxes.models import LootboxOpened
from kernel.database import Connection
from tests.promises.calls import is_mover
from tests.promises.identities import Identities

Holdings = Counter[tuple[str, str]]
"""{(person, internal name): quantity over all qualities}."""

Earned = Counter[tuple[str, str, str]]
"""{(person, job, source): how often, or how much}."""

SHIELDS = {"guard_buckler": "block", "guard_mirror": "reflect"}


@dataclass(frozen=True)
class AuditedEvent:
    """An event of the log; `who` is the person it belongs to."""

    type: str
    who: str
    at: datetime
    payload: Mapping[str, Any]


def read(conn: Connection, names: Mapping[UUID, str]) -> list[AuditedEvent]:
    """In the order of the log."""
    rows = conn.execute("SELECT event_type, user_id, created_at, payload FROM events ORDER BY position").fetchall()
    return [
        AuditedEvent(row["event_type"], names.get(row["user_id"], ""), row["created_at"], row["payload"])
        for row in rows
    ]


def of(events: Iterable[AuditedEvent], *types: str) -> list[AuditedEvent]:
    return [event for event in events if event.type in types]


def used(events: Iterable[AuditedEvent], handler: str) -> list[AuditedEvent]:
    return [event for event in of(events, "item.used") if items.by_name[event.payload["item_name"]].handler == handler]


def effects(events: list[AuditedEvent], who: Identities) -> Holdings:
    """The effects of events on the holdings. Ingredients in crafting jobs and stakes belong to no player."""
    changed: Holdings = Counter()
    stakes = {event.payload["id"]: event.payload["bets"] for event in of(events, "gamble.started")}
    stakers = _stakers(events)

    def give(person: str, item: str, quantity: int) -> None:
        changed[person, item] += quantity

    def stake(person: str, gamble_id: str, sign: int) -> None:
        for bet in stakes[gamble_id]:
            give(person, bet["item_name"], sign * bet["quantity"])

    for name, made in who.works.values():
        for item, quantity in made.items():
            give(name, item, quantity)  # lost with the player, whom it had not reached
    for event in events:
        person, payload = event.who, event.payload
        match event.type:
            case "item.used":
                item = items.by_name[payload["item_name"]]
                give(person, item.internal_name, -payload["quantity"])
                if item.handler == "generator":
                    config = item.handler_config
                    give(person, str(config.item), config.quantity * payload["quantity"])
            case "lootbox.opened":
                for drop in payload["drops"]:
                    give(person, drop["item_name"], drop["quantity"])
            case "item.upgraded":
                give(person, payload["item_name"], payload["quantity"])
                if payload["job_id"] is None:
                    for item, quantity in _costs(event).items():
                        give(person, item, -quantity)
            case "crafting.started":
                for item, quantity in _costs(event).items():
                    give(person, item, -quantity)
            case "crafting.cancelled":
                for item, quantity in payload["refunded"].items():
                    give(person, item, quantity)
            case "item.disassembled":
                recipe = disassembles.by_item[payload["recipe_key"]]
                give(person, recipe.recipe_key, -recipe.quantity_consumed * payload["quantity"])
                for item, quantity in payload["outputs"].items():
                    give(person, item, quantity)
            case "gamble.started":
                stake(person, payload["id"], -1)
            case "gamble.joined":
                stake(person, payload["gamble_id"], -1)
            case "gamble.complete" if payload["winner_id"]:
                for prize in payload["items"]:
                    give(person, prize["item_name"], prize["quantity"])
            case "gamble.complete":
                for each in stakers[payload["gamble_id"]]:
                    stake(each, payload["gamble_id"], 1)
            case "balance.imported":
                give(person, "money", payload["amount"])
            case "balance.import_undone":
                give(person, "money", -payload["amount"])
            case "user.forgotten":
                for lost in payload["items"]:
                    give(person, lost["item_name"], -lost["quantity"])
            case _:
                pass
    return changed


def lessons(events: list[AuditedEvent]) -> tuple[Earned, Earned]:
    """How often experience was due for what was done, and how much at least, if no day were ever used up."""
    often: Earned = Counter()
    much: Earned = Counter()

    def earn(who: str, job: str, source: str, xp: int) -> None:
        often[who, job, source] += 1
        much[who, job, source] += xp

    for event in events:
        who, payload = event.who, event.payload
        match event.type:
            case "item.sold":
                earn(who, "merchant", event.type, max(1, -(-payload["money_gained"] // 10)))
            case "item.bought":
                earn(who, "merchant", event.type, max(1, -(-payload["cost"] // 10)))
            case "item.upgraded":
                recipe = _recipe(event)
                earn(who, recipe.job_key or "blacksmith", event.type, (recipe.xp_reward or 10) * _units(event))
            case "item.disassembled":
                earn(who, "blacksmith", event.type, 10 * payload["quantity"])
            case "gamble.started":
                earn(who, "gambler", event.type, 20 * sum(bet["quantity"] for bet in payload["bets"]))
            case "gamble.joined":
                earn(who, "gambler", event.type, 20 * payload["boxes"])
            case "gamble.complete" if payload["winner_id"]:
                earn(who, "gambler", "gamble.won", 20)
            case "item.used" if items.by_name[payload["item_name"]].handler == "xp":
                earn(who, payload["target"], "xp_item", 500 * payload["quantity"])
            case "achievement.unlocked" if payload["reward"]["xp"]:
                earn(who, payload["reward"]["job_key"], "achievement", payload["reward"]["xp"])
            case _:
                pass
    return often, much


def check(conn: Connection, events: list[AuditedEvent], who: Identities) -> None:
    """Each has happened once, and has had its consequences once."""
    _check_boxes(events)
    _check_works(conn, events, who)
    _check_gambles(conn, events, who.people)
    _check_traps(conn, events, who.people)


def _check_boxes(events: list[AuditedEvent]) -> None:
    """Every box that was used was opened, and each kind of item of a quality was found once in it."""

    def boxes(found: list[AuditedEvent]) -> Counter[tuple[str, datetime, str, int]]:
        return Counter((event.who, event.at, event.payload["item_name"], event.payload["quantity"]) for event in found)

    opened = of(events, LootboxOpened.type)
    assert boxes(used(events, "lootbox")) == boxes(opened)
    for event in opened:
        found = [(drop["item_name"], drop["quality_level"]) for drop in event.payload["drops"]]
        assert len(found) == len(set(found)), event


def _check_works(conn: Connection, events: list[AuditedEvent], who: Identities) -> None:
    """What was begun was delivered, or called off, or forgotten, or is still in the works: one of the four, once."""
    started = {event.payload["job_id"]: event for event in of(events, "crafting.started")}
    assert len(started) == len(of(events, "crafting.started"))
    ended = [event for event in of(events, "item.upgraded", "crafting.cancelled") if event.payload["job_id"]]
    assert max(Counter(event.payload["job_id"] for event in ended).values(), default=1) == 1
    for event in ended:
        beginning = started[event.payload["job_id"]]
        assert event.who == beginning.who
        if event.type == "item.upgraded":
            assert event.at.timestamp() >= event.payload["timestamp"] > 0
            assert _units(event) == _units(beginning)
        else:
            assert event.payload["refunded"] == _costs(beginning)
    rows = conn.execute("SELECT delivery_id FROM deliveries WHERE source = 'crafting' AND NOT no_room").fetchall()
    left = {str(row["delivery_id"]) for row in rows}
    over = [*who.works, *(event.payload["job_id"] for event in ended)]
    assert max(Counter(over).values(), default=1) == 1
    assert left == started.keys() - set(over)


def _check_gambles(conn: Connection, events: list[AuditedEvent], names: Mapping[UUID, str]) -> None:
    """Every gamble is played or refunded once, and the prize is the content of all its boxes."""
    staked = _stakers(events)
    complete = {event.payload["gamble_id"]: event for event in of(events, "gamble.complete")}
    assert len(complete) == len(of(events, "gamble.complete"))
    rows = conn.execute(
        """
        SELECT gamble_id::text, state, winner_id,
               ARRAY(SELECT user_id FROM gamble_participants p WHERE p.gamble_id = g.gamble_id) AS players
        FROM gambles g
        """
    ).fetchall()
    assert {row["gamble_id"] for row in rows} == staked.keys()
    played: Counter[str] = Counter()
    for row in rows:
        gamble_id, players = row["gamble_id"], [names[user_id] for user_id in row["players"]]
        # Accounts that became one player are one participant, with the stakes of all.
        assert Counter(filterfalse(is_mover, players)) == Counter(filterfalse(is_mover, staked[gamble_id]))
        assert set(players) == set(staked[gamble_id])
        if row["state"] == "Joining":
            assert gamble_id not in complete
            continue
        end = complete[gamble_id].payload
        assert row["state"] == ("Completed" if end["participant_count"] > 1 else "Refunded")
        assert _name(end["winner_id"], names) == _name(row["winner_id"], names)
        assert len(players) <= end["participant_count"] <= len(staked[gamble_id])
        assert _prize(end["items"]) == _opened(conn, gamble_id)
        played.update(filterfalse(is_mover, players) if row["state"] == "Completed" else [])
    counted = conn.execute(
        """
        SELECT user_id FROM stats_inbox WHERE event_type = 'gamble_participated'
        UNION ALL SELECT user_id FROM stats_events WHERE event_type = 'gamble_participated'
        """
    ).fetchall()
    assert Counter(filterfalse(is_mover, [names[row["user_id"]] for row in counted])) == played


def _stakers(events: list[AuditedEvent]) -> dict[str, list[str]]:
    """{gamble id: who staked in it, once for each stake}."""
    staked: dict[str, list[str]] = defaultdict(list)
    for event in of(events, "gamble.started", "gamble.joined"):
        staked[event.payload.get("id") or event.payload["gamble_id"]].append(event.who)
    return staked


def _name(user_id: UUID | str | None, names: Mapping[UUID, str]) -> str | None:
    return names[UUID(str(user_id))] if user_id else None


def _prize(won: Iterable[Mapping[str, Any]]) -> Counter[tuple[str, str]]:
    return Counter({(item["item_name"], item["quality_level"]): item["quantity"] for item in won})


def _opened(conn: Connection, gamble_id: str) -> Counter[tuple[str, str]]:
    found: Counter[tuple[str, str]] = Counter()
    for row in conn.execute("SELECT * FROM gamble_opened_items WHERE gamble_id = %s", (gamble_id,)).fetchall():
        found[items.by_id[row["item_id"]].internal_name, row["quality_level"]] += row["quantity"]
    return found


def _check_traps(conn: Connection, events: list[AuditedEvent], names: Mapping[UUID, str]) -> None:
    """Each goes off once at most, and until then it waits, unless its target was forgotten or became another player."""
    placed = Counter(event.payload["trap_id"] for event in of(events, "trap.placed"))
    sprung = Counter(event.payload["trap_id"] for event in of(events, "trap.triggered", "trap.self_triggered"))
    assert max((placed | sprung).values(), default=1) == 1
    targets = {event.payload["trap_id"]: names[UUID(event.payload["target_id"])] for event in of(events, "trap.placed")}
    rows = conn.execute("SELECT trap_id::text, triggered_at FROM traps").fetchall()
    gone = set(placed) - {row["trap_id"] for row in rows}
    assert {row["trap_id"] for row in rows} <= set(placed)
    assert [trap_id for trap_id in gone if not is_mover(targets[trap_id])] == []
    assert {row["trap_id"] for row in rows if row["triggered_at"]} == set(sprung) - gone


def shields_left(conn: Connection, names: Mapping[UUID, str]) -> Counter[tuple[str, str]]:
    """The charges of all shields, {(platform id, kind): charges}."""
    rows = conn.execute("SELECT * FROM shields").fetchall()
    return Counter({(names[row["user_id"]], row["kind"]): row["charges"] for row in rows})


def shields_raised(events: list[AuditedEvent]) -> Counter[tuple[str, str]]:
    raised: Counter[tuple[str, str]] = Counter()
    for event in used(events, "shield"):
        raised[event.who, SHIELDS[event.payload["item_name"]]] += event.payload["quantity"]
    return raised


_BLOCKED = re.compile(r"No effect on (.+), behind (?:a shield|shields)\.")
_REFLECTED = re.compile(r"(?:^|\. )([^.]+) (?:holds a mirror|hold mirrors): ")


def shields_met(message: str) -> list[tuple[str, str]]:
    """The shields that an attack met according to its message, as (username, kind)."""
    met = [(name, "block") for found in _BLOCKED.findall(message) for name in _names(found)]
    return met + [(name, "reflect") for found in _REFLECTED.findall(message) for name in _names(found)]


def _names(told: str) -> list[str]:
    return re.split(r", | and ", told)


def _recipe(event: AuditedEvent) -> Upgrade:
    return upgrades.by_key[event.payload["recipe_key"]]


def _units(event: AuditedEvent) -> int:
    """How often the recipe was followed."""
    payload = event.payload
    certain = payload["quantity"] - payload.get("bonus_quantity", 0)
    units, rest = divmod(certain, _recipe(event).output_quantity)
    assert rest == 0
    assert units >= 1
    return units


def _costs(event: AuditedEvent) -> dict[str, int]:
    return {cost.item: cost.quantity * _units(event) for cost in _recipe(event).costs}


def capped(source: str) -> bool:
    """Whether the day's limit holds for it."""
    return source not in BYPASS_SOURCES
