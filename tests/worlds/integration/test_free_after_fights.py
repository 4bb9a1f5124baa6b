"""After anything that happens in fights, everyone can act again within seconds. Source: worlds 21.1, 21.4, 28."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from random import Random
from typing import Final
from uuid import UUID

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kernel.accounts.models import Identity
from kernel.database import Tx
from local.worlds.settling import settle_npc
from tests.support.beasts import put_wolf
from tests.support.grounds import make_ground
from tests.support.people import make_someone
from tests.support.worlds import Player, come_to, connect, place_item, texts, told
from worlds.characters import service as characters
from worlds.characters.events import HealthChanged
from worlds.characters.models import Character
from worlds.combat.models import Fighter, FightState
from worlds.fights import queries as fights_sql
from worlds.fights import service as fights
from worlds.inhabiting.events import NpcInhabited, NpcReleased
from worlds.play import leaving
from worlds.play import service as play
from worlds.time.models import milliseconds
from worlds.world import queries as worlds_sql
from worlds.world.models import World

NAMES: Final = ("Ann", "Bob", "Cid")
LONGEST_ACTION: Final = 3_000
"""Milliseconds: a heavy blow of the slowest, who is slowed."""
DEFEATED: Final = 10_000
STUNNED: Final = 10_000
WHO: Final = st.integers(0, len(NAMES) - 1)
PAUSES: Final = st.sampled_from([0.0, 0.1, 0.3, 0.9, 1.1, 2.1, 6.0, 11.0, 31.0])
LINES: Final = st.sampled_from(
    [
        *(f"attack {target} {kind}" for target in ("maren", "wolf") for kind in ("quick", "normal", "heavy")),
        *("attack ann", "attack bob heavy", "attack cid quick", "attack"),
        *("defend", "flee", "use healing herb", "equip longsword", "unequip longsword"),
        *("north 3", "south 3", "lobby", "say ho"),
    ]
)
STEPS: Final = st.lists(
    st.tuples(
        PAUSES,
        WHO,
        st.one_of(
            LINES,
            st.sampled_from(["disconnect", "reconnect", "ping", "wake", "wake twice", "lease ends", "nearly dies"]),
            st.sampled_from(["maren nearly dies", "wolf nearly dies", "attack maren", "attack wolf", "attack ann"]),
        ),
    ),
    min_size=4,
    max_size=16,
)
Steps = list[tuple[float, int, str]]


class Company:
    """Three players, one of the game's own people and a hungry wolf, all beside each other."""

    def __init__(self, tx: Tx) -> None:
        self.tx = tx
        self.world = make_ground(tx)
        self.players: list[Player | None] = [come_to(tx, self.world.world_id, name) for name in NAMES]
        self.identities: Sequence[Identity] = [each.me for each in self.players if each]
        self.ids = [each.character_id for each in self.players if each]
        here = self.stored(self.ids[0]).position
        self.maren = settle_npc(tx, self.world, "Maren", here)
        for number, player in enumerate(self.players):
            assert player is not None
            for item in ("longsword" if number else "dagger", "healing_herb"):
                place_item(tx, self.now_world(), item, here, 1)
                assert texts(player.types(tx, f"get {item.replace('_', ' ')}"))
        self.wolf = put_wolf(tx, self.now_world(), here, hungry=True)

    def now_world(self) -> World:
        [row] = worlds_sql.find(self.tx, self.world.world_id)
        return worlds_sql.read(row)

    def stored(self, character_id: UUID) -> Character:
        found = characters.ask(self.tx, character_id)()
        assert found is not None
        return found

    def do(self, who: int, what: str) -> None:
        player = self.players[who]
        match what:
            case "wake" | "wake twice":
                due = fights.list_due(self.tx)
                for fight_id in due * (2 if what == "wake twice" else 1):
                    fights.settle_one(self.tx, fight_id)
            case "lease ends":
                fights.fall_asleep(self.tx)
            case "disconnect":
                if player is not None:
                    leaving.go(self.tx, player.connection_id)
                self.players[who] = None
            case "reconnect":
                self.players[who] = connect(self.tx, self.identities[who], self.ids[who])
                if player is not None:  # the socket of before ends when it has been replaced
                    leaving.go(self.tx, player.connection_id)
            case "nearly dies":
                self.nearly_kill(self.ids[who])
            case "maren nearly dies":
                self.nearly_kill(self.maren.character_id)
            case "wolf nearly dies":
                self.tx.execute(
                    "UPDATE worlds.fighters SET state = jsonb_set(state, '{nature,hp}', '1') WHERE cell IS NOT NULL"
                )
            case "ping":
                if player is not None:
                    play.ping(self.tx, player.connection_id)
            case line:
                if player is not None:
                    player.types(self.tx, line.replace("wolf", self.wolf))

    def let_the_wolf_run(self) -> None:
        self.tx.execute(
            "UPDATE worlds.fighters SET state = jsonb_set(state, '{nature,fights}', 'false') WHERE cell IS NOT NULL"
        )

    def nearly_kill(self, character_id: UUID) -> None:
        someone = self.stored(character_id)
        if someone.hp > 1:
            since = self.tx.now + timedelta(days=1)
            event = HealthChanged(character_id=character_id, old=someone.hp, new=1, reason="test", since=since)
            characters.save(self.tx, someone, [event])

    def fighters(self) -> Iterator[Fighter]:
        """Yield who is in a fight, as it is stored."""
        for row in self.tx.execute("SELECT state FROM worlds.fighters").fetchall():
            yield fights_sql.read(row)

    def everyone_is_free_soon(self) -> None:
        """Let all that is due happen, and look how long anyone has to wait for what they could do next."""
        self.do(0, "wake")
        now = milliseconds(self.tx.now)
        for each in self.fighters():
            assert each.action is None or now < each.action.execute_at <= now + LONGEST_ACTION
            assert "stun" not in each.ailments or each.ailments["stun"].until <= now + STUNNED
            if each.state == FightState.DEFEATED and each.falls_at is None:
                assert each.up_at is not None
                assert now < each.up_at <= now + DEFEATED

    def everyone_is_free(self) -> None:
        """Look who can do what, long after all fights."""
        for each in self.fighters():  # who was safe for a while, and has done nothing since
            assert (each.state, each.action, each.foes) == (FightState.IDLE, None, frozenset())
        for who, character_id in enumerate(self.ids):
            someone = self.stored(character_id)
            assert someone.hp > 0, someone.name
            assert someone.is_present == (self.players[who] is not None), someone.name
            self.do(who, "reconnect")
        maren = self.stored(self.maren.character_id)
        assert maren.is_present == (maren.hp > 0)
        for number, (player, character_id) in enumerate(zip(self.players, self.ids, strict=True)):
            assert player is not None
            name = f"Dummy{number}"
            settle_npc(self.tx, self.now_world(), name, self.stored(character_id).position)
            assert "ready in" in texts(player.types(self.tx, f"attack {name} quick"))[0]


@pytest.fixture
def company(tx: Tx) -> Company:
    return Company(tx)


@contextmanager
def once(company: Company) -> Iterator[Tx]:
    """Forget all that happens inside."""
    tx, players = company.tx, [*company.players]
    start = tx.now
    tx.rng = Random(3)
    tx.execute("SAVEPOINT before")
    yield tx
    tx.execute("ROLLBACK TO before")
    tx.now, company.players = start, players


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=STEPS)
@example(steps=[(0, 0, "attack wolf"), (0.1, 1, "attack maren"), (0.3, 0, "disconnect"), (6, 0, "reconnect")])
@example(steps=[(0, 0, "attack maren"), (2.1, 0, "disconnect"), (0.1, 0, "nearly dies"), (31, 1, "attack wolf")])
@example(steps=[(0, 0, "attack bob"), (0, 1, "attack ann"), (0, 0, "attack bob"), (0, 1, "nearly dies")])
def test_nothing_in_a_fight_leaves_anyone_stuck(company: Company, steps: Steps):
    with once(company) as tx:
        for pause, who, what in steps:
            tx.now += timedelta(seconds=pause)
            company.do(who, what)
        for seconds in (0, 1, 4, 11, 50, 600, 7_000):
            tx.now += timedelta(seconds=seconds)
            company.everyone_is_free_soon()

        company.everyone_is_free()


def inhabit(tx: Tx, someone: Character) -> Player:
    """Let someone new play one of the game's own people."""
    me = make_someone(tx).identity
    inhabited = NpcInhabited(
        character_id=someone.character_id,
        player_id=me.account_id,
        npc_id=someone.character_id,
        baseline={},
        position=someone.position,
    )
    characters.save(tx, someone, [inhabited])
    return connect(tx, me, someone.character_id)


def test_who_comes_to_be_played_in_a_fight_decides_no_more_for_themselves(tx: Tx, company: Company):
    company.do(0, "attack maren quick")
    tx.now += timedelta(seconds=4)
    company.do(0, "wake")
    maren = inhabit(tx, company.stored(company.maren.character_id))
    tx.now += timedelta(seconds=LONGEST_ACTION // 1000)  # what she had begun is over

    assert texts(maren.types(tx, "defend"))[0].startswith("On your guard in ")


def test_who_is_let_go_of_in_a_fight_goes_their_own_way_and_stays(tx: Tx, company: Company):
    maren = inhabit(tx, company.maren)
    maren.types(tx, f"attack {company.wolf}")
    leaving.go(tx, maren.connection_id)
    assert company.stored(maren.character_id).is_present
    characters.save(tx, company.stored(maren.character_id), [NpcReleased(character_id=maren.character_id)])
    company.let_the_wolf_run()

    for _ in range(6):
        tx.now += timedelta(seconds=20)
        company.do(0, "wake")

    after = company.stored(maren.character_id)
    assert (after.is_npc, after.is_present) == (True, True)


def test_no_one_is_said_to_have_left_who_has_come_back(tx: Tx, company: Company):
    company.do(0, f"attack {company.wolf}")
    company.do(0, "disconnect")
    company.do(0, "reconnect")
    company.let_the_wolf_run()

    for _ in range(6):
        tx.now += timedelta(seconds=20)
        company.do(0, "wake")

    bob = company.players[1]
    assert bob is not None
    assert "Ann has left." not in [each["text"] for each in told(tx, bob)]
    assert company.stored(company.ids[0]).is_present
