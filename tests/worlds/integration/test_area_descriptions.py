"""What models write about places: looked up, asked for once, posted when it comes, and never waited for.

Source: worlds 24, and issue 18.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from kernel import texts as languages
from kernel.database import Connection, Tx, transaction
from kernel.outside import desk
from kernel.outside.models import Prompt, ProviderFailed, Reply
from kernel.outside.rules import Limits
from kernel.outside.settings import OutsideSettings
from local.worlds.settling import settle_npc
from tests.support.grounds import make_ground
from tests.support.outside import run_due
from tests.support.races import race_of
from tests.support.round_trips import counted
from tests.support.worlds import Player, come_to, connect, texts, told
from tests.worlds.integration.test_standing import put
from worlds.conversing.service import KINDS as CONVERSING
from worlds.describing import cache
from worlds.describing.service import KINDS
from worlds.ground.cache import Remembered
from worlds.play import leaving
from worlds.wording import cache as wording_cache
from worlds.wording import retention
from worlds.wording import service as wording
from worlds.wording import settings as wording_settings
from worlds.wording.cache import RememberedTexts
from worlds.wording.models import MOST_AT_ONCE
from worlds.wording.settings import WordingSettings
from worlds.world.models import World

WRITTEN = "The bark is rough under your palm, and the moss gives way at every step like a wet sponge."
BY_NAME = {kind.name: kind for kind in KINDS}
[KIND] = BY_NAME


class Model:
    """A provider that counts its calls."""

    def __init__(self) -> None:
        self.asked: list[Prompt] = []
        self.writes: Callable[[Prompt], str] = lambda prompt: f"{WRITTEN} {len(self.asked)}"

    def __call__(self, task: Any) -> Reply:
        self.asked.append(task)
        return Reply(self.writes(task), input_tokens=100, output_tokens=50, provider="toy", cost_micros=7)

    def answers(self, where: Connection | Tx) -> list[str]:
        """Answer what is due; return what became of it."""
        return [outcome.status for outcome in run_due(where, KINDS, self)]


def failing(task: Any) -> Reply:
    raise ProviderFailed("toy: no answer in time", retryable=True, timed_out=True)


@pytest.fixture(autouse=True)
def _memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wording_cache, "texts", RememberedTexts())
    monkeypatch.setattr(cache, "last_keys", Remembered(100))


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Model:
    configured = WordingSettings(model="openai:toy")
    monkeypatch.setattr(wording_settings, "settings", configured)
    monkeypatch.setattr(wording, "settings", configured)
    return Model()


@pytest.fixture
def world(tx: Tx) -> World:
    return make_ground(tx)


def closer(tx: Tx, player: Player) -> list[str]:
    """Look around; return what a model has written about it."""
    return [text for text in texts(player.types(tx, "look")) if text.startswith("You look closer: ")]


def posted(tx: Tx, player: Player) -> list[str]:
    return [line["text"] for line in told(tx, player) if line["text"].startswith("You look closer: ")]


def requests(tx: Tx) -> list[dict[str, Any]]:
    return tx.execute("SELECT * FROM kernel.outside_requests WHERE kind = %s ORDER BY request_id", (KIND,)).fetchall()


def test_look_is_answered_at_once_and_a_richer_text_comes_when_it_is_written(tx: Tx, world: World, model: Model):
    ann = come_to(tx, world.world_id, "Ann")

    assert closer(tx, ann) == []
    assert model.asked == []  # not while the player waits
    assert model.answers(tx) == ["completed"]

    assert posted(tx, ann) == [f"You look closer: {WRITTEN} 1"]
    assert closer(tx, ann) == [f"You look closer: {WRITTEN} 1"]  # from the cache, at once
    assert len(requests(tx)) == 1
    assert ann.types(tx, "look statue")  # and only for who looks around
    assert len(requests(tx)) == 1


def test_a_second_description_within_15_minutes_is_no_call_and_a_second_later_it_is_one(
    tx: Tx, world: World, model: Model
):
    """Acceptance 24.2."""
    ann = come_to(tx, world.world_id, "Ann")
    tx.execute("UPDATE worlds.worlds SET dilation = 0.1")
    closer(tx, ann)
    model.answers(tx)

    tx.now += timedelta(minutes=14, seconds=59)
    assert len(closer(tx, ann)) == 1
    assert model.answers(tx) == []
    tx.now += timedelta(seconds=2)
    assert closer(tx, ann) == []
    assert model.answers(tx) == ["completed"]
    assert len(model.asked) == 2


@pytest.mark.parametrize("lost", ["process", "table"])
def test_both_levels_of_the_cache_may_be_lost(
    tx: Tx, world: World, model: Model, monkeypatch: pytest.MonkeyPatch, lost: str
):
    ann = come_to(tx, world.world_id, "Ann")
    closer(tx, ann)
    model.answers(tx)
    closer(tx, ann)
    before = dict(tx.counts)

    if lost == "process":
        monkeypatch.setattr(wording_cache, "texts", RememberedTexts())
    else:
        tx.execute("DELETE FROM worlds.generated_texts")

    assert len(closer(tx, ann)) == 1
    counts = {key: count - before.get(key, 0) for key, count in tx.counts.items()}
    level = "l2" if lost == "process" else "l1"
    assert counts["cache_hits_total", level] >= 1


def test_those_who_perceive_about_as_much_share_a_text_in_their_language(tx: Tx, world: World, model: Model):
    ann, bob = come_to(tx, world.world_id, "Ann"), come_to(tx, world.world_id, "Bob")
    move(tx, bob, ann)
    for player in (ann, bob):
        assert closer(tx, player) == []

    assert model.answers(tx) == ["completed"]

    assert len(model.asked) == 1
    assert posted(tx, ann) == posted(tx, bob) != []
    with languages.speaking("de"):
        reader = connect(tx, ann.me, ann.character_id)
    assert closer(tx, reader) == []
    assert "in German" in (model.answers(tx), model.asked[-1].system)[1]


def test_fifty_equal_requests_at_once_are_one_call(conn: Connection, database_url: str, model: Model):
    """Acceptance 24.5."""
    with transaction(conn) as tx:
        world = make_ground(tx)
        players = [come_to(tx, world.world_id, f"Walker{chr(97 + n // 10)}{chr(97 + n % 10)}") for n in range(50)]
        for player in players:
            move(tx, player, players[0])
    now = datetime.fromisoformat("2026-07-01T12:00:00+00:00")

    def looks(player: Player) -> Callable[[Connection], int]:
        def look(connection: Connection) -> int:
            with transaction(connection, now=now) as tx:
                return len(player.types(tx, "look"))

        return look

    with race_of(50, database_url) as race:
        assert race.run(*[looks(player) for player in players]) == [1] * 50
    with transaction(conn, now=now) as tx:
        assert len(requests(tx)) == 1
    assert [each.status for each in run_due(conn, KINDS, model, now=now)] == ["completed"]

    assert len(model.asked) == 1
    with transaction(conn) as tx:
        assert {len(posted(tx, player)) for player in players} == {1}


def test_who_has_gone_on_is_told_nothing_of_the_place_they_left(tx: Tx, world: World, model: Model):
    ann, bob = come_to(tx, world.world_id, "Ann"), come_to(tx, world.world_id, "Bob")
    closer(tx, ann)
    ann.types(tx, "north")
    closer(tx, bob)
    leaving.go(tx, bob.connection_id)

    assert set(model.answers(tx)) == {"completed"}

    assert posted(tx, ann) == posted(tx, bob) == []


def test_a_player_waits_for_one_text_at_a_time(tx: Tx, world: World, model: Model):
    ann = come_to(tx, world.world_id, "Ann")
    for line in ("look", "north", "look", "north", "look"):
        ann.types(tx, line)
    assert len(requests(tx)) == 1

    tx.now += timedelta(seconds=11)
    ann.types(tx, "look")
    assert len(requests(tx)) == 2


def test_without_a_model_nothing_is_asked_and_nothing_is_looked_up(tx: Tx, world: World):
    ann = come_to(tx, world.world_id, "Ann")

    assert closer(tx, ann) == []

    assert requests(tx) == []
    assert ("cache_misses_total", "l2") not in tx.counts


@pytest.mark.parametrize("written", ["", "Too short.", "x" * 2_000, f"As an AI, I would say: {WRITTEN}"])
def test_what_cannot_be_used_is_not_kept(tx: Tx, world: World, model: Model, written: str):
    ann = come_to(tx, world.world_id, "Ann")
    closer(tx, ann)
    model.writes = lambda prompt: written

    assert model.answers(tx) == ["failed_permanently"]

    assert posted(tx, ann) == []
    assert requests(tx)[0]["error"] == "unfit"
    assert tx.counts["llm_fallback_total", f"{KIND},unfit"] == 1
    assert tx.execute("SELECT FROM worlds.generated_texts").fetchall() == []


def test_a_failing_provider_is_one_attempt_and_the_composed_text_stays(tx: Tx, world: World, model: Model):
    ann = come_to(tx, world.world_id, "Ann")
    assert closer(tx, ann) == []

    [outcome] = run_due(tx, KINDS, failing)

    assert (outcome.status, outcome.retry_after) == ("failed_permanently", None)
    assert len(texts(ann.types(tx, "look"))) == 1
    assert tx.counts["llm_requests_total", KIND] == 1
    assert tx.counts["llm_fallback_total", f"{KIND},failed"] == 1


@pytest.mark.parametrize(("waited", "left"), [(0, 10), (4, 6), (9.5, None), (60, None)])
def test_a_text_is_worth_ten_seconds_from_the_look(
    tx: Tx, world: World, model: Model, waited: float, left: float | None
):
    closer(tx, come_to(tx, world.world_id, "Ann"))
    tx.now += timedelta(seconds=waited)

    claimed = desk.claim(tx, BY_NAME, requests(tx)[0]["request_id"])

    if left is None:
        assert (claimed.status, claimed.reason) == ("failed_permanently", "late")
    else:
        assert claimed.task.seconds == left


def test_a_slow_model_is_asked_for_shorter_texts_then_for_none_and_later_again(tx: Tx, world: World, model: Model):
    ann = come_to(tx, world.world_id, "Ann")
    ended(tx, seconds=3)
    closer(tx, ann)
    short = desk.claim(tx, BY_NAME, requests(tx)[-1]["request_id"])
    assert "Be brief" in short.task.system
    assert short.task.max_tokens == 640 // 4

    ended(tx, seconds=20)
    tx.now += timedelta(seconds=11)
    closer(tx, ann)
    assert tx.counts["llm_fallback_total", f"{KIND},degraded"] == 1
    tx.execute("DELETE FROM kernel.outside_requests WHERE status = 'claimed'")
    asked = len(requests(tx))

    tx.now += timedelta(minutes=2)
    closer(tx, ann)
    assert len(requests(tx)) == asked + 1
    full = desk.claim(tx, BY_NAME, requests(tx)[-1]["request_id"])
    assert "Be brief" not in full.task.system


def test_while_a_model_is_slow_a_text_for_less_perception_is_good_enough(tx: Tx, world: World, model: Model):
    ann = come_to(tx, world.world_id, "Ann")
    tx.execute("""UPDATE worlds.characters SET attributes = attributes || '{"Perception": 30}'""")
    closer(tx, ann)
    model.answers(tx)
    tx.execute("""UPDATE worlds.characters SET attributes = attributes || '{"Perception": 80}'""")
    assert closer(tx, ann) == []  # a longer one is asked for
    tx.execute("DELETE FROM kernel.outside_requests WHERE status = 'pending'")

    ended(tx, seconds=3)

    assert len(closer(tx, ann)) == 1


def test_where_too_many_wait_one_more_is_dropped(tx: Tx, world: World, model: Model):
    ann = come_to(tx, world.world_id, "Ann")
    tx.execute(
        """
        INSERT INTO kernel.outside_requests (kind, input, dedupe_key, trace_id, due_at, send_at, created_at)
        SELECT %s, '{}', 'other ' || n, '', %s, %s, %s FROM generate_series(1, 75) AS n
        """,
        (KIND, tx.now, tx.now, tx.now),
    )

    closer(tx, ann)

    assert len(requests(tx)) == 75
    assert tx.counts["llm_fallback_total", f"{KIND},dropped"] == 1


def test_cost_is_counted_for_the_player_and_the_day_and_capped(
    tx: Tx, world: World, model: Model, monkeypatch: pytest.MonkeyPatch
):
    ann = come_to(tx, world.world_id, "Ann")
    closer(tx, ann)
    model.answers(tx)

    [used] = tx.execute(
        "SELECT * FROM kernel.outside_usage WHERE scope = %s AND operation = 'area_description'",
        (str(ann.me.account_id),),
    ).fetchall()
    assert (used["day"], used["calls"], used["cost_micros"]) == (tx.now.date(), 1, 7)

    monkeypatch.setattr(desk, "settings", OutsideSettings(Limits(calls=1), Limits()))
    ann.types(tx, "north")
    closer(tx, ann)
    assert model.answers(tx) == ["failed_permanently"]
    assert len(model.asked) == 1
    assert tx.counts["llm_fallback_total", f"{KIND},capped"] == 1


def test_ten_players_who_look_for_five_minutes_are_served_from_the_cache(tx: Tx, world: World, model: Model):
    """Acceptance 24.6."""
    maren = settle_npc(tx, world, "Maren", come_to(tx, world.world_id, "Ann").character(tx).position)
    kinds = [*KINDS, *CONVERSING]
    players = [come_to(tx, world.world_id, f"Walker{chr(97 + number)}") for number in range(10)]
    for number, player in enumerate(players):
        for _ in range(number % 3):
            player.types(tx, "north")
    refused = 0
    before: dict[Any, int] = {}
    for second in range(0, 300, 15):
        tx.now += timedelta(seconds=15)
        if second == 60:
            before = dict(tx.counts)
        for player in players:
            for line in ("look", f"talk {maren.name} Hello."):
                refused += any(each["type"] == "error" for each in player.types(tx, line))
        assert {each.status for each in run_due(tx, kinds, model)} <= {"completed"}

    hits, misses = (
        sum(tx.counts[key] - before.get(key, 0) for key in tx.counts if key[0] == f"cache_{what}_total")
        for what in ("hits", "misses")
    )
    assert refused == 0
    assert hits / (hits + misses) >= 0.9
    assert len(model.asked) <= 6 + len(players)  # each of whom is spoken to


def test_a_text_that_was_written_meanwhile_is_not_written_again(tx: Tx, world: World, model: Model):
    ann = come_to(tx, world.world_id, "Ann")
    closer(tx, ann)
    wording.keep(tx, requests(tx)[0]["dedupe_key"], WRITTEN)

    assert model.answers(tx) == ["completed"]

    assert model.asked == []
    assert posted(tx, ann) == [f"You look closer: {WRITTEN}"]


def test_the_cache_forgets_what_has_expired(tx: Tx, world: World, model: Model):
    ann = come_to(tx, world.world_id, "Ann")
    closer(tx, ann)
    model.answers(tx)
    ann.types(tx, "north")
    closer(tx, ann)

    tx.now += timedelta(minutes=16)
    retention.delete_old(tx)

    for table in ("generated_texts", "awaited_texts"):
        assert tx.execute(f"SELECT FROM worlds.{table}").fetchall() == []


@pytest.mark.parametrize("level", ["nothing", "l2", "l1"])
def test_a_look_is_two_round_trips_with_a_model_too(
    conn: Connection, database_url: str, model: Model, monkeypatch: pytest.MonkeyPatch, level: str
):
    with transaction(conn) as tx:
        world = make_ground(tx)
        ann = come_to(tx, world.world_id, "Ann")
    with counted(database_url) as (connection, wire):
        for _ in range(8):  # until statements are prepared
            with transaction(connection) as tx:
                tx.execute("DELETE FROM kernel.outside_requests")
                tx.execute("DELETE FROM worlds.awaited_texts")
            with transaction(connection) as tx:
                ann.types(tx, "look")
            if level != "nothing":
                model.answers(conn)
        if level == "l2":
            monkeypatch.setattr(wording_cache, "texts", RememberedTexts())
        before = wire.round_trips()
        with transaction(connection) as tx:
            assert len(closer(tx, ann)) == (level != "nothing")

        assert wire.round_trips() - before == 2


# ---------------------------------------------------------------- how many at once, and who comes first


def test_no_more_than_ten_are_asked_at_once(tx: Tx, world: World, model: Model):
    names = ("Ann", "Bob", "Cid", "Dora", "Eve", "Finn", "Gus", "Hana", "Igor", "Joan", "Kim", "Zoe")
    players = [come_to(tx, world.world_id, f"{name} the Visitor") for name in names]  # no villager is called so
    for number, player in enumerate(players):
        for _ in range(number):
            player.types(tx, "north 2")
        player.types(tx, "look")
    ids = [row["request_id"] for row in requests(tx)]
    assert len(ids) == 12

    claimed = [desk.claim(tx, BY_NAME, each, most_at_once=MOST_AT_ONCE) for each in ids]

    assert [each.status for each in claimed] == ["started"] * 10 + [""] * 2
    assert claimed[-1].retry_after == timedelta(seconds=1)
    tx.now += timedelta(seconds=61)  # those whose function was killed do not count for ever
    assert desk.claim(tx, BY_NAME, ids[-1], most_at_once=MOST_AT_ONCE).retry_after is None


def test_of_those_who_claim_at_once_no_more_than_ten_get_one(conn: Connection, database_url: str, model: Model):
    with transaction(conn) as tx:
        world = make_ground(tx)
        player = come_to(tx, world.world_id, "Ann")
        closer(tx, player)
        tx.execute(
            """
            INSERT INTO kernel.outside_requests (kind, input, dedupe_key, trace_id, due_at, send_at, created_at)
            SELECT kind, input, 'other ' || n, '', due_at, send_at, created_at
            FROM kernel.outside_requests, generate_series(1, 19) AS n WHERE kind = %s
            """,
            (KIND,),
        )
        ids = [row["request_id"] for row in requests(tx)]

    def claims(request_id: int) -> Callable[[Connection], str]:
        def claim(connection: Connection) -> str:
            with transaction(connection) as tx:
                return desk.claim(tx, BY_NAME, request_id, most_at_once=MOST_AT_ONCE).status

        return claim

    with race_of(20, database_url) as race:
        assert sorted(race.run(*[claims(each) for each in ids])) == [""] * 10 + ["started"] * 10


def move(tx: Tx, player: Player, to: Player) -> None:
    """Let a player stand where another one stands."""
    put(tx, player, to.character(tx).position)


def ended(tx: Tx, *, seconds: float) -> None:
    """Let three calls have taken so long."""
    tx.execute(
        """
        INSERT INTO kernel.outside_requests
               (kind, input, dedupe_key, trace_id, due_at, send_at, created_at, status, leased_until, finished_at)
        SELECT %(kind)s, '{}', 'ended', '', %(now)s, %(now)s, %(now)s, 'done',
               %(now)s::timestamptz + interval '60 s' - make_interval(secs => %(seconds)s), %(now)s
        FROM generate_series(1, 3)
        """,
        {"kind": KIND, "now": tx.now, "seconds": seconds},
    )
