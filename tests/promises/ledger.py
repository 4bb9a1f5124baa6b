"""Compares the answers that clients got with what the database holds."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Any, NamedTuple
from uuid import UUID

from community.achievements.content import achievements
from community.catalog.content import items
from community.engagement.content import weights
from community.inventory.models import STACK_LIMIT, Quality
from community.jobs.rules import DAILY_CAP, LEVEL_CAP, game_day, level_for
from kernel.database import Connection
from tests.promises import event_audit, timeout_audit
from tests.promises.calls import ITEMS, PLAYERS, Call, is_mover, person, player
from tests.promises.event_audit import AuditedEvent, Holdings
from tests.promises.identities import Identities, read_identities

LINE = "message.received"
BALLOT = "progression.vote_recorded"
ACCOUNTS_OF_A_FAMILY = 3
WORKING = ("merchant", "blacksmith", "gambler")
"""Jobs that are unlocked."""


class Fact(NamedTuple):
    """One successful action, derived from an answer or from the log."""

    type: str
    actor: str  # person
    item: str  # internal name
    quantity: int
    money: int = 0
    receiver: str | None = None
    number: str = ""  # of the job or the gamble, where the answer contains it


@dataclass(frozen=True)
class Answer:
    """The final answer to one call of a client.

    Attributes:
        status: 503 when the outcome is unknown to the client.
        lost: answers that were lost before this one.
        replayed: the server marked it as a repeated answer.
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
        return Counter(fact for answer in self.actions() for fact in _facts_of(answer))

    def actions(self) -> Iterator[Answer]:
        """One answer for each action that the clients know to have been done."""
        seen: set[str] = set()
        for answer in self.answers:
            key = answer.call.key
            if answer.done and key not in seen:
                yield answer
                if key is not None:
                    seen.add(key)

    def unknown(self) -> list[Call]:
        """Calls without a key whose answer was lost."""
        return [answer.call for answer in self.answers if answer.status == 503]

    def check_repeats(self) -> None:
        """Equal keys get equal answers, at most one of them not replayed, and no error after a success."""
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
            "refused": sum(statuses[status] for status in (400, 403, 404, 409, 429)),
            "with a key": len(with_key),
            "retries": sum(answer.lost for answer in with_key),
            "replays": sum(answer.replayed for answer in with_key),
            "answers lost after the commit": sum(answer.replayed and answer.lost > 0 for answer in with_key),
            "unknown": statuses[503],
        }


def _facts_of(answer: Answer) -> Iterable[Fact]:
    call, body = answer.call, answer.body
    actor, item = _person(call.actor), ITEMS.get(call.item, "")
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
            yield Fact("item.transferred", actor, item, call.quantity, receiver=_person(call.receiver))
        case "say":
            yield Fact(LINE, actor, "", 1)
        case "vote" if not body.get("already_voted"):
            yield Fact(BALLOT, actor, "", 1)
        case "use":
            yield Fact("item.used", actor, item, call.quantity)
        case "upgrade":
            job_id = body.get("job_id", "")
            made = "crafting.started" if job_id else "item.upgraded"
            yield Fact(made, actor, item, body["quantity_upgraded"], number=job_id)
        case "disassemble":
            yield Fact("item.disassembled", actor, item, body["quantity_processed"])
        case "cancel":
            yield Fact("crafting.cancelled", actor, "", 1, number=body["job_id"])
        case "gamble":
            yield Fact("gamble.started", actor, "", 1, number=body["gamble_id"])
        case "join":
            yield Fact("gamble.joined", actor, "", 1)
        case _:
            pass


def _person(number: int) -> str:
    return person(str(player(number).platform_id))


def logged_facts(conn: Connection, names: Mapping[UUID, str]) -> Counter[Fact]:
    """The facts in the event log: what happened to items, ballots, and counted chat messages."""
    rows = conn.execute(
        """
        SELECT event_type, user_id, payload FROM events
        WHERE event_type LIKE 'item.%%' OR event_type IN ('crafting.started', 'crafting.cancelled')
        """
    ).fetchall()
    facts: Counter[Fact] = Counter()
    for row in rows:
        payload = row["payload"]
        assert payload["user_id"] == str(row["user_id"])
        if row["event_type"] == "crafting.cancelled":
            facts[Fact(row["event_type"], names[row["user_id"]], "", 1, number=payload["job_id"])] += 1
            continue
        if row["event_type"] == "item.upgraded" and payload["job_id"]:
            continue  # a clock's doing, or in passing
        receiver = payload.get("receiver_id")
        facts[
            Fact(
                row["event_type"],
                names[row["user_id"]],
                payload["item_name"],
                payload["quantity"],
                payload.get("cost", payload.get("money_gained", 0)),
                names[UUID(receiver)] if receiver else None,
                payload.get("job_id") or "",
            )
        ] += 1
    gambles = conn.execute(
        "SELECT event_type, user_id, payload FROM events WHERE event_type IN ('gamble.started', 'gamble.joined')"
    ).fetchall()
    for row in gambles:
        facts[Fact(row["event_type"], names[row["user_id"]], "", 1, number=row["payload"].get("id", ""))] += 1
    for row in conn.execute("SELECT user_id FROM events WHERE event_type = %s", (BALLOT,)).fetchall():
        facts[Fact(BALLOT, names[row["user_id"]], "", 1)] += 1
    for (name, event_type), times in _stats(conn, names).items():
        if event_type == "message_received":
            facts[Fact(LINE, name, "", 1)] += times
    return facts


def _stats(conn: Connection, names: Mapping[UUID, str]) -> Counter[tuple[str, str]]:
    """All stats, rolled up or not, {(person, stat): how often}."""
    rows = conn.execute(
        "SELECT user_id, event_type FROM stats_inbox UNION ALL SELECT user_id, event_type FROM stats_events"
    ).fetchall()
    return Counter((names[row["user_id"]], row["event_type"]) for row in rows)


def effects(facts: Mapping[Fact, int]) -> Holdings:
    """What trade changes, and what comes and goes without a reason."""
    changed: Holdings = Counter()
    for fact, times in facts.items():
        if fact.type not in ("item.bought", "item.added", "item.sold", "item.removed", "item.transferred"):
            continue
        sign = 1 if fact.type in ("item.bought", "item.added") else -1
        changed[fact.actor, fact.item] += sign * fact.quantity * times
        changed[fact.actor, "money"] -= sign * fact.money * times
        if fact.receiver is not None:
            changed[fact.receiver, fact.item] += fact.quantity * times
    return changed


def rewards(conn: Connection, names: Mapping[UUID, str], logged: Mapping[Fact, int]) -> Holdings:
    """What the players' achievements have brought them; fails on one that came twice, or without what it is for.

    A family may get it with each of its accounts: before they are linked, no one knows that they are one person's.
    """
    rows = conn.execute("SELECT user_id, payload FROM events WHERE event_type = 'achievement.unlocked'").fetchall()
    unlocked = [(names[row["user_id"]], row["payload"]["achievement_key"]) for row in rows]
    often = Counter(unlocked)
    assert {each: n for each, n in often.items() if n > (ACCOUNTS_OF_A_FAMILY if is_mover(each[0]) else 1)} == {}
    assert {name for name, key in unlocked if key == "first_words"} == {
        fact.actor for fact in logged if fact.type == LINE
    }
    paid: Holdings = Counter()
    for name, key in unlocked:
        reward = achievements.by_key[key].reward
        paid[name, "money"] += reward.money
        for row in reward.items:
            paid[name, row.item] += row.quantity
    return paid


def held(conn: Connection, names: Mapping[UUID, str]) -> Holdings:
    """What the database holds, with what waits for room or for its owner's next action, crafting jobs excluded.

    Fails on a stack that is empty, over the limit or duplicated.
    """
    found: Holdings = Counter()
    for row in conn.execute("SELECT user_id, inventory_data FROM user_inventory").fetchall():
        slots = row["inventory_data"]["slots"]
        keys = [(slot["item_id"], Quality(slot["quality"])) for slot in slots]
        assert len(keys) == len(set(keys)), f"a stack is there twice: {slots}"
        for slot in slots:
            assert 1 <= slot["quantity"] <= STACK_LIMIT, slot
            found[names[row["user_id"]], items.by_id[slot["item_id"]].internal_name] += slot["quantity"]
    delivered = "SELECT user_id, slots FROM deliveries WHERE no_room OR source <> 'crafting'"
    for row in conn.execute(delivered).fetchall():
        for item_id, quantity, _ in row["slots"]:
            found[names[row["user_id"]], items.by_id[item_id].internal_name] += quantity
    return found


def check(conn: Connection, ledger: Ledger, initial: Holdings) -> int:
    """Every item, every coin, every event and all experience is accounted for.

    Returns:
        The number of actions that succeeded without the client getting the answer.
    """
    # 429: in an hour, someone draws more codes within a minute than an account may try.
    usual = (200, 201, 400, 403, 404, 409, 429, 503)
    strange = [answer for answer in ledger.answers if answer.status not in usual]
    assert strange == []
    assert [answer for answer in ledger.answers if answer.call.key and answer.status == 503] == []
    ledger.check_repeats()

    who = read_identities(conn)
    names = who.people
    answered, logged = ledger.facts(), _with_forgotten_lines(logged_facts(conn, names), ledger)
    assert answered - logged == Counter(), "promised, and not in the log"
    explain(logged - answered, ledger.unknown())
    story = event_audit.read(conn, names)
    done = _sum(effects(logged), event_audit.effects(story, who))
    due = _sum(_sum(initial, done), rewards(conn, names, logged))
    assert _difference(held(conn, names), due) == {}
    event_audit.check(conn, story, who)
    timeout_audit.check(conn, story)
    _check_shields(conn, names, ledger, story, logged - answered)
    _check_answers_kept(conn, ledger)
    _check_experience(conn, names, story)
    _check_engagement(conn, names, logged, story)
    _check_ballots(conn, names, logged)
    _check_registrations(conn, ledger)
    _check_imports(conn, ledger)
    _check_forgotten(who, story)
    return (logged - answered).total()


def _with_forgotten_lines(logged: Counter[Fact], ledger: Ledger) -> Counter[Fact]:
    """The lines of movers by their answers, all of which are known: what counted them is deleted with the player."""
    lines = Counter(fact for fact in ledger.facts().elements() if fact.type == LINE and is_mover(fact.actor))
    return Counter({fact: n for fact, n in logged.items() if not (fact.type == LINE and is_mover(fact.actor))}) + lines


def explain(surplus: Counter[Fact], unknown: Sequence[Call]) -> None:
    """Match each unanswered fact to a call whose answer was lost, each call to one fact at most."""
    left = list(unknown)
    # Largest first, and for each the call that asked for the least: what asked for more may explain more.
    for fact in sorted(surplus.elements(), key=lambda fact: -fact.quantity):
        candidates = [call for call in left if _may_explain(call, fact)]
        assert candidates, f"no call explains {fact}"
        left.remove(min(candidates, key=lambda call: call.quantity))


def _may_explain(call: Call, fact: Fact) -> bool:
    actor, item = _person(call.actor), ITEMS.get(call.item, "")
    receiver = _person(call.receiver) if call.receiver is not None else None
    kinds = {
        "buy": "item.bought",
        "sell": "item.sold",
        "add": "item.added",
        "remove": "item.removed",
        "give": "item.transferred",
        "say": LINE,
        "vote": BALLOT,
        "use": "item.used",
        "upgrade": "crafting.started" if fact.type == "crafting.started" else "item.upgraded",
        "disassemble": "item.disassembled",
        "cancel": "crafting.cancelled",
        "gamble": "gamble.started",
        "join": "gamble.joined",
    }
    if (kinds.get(call.action), actor, item, receiver) != (fact.type, fact.actor, fact.item, fact.receiver):
        return False
    if call.action == "upgrade":
        return call.quantity * 2 >= fact.quantity  # each may be a masterwork
    exact = call.action not in ("buy", "sell", "remove", "disassemble")
    return call.quantity == fact.quantity if exact else call.quantity >= fact.quantity


def _check_answers_kept(conn: Connection, ledger: Ledger) -> None:
    """The table of keys holds one row for each key that succeeded, and none for one that did not."""
    promised = {answer.call.key for answer in ledger.answers if answer.call.key and answer.done}
    kept = [row["key"] for row in conn.execute("SELECT key FROM idempotency_keys").fetchall()]
    assert len(kept) == len(set(kept))
    assert set(kept) == promised


def _check_experience(conn: Connection, names: Mapping[UUID, str], story: list[AuditedEvent]) -> None:
    """Each action gave its XP once, at most doubled by luck, and no more than the daily cap allows.

    Of movers only that it was not more: levels of several accounts do not add up, and the forgotten have none.
    """
    often, much = event_audit.lessons(story)
    rows = conn.execute("SELECT user_id, job_key, source, xp, earned_at FROM job_xp_events").fetchall()
    times = Counter((names[row["user_id"]], row["job_key"], row["source"]) for row in rows)
    taught: Counter[tuple[str, str, str]] = Counter()
    for row in rows:
        taught[names[row["user_id"]], row["job_key"], row["source"]] += row["xp"]
    for key, xp in taught.items():
        assert xp <= 2 * much[key], key
        assert times[key] <= often[key], key
    rises: Counter[tuple[str, str]] = Counter()
    for audited in event_audit.of(story, "job.level_up"):
        rises[audited.who, audited.payload["job_key"]] += audited.payload["new_level"] - audited.payload["old_level"]
    jobs = conn.execute("SELECT * FROM user_jobs").fetchall()
    standings = {(names[row["user_id"]], row["job_key"]): row for row in jobs if not is_mover(names[row["user_id"]])}
    # What a locked job would have taught is lost.
    due = {key for key in much if key[1] in WORKING and not is_mover(key[0])}
    assert {key[:2] for key in due} == standings.keys()
    for (name, job), row in standings.items():
        assert row["xp"] == sum(xp for key, xp in taught.items() if key[:2] == (name, job))
        assert row["level"] == level_for(row["xp"], LEVEL_CAP) == rises[name, job]
    for key in (key for key in due if not event_audit.capped(key[2])):
        assert times[key] == often[key], key
        assert taught[key] >= much[key], key
    if len({game_day(row["earned_at"]) for row in rows}) == 1:
        for name, job in standings:
            of_job = [key for key in due if key[:2] == (name, job)]
            assert sum(taught[key] for key in of_job if event_audit.capped(key[2])) <= DAILY_CAP
            # A lesson counts into the day as well: what was earned after it may have been cut off earlier.
            assert sum(taught[key] for key in of_job) >= min(sum(much[key] for key in of_job), DAILY_CAP)


def _check_shields(
    conn: Connection, names: Mapping[UUID, str], ledger: Ledger, story: list[AuditedEvent], unanswered: Counter[Fact]
) -> None:
    """Every charge is there, or was met by an attack whose attacker was told, or belongs to an `unanswered` call."""
    by_name = {str(ref.username): str(ref.platform_id) for ref in PLAYERS}
    met: Counter[tuple[str, str]] = Counter()
    for answer in ledger.actions():
        if answer.call.action == "use":
            met.update((by_name[name], kind) for name, kind in event_audit.shields_met(answer.body["message"]))
    raised, left = event_audit.shields_raised(story), event_audit.shields_left(conn, names)
    missing = Counter({key: raised[key] - left[key] - met[key] for key in raised | left | met})
    unanswered_attacks = sum(
        times for fact, times in unanswered.items() if fact.item and items.by_name[fact.item].handler == "weapon"
    )
    assert min(missing.values(), default=0) >= 0, missing
    # One attack meets one shield of a player at most.
    assert max(missing.values(), default=0) <= unanswered_attacks, missing


def _check_engagement(
    conn: Connection, names: Mapping[UUID, str], logged: Mapping[Fact, int], story: list[AuditedEvent]
) -> None:
    """Each action counts once for its player: as a stat, as engagement and in points.

    What movers did counts in the community's points even after they were forgotten, and otherwise not twice.
    """
    stats: Counter[tuple[str, str]] = Counter()
    values: Counter[tuple[str, str]] = Counter()
    for fact, times in logged.items():
        stat, metric = _COUNTED[fact.type]
        if stat:
            stats[fact.actor, stat] += times
        if metric:
            values[fact.actor, metric] += _ENGAGES.get(fact.type, fact.quantity) * times
    for audited in story:
        if audited.type == "item.upgraded" and audited.payload["job_id"]:
            stats[audited.who, "item_crafted"] += 1
            values[audited.who, "item_crafted"] += audited.payload["quantity"]
        elif audited.type in ("trap.placed", "trap.triggered", "trap.self_triggered"):
            stats[audited.who, audited.type] += 1
    counted = _stats(conn, names)
    assert {key: counted[key] for key in stats if not is_mover(key[0])} == _of_others(stats)
    assert {key: counted[key] for key in stats if counted[key] > stats[key]} == {}
    engaged: Counter[tuple[str, str]] = Counter()
    rows = conn.execute(
        """
        SELECT user_id, metric, value FROM engagement_inbox
        UNION ALL SELECT user_id, metric, total FROM engagement_totals
        """
    ).fetchall()
    for row in rows:
        engaged[names[row["user_id"]], row["metric"]] += row["value"]
    assert _of_others(engaged) == _of_others(values)
    assert {key: n for key, n in engaged.items() if n > values[key]} == {}
    points = conn.execute("SELECT coalesce(sum(points), 0)::bigint AS n FROM contribution_shards").fetchall()
    assert points == [{"n": sum(value * weights.by_metric[metric] for (_, metric), value in values.items())}]


_COUNTED = {
    "item.bought": ("item_bought", "item_bought"),
    "item.sold": ("item_sold", "item_sold"),
    "item.added": ("item_added", ""),
    "item.removed": ("item_removed", ""),
    "item.transferred": ("item_transferred", ""),
    LINE: ("message_received", "message"),
    BALLOT: ("", "vote_cast"),
    "item.used": ("item_used", "item_used"),
    "item.upgraded": ("item_crafted", "item_crafted"),
    "item.disassembled": ("", "item_disassembled"),
    "crafting.started": ("", ""),
    "crafting.cancelled": ("", ""),
    "gamble.started": ("", "gamble_started"),
    "gamble.joined": ("", "gamble_joined"),
}
"""{fact: (stat, engagement metric)}"""

_ENGAGES = {"gamble.started": 3, "gamble.joined": 2}
"""{fact: so much}, where it is not the quantity."""


def _of_others(counted: Counter[tuple[str, str]]) -> dict[tuple[str, str], int]:
    return {key: number for key, number in counted.items() if not is_mover(key[0])}


def _check_ballots(conn: Connection, names: Mapping[UUID, str], logged: Mapping[Fact, int]) -> None:
    """One for each who has voted, and the tally is the sum of them."""
    voters = Counter({fact.actor: times for fact, times in logged.items() if fact.type == BALLOT})
    assert {times for name, times in voters.items() if not is_mover(name)} <= {1}
    cast = [names[row["user_id"]] for row in conn.execute("SELECT user_id FROM ballots").fetchall()]
    assert {name for name in voters if not is_mover(name)} <= set(cast) <= set(voters)
    off = conn.execute(
        """
        SELECT option_id FROM voting_options o
        WHERE (vote_count, weighted_votes)
              <> (SELECT count(*), coalesce(sum(weight), 0) FROM ballots b WHERE b.option_id = o.option_id)
        """
    ).fetchall()
    assert off == []


def _check_registrations(conn: Connection, ledger: Ledger) -> None:
    """Every registered player exists once, and there are no others; of movers only that each has an account."""
    attempts = [
        answer
        for answer in ledger.answers
        if answer.call.action == "register" and not is_mover(_person(answer.call.actor))
    ]
    known = {ref.platform_id for ref in PLAYERS}
    registered = {player(each.call.actor).platform_id for each in attempts if each.status in (200, 201)}
    maybe = {player(each.call.actor).platform_id for each in attempts if each.status == 503}
    links = conn.execute("SELECT user_id, platform_user_id FROM user_platform_links").fetchall()
    assert {row["user_id"] for row in links} == {row["user_id"] for row in conn.execute("SELECT user_id FROM users")}
    rows = [row for row in links if not is_mover(row["platform_user_id"])]
    found = [row["platform_user_id"] for row in rows]
    assert len(found) == len(set(found)) == len({row["user_id"] for row in rows})
    assert known | registered <= set(found) <= known | registered | maybe
    created = Counter(each.call.actor for each in attempts if each.status == 201 and not each.replayed)
    assert set(created.values()) <= {1}


def _check_imports(conn: Connection, ledger: Ledger) -> None:
    """Every import that was answered is there, and what it has credited was announced, once."""
    answered = {answer.body["batch"]["batch_id"] for answer in ledger.actions() if answer.call.action == "import"}
    rows = conn.execute("SELECT batch_id::text AS id, undone_at FROM import_batches").fetchall()
    assert {row["id"] for row in rows} == answered
    undone = {answer.call.body["batch_id"] for answer in ledger.actions() if answer.call.action == "undo"}
    assert {row["id"] for row in rows if row["undone_at"]} == undone
    off = conn.execute(
        """
        WITH announced AS (
            SELECT payload ->> 'batch_id' AS id, event_type, (payload ->> 'amount')::bigint AS amount FROM events
            WHERE event_type IN ('balance.imported', 'balance.import_undone')
        ), told AS (
            SELECT id, sum(amount) FILTER (WHERE event_type = 'balance.imported') AS imported,
                   sum(amount) FILTER (WHERE event_type = 'balance.import_undone') AS undone
            FROM announced GROUP BY id
        ), entries AS (
            SELECT batch_id::text AS id, sum(amount) AS credited, sum(taken_back) AS taken_back
            FROM import_entries WHERE credited_at IS NOT NULL GROUP BY batch_id
        )
        SELECT * FROM entries FULL JOIN told USING (id)
        WHERE credited IS DISTINCT FROM imported OR coalesce(taken_back, 0) <> coalesce(undone, 0)
        """
    ).fetchall()
    assert off == []


def _check_forgotten(who: Identities, story: list[AuditedEvent]) -> None:
    """No event knows the id of a player who was forgotten."""
    forgotten = {str(user_id) for user_id in who.forgotten}
    assert [event for event in story if forgotten & set(_UUID.findall(str(event.payload)))] == []


_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def _sum(first: Holdings, second: Holdings) -> Holdings:
    return Counter({key: first[key] + second[key] for key in first.keys() | second.keys()})


def _difference(found: Holdings, due: Holdings) -> dict[tuple[str, str], str]:
    """Where they differ: {(person, item): what is there, and what should be}."""
    return {key: f"{found[key]}, not {due[key]}" for key in sorted(found.keys() | due.keys()) if found[key] != due[key]}
