"""What the clients were told, against what the database holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Any, NamedTuple
from uuid import UUID

from brandish.content import content
from brandish.database import Connection
from brandish.inventory.models import STACK_LIMIT, Quality
from brandish.jobs.rules import DAILY_CAP, LEVEL_CAP, game_day, level_for
from tests.promises.calls import ITEMS, PLAYERS, Call, player

Holdings = Counter[tuple[str, str]]
"""{(platform id, internal name): quantity over all qualities}."""


LINE = "message.received"
BALLOT = "progression.vote_recorded"


class Fact(NamedTuple):
    """One successful action, as an answer tells it and as the log does."""

    type: str
    actor: str  # platform id
    item: str  # internal name
    quantity: int
    money: int = 0
    receiver: str | None = None


@dataclass(frozen=True)
class Answer:
    """What a client was told in the end about one call it made.

    Attributes:
        status: 503 when the client does not know.
        lost: answers that did not reach it before this one.
        replayed: the server says that it had answered before.
        began, ended: seconds on a clock that all clients share.
    """

    call: Call
    status: int
    body: Any
    lost: int
    replayed: bool
    began: float
    ended: float

    @property
    def done(self) -> bool:
        return self.status in (200, 201)


@dataclass
class Ledger:
    """Every answer of every client."""

    answers: list[Answer] = field(default_factory=list)

    def facts(self) -> Counter[Fact]:
        """What the clients know to have happened: a key's answers, however many, are one action."""
        seen: dict[str, Answer] = {}
        facts: Counter[Fact] = Counter()
        for answer in self.answers:
            if not answer.done:
                continue
            key = answer.call.key
            if key is None:
                facts.update(_facts_of(answer))
            elif key not in seen:
                seen[key] = answer
                facts.update(_facts_of(answer))
        return facts

    def unknown(self) -> list[Call]:
        """Calls without a key whose answer was lost."""
        return [answer.call for answer in self.answers if answer.status == 503]

    def check_repeats(self) -> None:
        """Equal answers for equal keys, at most one of them the first, and no refusal once one was heard."""
        by_key: dict[str, list[Answer]] = {}
        for answer in self.answers:
            if answer.call.key:
                by_key.setdefault(answer.call.key, []).append(answer)
        for key, answers in by_key.items():
            done = [answer for answer in answers if answer.done]
            assert all((each.status, each.body) == (done[0].status, done[0].body) for each in done), key
            assert sum(not each.replayed for each in done) <= 1, f"{key} acted twice"
            heard = min((each.ended for each in done), default=inf)
            assert all(each.done for each in answers if each.began > heard), f"{key} was forgotten"

    def count(self) -> dict[str, int]:
        statuses = Counter(answer.status for answer in self.answers)
        with_key = [answer for answer in self.answers if answer.call.key]
        return {
            "calls": len(self.answers),
            "done": statuses[200] + statuses[201],
            "refused": sum(statuses[status] for status in (400, 403, 404, 409)),
            "with a key": len(with_key),
            "retries": sum(answer.lost for answer in with_key),
            "replays": sum(answer.replayed for answer in with_key),
            "answers lost after the commit": sum(answer.replayed and answer.lost > 0 for answer in with_key),
            "unknown": statuses[503],
        }


def _facts_of(answer: Answer) -> Iterable[Fact]:
    call, body = answer.call, answer.body
    actor, item = str(player(call.actor).platform_id), ITEMS.get(call.item, "")
    match call.action:
        case "buy":
            yield Fact("item.bought", actor, item, body["items_bought"], body["cost"])
        case "sell":
            yield Fact("item.sold", actor, item, body["items_sold"], body["money_gained"])
        case "add":
            yield Fact("item.added", actor, item, call.quantity)
        case "remove":
            yield Fact("item.removed", actor, item, body["removed"])
        case "give":
            assert call.receiver is not None
            receiver = player(call.receiver).platform_id
            yield Fact("item.transferred", actor, item, call.quantity, receiver=receiver)
        case "say":
            yield Fact(LINE, actor, "", 1)
        case "vote" if not body.get("already_voted"):
            yield Fact(BALLOT, actor, "", 1)
        case _:
            pass


def logged_facts(conn: Connection) -> Counter[Fact]:
    """What the event log says happened to items, which ballots it knows, and which lines of chat were counted."""
    names = _names(conn)
    rows = conn.execute("SELECT event_type, user_id, payload FROM events WHERE event_type LIKE 'item.%%'").fetchall()
    facts: Counter[Fact] = Counter()
    for row in rows:
        payload = row["payload"]
        assert payload["user_id"] == str(row["user_id"])
        receiver = payload.get("receiver_id")
        facts[
            Fact(
                row["event_type"],
                names[row["user_id"]],
                payload["item_name"],
                payload["quantity"],
                payload.get("cost", payload.get("money_gained", 0)),
                names[UUID(receiver)] if receiver else None,
            )
        ] += 1
    for row in conn.execute("SELECT user_id FROM events WHERE event_type = %s", (BALLOT,)).fetchall():
        facts[Fact(BALLOT, names[row["user_id"]], "", 1)] += 1
    for (name, event_type), times in _stats(conn).items():
        if event_type == "message_received":
            facts[Fact(LINE, name, "", 1)] += times
    return facts


def _stats(conn: Connection) -> Counter[tuple[str, str]]:
    """{(platform id, stat): how often}, whether a clock has added them up already or not."""
    names = _names(conn)
    rows = conn.execute(
        "SELECT user_id, event_type FROM stats_inbox UNION ALL SELECT user_id, event_type FROM stats_events"
    ).fetchall()
    return Counter((names[row["user_id"]], row["event_type"]) for row in rows)


def effects(facts: Mapping[Fact, int]) -> Holdings:
    """What the facts change."""
    changed: Holdings = Counter()
    for fact, times in facts.items():
        if not fact.item:
            continue
        sign = 1 if fact.type in ("item.bought", "item.added") else -1
        changed[fact.actor, fact.item] += sign * fact.quantity * times
        changed[fact.actor, "money"] -= sign * fact.money * times
        if fact.receiver is not None:
            changed[fact.receiver, fact.item] += fact.quantity * times
    return changed


def rewards(conn: Connection, logged: Mapping[Fact, int]) -> Holdings:
    """What the players' achievements have brought them; fails on one that came twice, or without what it is for."""
    names = _names(conn)
    rows = conn.execute("SELECT user_id, payload FROM events WHERE event_type = 'achievement.unlocked'").fetchall()
    unlocked = [(names[row["user_id"]], row["payload"]["achievement_key"]) for row in rows]
    assert len(unlocked) == len(set(unlocked))
    assert {name for name, key in unlocked if key == "first_words"} == {
        fact.actor for fact in logged if fact.type == LINE
    }
    paid: Holdings = Counter()
    for name, key in unlocked:
        reward = content.achievements[key].reward
        paid[name, "money"] += reward.money
        for row in reward.items:
            paid[name, row.item] += row.quantity
    return paid


def held(conn: Connection) -> Holdings:
    """What the database holds, also for players without room for it; fails on a stack that is empty, overfull or
    there twice."""
    names = _names(conn)
    found: Holdings = Counter()
    for row in conn.execute("SELECT user_id, inventory_data FROM user_inventory").fetchall():
        slots = row["inventory_data"]["slots"]
        keys = [(slot["item_id"], Quality(slot["quality"])) for slot in slots]
        assert len(keys) == len(set(keys)), f"a stack is there twice: {slots}"
        for slot in slots:
            assert 1 <= slot["quantity"] <= STACK_LIMIT, slot
            found[names[row["user_id"]], content.item(slot["item_id"]).internal_name] += slot["quantity"]
    for row in conn.execute("SELECT user_id, slots FROM deliveries").fetchall():
        for item_id, quantity, _ in row["slots"]:
            found[names[row["user_id"]], content.item(item_id).internal_name] += quantity
    return found


def check(conn: Connection, ledger: Ledger, initial: Holdings) -> int:
    """Every item, every coin, every event and all experience is accounted for.

    Returns:
        How many actions were done of which nobody was told.
    """
    strange = [answer for answer in ledger.answers if answer.status not in (200, 201, 400, 403, 404, 409, 503)]
    assert strange == []
    assert [answer for answer in ledger.answers if answer.call.key and answer.status == 503] == []
    ledger.check_repeats()

    told, logged = ledger.facts(), logged_facts(conn)
    assert told - logged == Counter(), "promised, and not in the log"
    explain(logged - told, ledger.unknown())
    due = _sum(_sum(initial, effects(logged)), rewards(conn, logged))
    assert _without_zeros(held(conn)) == _without_zeros(due)
    _check_answers_kept(conn, ledger)
    _check_experience(conn, logged)
    _check_engagement(conn, logged)
    _check_ballots(conn, logged)
    _check_registrations(conn, ledger)
    return (logged - told).total()


def explain(surplus: Counter[Fact], unknown: Sequence[Call]) -> None:
    """Find for each fact that nobody was told of a call whose answer was lost, each call for one fact at most."""
    left = list(unknown)
    # Largest first, and for each the call that asked for the least: what asked for more may explain more.
    for fact in sorted(surplus.elements(), key=lambda fact: -fact.quantity):
        candidates = [call for call in left if _may_explain(call, fact)]
        assert candidates, f"nobody asked for {fact}"
        left.remove(min(candidates, key=lambda call: call.quantity))


def _may_explain(call: Call, fact: Fact) -> bool:
    actor, item = player(call.actor).platform_id, ITEMS.get(call.item, "")
    receiver = player(call.receiver).platform_id if call.receiver is not None else None
    kinds = {
        "buy": "item.bought",
        "sell": "item.sold",
        "add": "item.added",
        "remove": "item.removed",
        "give": "item.transferred",
        "say": LINE,
        "vote": BALLOT,
    }
    if (kinds.get(call.action), actor, item, receiver) != (fact.type, fact.actor, fact.item, fact.receiver):
        return False
    exact = call.action not in ("buy", "sell", "remove")
    return call.quantity == fact.quantity if exact else call.quantity >= fact.quantity


def _check_answers_kept(conn: Connection, ledger: Ledger) -> None:
    """The table of keys holds one row for each key that succeeded, and none for one that did not."""
    promised = {answer.call.key for answer in ledger.answers if answer.call.key and answer.done}
    kept = [row["key"] for row in conn.execute("SELECT key FROM idempotency_keys").fetchall()]
    assert len(kept) == len(set(kept))
    assert set(kept) == promised


def _check_experience(conn: Connection, logged: Mapping[Fact, int]) -> None:
    """A tenth of the money traded, doubled at best by luck, cut off at the day's limit; on top of it lessons."""
    names = _names(conn)
    earned: Counter[str] = Counter()
    for fact, times in logged.items():
        if fact.type in ("item.bought", "item.sold"):
            earned[fact.actor] += times * max(1, -(-fact.money // 10))
    days = {
        game_day(row["created_at"])
        for row in conn.execute("SELECT created_at FROM events WHERE event_type LIKE 'item.%%'").fetchall()
    }
    rises: Counter[str] = Counter()
    for row in conn.execute("SELECT user_id, payload FROM events WHERE event_type = 'job.level_up'").fetchall():
        rises[names[row["user_id"]]] += row["payload"]["new_level"] - row["payload"]["old_level"]
    lessons = conn.execute("SELECT user_id, xp FROM job_xp_events WHERE source = 'achievement'").fetchall()
    taught: Counter[str] = Counter()
    for row in lessons:
        taught[names[row["user_id"]]] += row["xp"]
    rows = conn.execute("SELECT * FROM user_jobs").fetchall()
    assert {names[row["user_id"]] for row in rows} == set(earned)
    for row in rows:
        name = names[row["user_id"]]
        assert row["daily_xp"] <= DAILY_CAP + taught[name]
        assert row["level"] == level_for(row["xp"], LEVEL_CAP) == rises[name]
        if len(days) == 1:
            assert row["xp"] == row["daily_xp"]
            # A lesson counts into the day as well: what was earned after it may have been cut off earlier.
            least = min(earned[name] + taught[name], DAILY_CAP)
            assert least <= row["xp"] <= min(2 * earned[name], DAILY_CAP) + taught[name]


def _check_engagement(conn: Connection, logged: Mapping[Fact, int]) -> None:
    """Each action counts once, as a stat, as engagement and in points, for whoever did it."""
    names = _names(conn)
    stats: Counter[tuple[str, str]] = Counter()
    values: Counter[tuple[str, str]] = Counter()
    for fact, times in logged.items():
        stat, metric = _COUNTED[fact.type]
        if stat:
            stats[fact.actor, stat] += times
        if metric:
            values[fact.actor, metric] += fact.quantity * times
    counted = _stats(conn)
    assert {key: counted[key] for key in stats} == stats
    engaged: Counter[tuple[str, str]] = Counter()
    rows = conn.execute(
        """
        SELECT user_id, metric, value FROM engagement_inbox
        UNION ALL SELECT user_id, metric, total FROM engagement_totals
        """
    ).fetchall()
    for row in rows:
        engaged[names[row["user_id"]], row["metric"]] += row["value"]
    assert engaged == values
    points = conn.execute("SELECT coalesce(sum(points), 0)::bigint AS n FROM contribution_shards").fetchall()
    assert points == [{"n": sum(value * content.weights[metric] for (_, metric), value in values.items())}]


_COUNTED = {
    "item.bought": ("item_bought", "item_bought"),
    "item.sold": ("item_sold", "item_sold"),
    "item.added": ("item_added", ""),
    "item.removed": ("item_removed", ""),
    "item.transferred": ("item_transferred", ""),
    LINE: ("message_received", "message"),
    BALLOT: ("", "vote_cast"),
}
"""{fact: (stat, engagement metric)}"""


def _check_ballots(conn: Connection, logged: Mapping[Fact, int]) -> None:
    """One for each who has voted, and the tally is the sum of them."""
    voters = Counter({fact.actor: times for fact, times in logged.items() if fact.type == BALLOT})
    assert set(voters.values()) <= {1}
    names = _names(conn)
    assert {names[row["user_id"]] for row in conn.execute("SELECT user_id FROM ballots").fetchall()} == set(voters)
    off = conn.execute(
        """
        SELECT option_id FROM voting_options o
        WHERE (vote_count, weighted_votes)
              <> (SELECT count(*), coalesce(sum(weight), 0) FROM ballots b WHERE b.option_id = o.option_id)
        """
    ).fetchall()
    assert off == []


def _check_registrations(conn: Connection, ledger: Ledger) -> None:
    """Whoever was registered is there once, and nobody else."""
    attempts = [answer for answer in ledger.answers if answer.call.action == "register"]
    known = {ref.platform_id for ref in PLAYERS}
    registered = {player(each.call.actor).platform_id for each in attempts if each.status in (200, 201)}
    maybe = {player(each.call.actor).platform_id for each in attempts if each.status == 503}
    rows = conn.execute("SELECT user_id, platform_user_id FROM user_platform_links").fetchall()
    found = [row["platform_user_id"] for row in rows]
    assert len(found) == len(set(found)) == len({row["user_id"] for row in rows})
    assert conn.execute("SELECT count(*) AS n FROM users").fetchall()[0]["n"] == len(found)
    assert known | registered <= set(found) <= known | registered | maybe
    created = Counter(each.call.actor for each in attempts if each.status == 201 and not each.replayed)
    assert set(created.values()) <= {1}


def _names(conn: Connection) -> dict[UUID, str]:
    rows = conn.execute("SELECT user_id, platform_user_id FROM user_platform_links").fetchall()
    return {row["user_id"]: row["platform_user_id"] for row in rows}


def _sum(first: Holdings, second: Holdings) -> Holdings:
    return Counter({key: first[key] + second[key] for key in first.keys() | second.keys()})


def _without_zeros(holdings: Holdings) -> dict[tuple[str, str], int]:
    return {key: quantity for key, quantity in holdings.items() if quantity}
