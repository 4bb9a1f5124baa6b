"""Real connections and commits: items used at the same moment on each other's owners."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import partial

import pytest

from community.items.models import NoTargets
from community.items.service import use_item
from community.linking.service import claim_link, confirm_link, start_link
from community.messages.service import handle_message
from community.players.models import PlayerRef
from kernel.database import Connection, Tx, transaction
from kernel.errors import DomainError
from tests.support.factories import announced, holdings, make_player, stored, unlock
from tests.support.races import Race, UseCase, attempt, race_of

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
ITEMS = {
    "weapon_dart": 50,
    "blast_snare": 50,
    "guard_mirror": 50,
    "blast_keg": 50,
    "tonic_small": 50,
    "item_firepot": 50,
}


class Crew:
    """Several who each do one thing after the other, all at the same game time."""

    def __init__(self, race: Race) -> None:
        self._race = race

    def __call__(self, *deeds: Sequence[UseCase]) -> list[list[object]]:
        """What each deed answered, or its refusal."""

        def work(connection: Connection, todo: Sequence[UseCase]) -> list[object]:
            return [attempt(connection, deed, NOW) for deed in todo]

        return self._race.run(*[partial(work, todo=todo) for todo in deeds])


@pytest.fixture
def crew(database_url: str) -> Iterator[Crew]:
    with race_of(8, database_url) as race:
        yield Crew(race)


@pytest.fixture
def players(conn: Connection) -> list[PlayerRef]:
    """Eight of them, each with a bit of everything, who have all said something."""
    with transaction(conn, now=NOW) as tx:
        unlock(tx, "item_dart", "item_snare", "item_mirror", "item_keg", "item_tonic", "item_firepot")
        refs = [make_player(tx, f"player{number}", items=ITEMS) for number in range(8)]
        for ref in refs:
            handle_message(tx, ref, "hello")
    return refs


def seconds(tx: Tx) -> dict[str, int]:
    rows = tx.execute("SELECT username, expires_at FROM player_timeouts JOIN users USING (user_id)").fetchall()
    return {row["username"]: int((row["expires_at"] - NOW).total_seconds()) for row in rows}


def left(tx: Tx, kind: str = "reflect") -> int:
    row = tx.execute("SELECT coalesce(sum(charges), 0)::int AS left FROM shields WHERE kind = %s", (kind,)).fetchone()
    assert row is not None
    return row["left"]


def used(answers: Sequence[Sequence[object]]) -> int:
    """How many succeeded; whatever did not is a refusal by the rules."""
    flat = [answer for each in answers for answer in each]
    return sum(not isinstance(answer, DomainError) for answer in flat)


def use(ref: PlayerRef, item: str, target: PlayerRef | None = None) -> UseCase:
    return partial(use_item, user=ref, item_name=item, quantity=1, target=target.username if target else None)


def test_a_trap_a_weapon_and_a_mirror_on_each_others_owners(conn: Connection, crew: Crew, players: list[PlayerRef]):
    """In a circle and against it, so that locks taken in the order of use would deadlock."""
    alice, bob, claire = players[:3]
    rounds = 12

    answers = crew(
        [use(alice, "dart", bob)] * rounds,
        [use(bob, "dart", alice)] * rounds,
        [use(bob, "snare", claire)] * rounds,
        [use(claire, "snare", bob)] * rounds,
        [use(claire, "mirror")] * rounds,
        [use(claire, "dart", alice)] * rounds,
        [use(alice, "dart", claire)] * rounds,
        [partial(handle_message, chatter=bob, text="hello")] * rounds,
    )

    assert used(answers) == 8 * rounds
    with transaction(conn, now=NOW) as tx:
        placed, triggered, backfired = (
            len(announced(tx, f"trap.{what}")) for what in ("placed", "triggered", "self_triggered")
        )
        waiting = len(tx.execute("SELECT FROM traps WHERE triggered_at IS NULL").fetchall())
        assert placed + backfired == 2 * rounds
        assert placed == triggered + backfired + waiting
        # Every dart silences somebody, if not its target then its thrower; and every trap that has gone off.
        assert sum(seconds(tx).values()) == 60 * (4 * rounds + triggered + backfired)
        assert len(announced(tx, "timeout.applied")) == 4 * rounds + triggered + backfired
        # Alice neither talks nor sets traps: hers are the darts thrown at her, and those the mirrors sent back.
        assert seconds(tx)["player0"] == 60 * (2 * rounds + rounds - left(tx))
        for ref, name, number in ((alice, "weapon_dart", 2), (bob, "weapon_dart", 1), (bob, "blast_snare", 1)):
            assert holdings(tx, ref)[name] == 50 - number * rounds


def test_every_mirror_sends_back_one_attack(conn: Connection, crew: Crew, players: list[PlayerRef]):
    bob, others = players[0], players[1:]
    with transaction(conn, now=NOW) as tx:
        tx.execute("INSERT INTO shields VALUES (%s, 'reflect', 5), (%s, 'block', 4)", (stored(tx, bob).id,) * 2)

    answers = crew(*[[use(ref, "dart", bob)] * 2 for ref in others])

    assert used(answers) == 14
    with transaction(conn, now=NOW) as tx:
        silenced = seconds(tx)
        assert (left(tx, "reflect"), left(tx, "block")) == (0, 0)
        assert silenced.pop("player0") == 60 * (14 - 5 - 4)
        assert sum(silenced.values()) == 60 * 5


def test_tonics_and_darts_at_once_come_out_even(conn: Connection, crew: Crew, players: list[PlayerRef]):
    bob, others = players[0], players[1:]
    with transaction(conn, now=NOW) as tx:
        use_item(tx, others[0], "dart", 30, target="player0")
        use_item(tx, others[0], "dart", 10, target="player0")

    answers = crew(*[[use(ref, "dart", bob), use(ref, "tonic", bob), use(ref, "dart", bob)] for ref in others])

    assert used(answers) == 21
    with transaction(conn, now=NOW) as tx:
        assert seconds(tx) == {"player0": 60 * (2 + 14 - 7)}


def test_kegs_from_eight_hands_hit_nobody_twice(conn: Connection, crew: Crew, players: list[PlayerRef]):
    with transaction(conn, now=NOW) as tx:
        viewers = [make_player(tx, f"viewer{number}") for number in range(72)]
        for ref in viewers:
            handle_message(tx, ref, "hello")

    answers = crew(*[[use(ref, "keg")] * 2 for ref in players])

    flat = [answer for each in answers for answer in each]
    thrown = [answer for answer in flat if not isinstance(answer, DomainError)]
    assert len(thrown) >= 9
    assert {type(answer) for answer in flat if isinstance(answer, DomainError)} <= {NoTargets}
    with transaction(conn, now=NOW) as tx:
        hit = Counter(event["username"] for event in announced(tx, "timeout.applied"))
        assert set(hit.values()) == {1}
        assert 5 * (len(thrown) - 1) <= len(hit) <= 9 * len(thrown)
        assert seconds(tx) == dict.fromkeys(hit, 60)
        remaining = {row["user_id"] for row in tx.execute("SELECT user_id FROM active_chatters").fetchall()}
        assert len(remaining) == 80 - len(hit)
        assert sum(50 - holdings(tx, ref)["blast_keg"] for ref in players) == len(thrown)


def test_a_line_and_a_trap_for_its_writer_at_once(conn: Connection, crew: Crew, players: list[PlayerRef]):
    for alice, bob in zip(players[:4], players[4:], strict=True):
        heard: list[int] = []

        def talk(tx: Tx, ref: PlayerRef = bob, heard: list[int] = heard) -> None:
            heard.append(len(handle_message(tx, ref, "hello")[1]))

        crew([use(alice, "snare", bob)], [talk])

        with transaction(conn, now=NOW) as tx:
            waiting = tx.execute("SELECT FROM traps WHERE triggered_at IS NULL").fetchall()
            # Either the trap was there first, or it waits for the next line.
            assert len(waiting) + heard[-1] == 1
            assert seconds(tx).get(str(bob.username), 0) == 60 * heard[-1]
            _, then = handle_message(tx, bob, "and?")
            assert len(then) == len(waiting)
            assert seconds(tx)[str(bob.username)] == 60


def test_two_who_trap_one_player_at_once(conn: Connection, crew: Crew, players: list[PlayerRef]):
    bob, others = players[0], players[1:]

    answers = crew(*[[use(ref, "snare", bob)] for ref in others])

    assert used(answers) == 7
    with transaction(conn, now=NOW) as tx:
        assert (len(announced(tx, "trap.placed")), len(announced(tx, "trap.self_triggered"))) == (4, 3)
        assert sum(seconds(tx).values()) == 3 * 60


def test_a_merge_of_two_who_are_trapped_and_shielded_while_they_are_attacked(
    conn: Connection, crew: Crew, players: list[PlayerRef]
):
    alice, bob, claire, dan = players[:4]
    with transaction(conn, now=NOW) as tx:
        away = make_player(tx, "bobby", platform="discord")
        zoe = make_player(tx, "zoe", platform="discord", items=ITEMS)
        use_item(tx, alice, "snare", 1, target=bob.username)
        use_item(tx, zoe, "snare", 1, target="bobby")
        for ref in (bob, away):
            tx.execute("INSERT INTO shields VALUES (%s, 'block', 2)", (stored(tx, ref).id,))
        claim_link(tx, start_link(tx, bob).token, away)

    answers = crew(
        [partial(confirm_link, source=bob)],
        [use(claire, "dart", bob)] * 2,
        [use(dan, "dart", bob)] * 2,
        [use(zoe, "dart", away)],
    )

    assert used(answers) == 6
    with transaction(conn, now=NOW) as tx:
        assert stored(tx, bob).id == stored(tx, away).id
        rows = tx.execute("SELECT target_id FROM traps WHERE triggered_at IS NULL").fetchall()
        assert rows == [{"target_id": stored(tx, bob).id}]
        # Whichever came first: five darts met the shields there were, and none was counted twice.
        assert 60 * left(tx, "block") - sum(seconds(tx).values()) == 60 * (4 - 5)
