"""What follows from a table of parts, shown on one that no feature has."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID, uuid4

import pytest
from msgspec.structs import replace

from community.catalog.models import Names
from community.parts import PARTS
from community.players.collected import Collected
from community.players.models import Player
from community.players.part import Column, Part, Parts, Rows, SharedSum, collecting
from community.progression.models import CommunityState
from kernel.database import Tx

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Badges:
    names: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Hat:
    colour: str = ""


class NewCheers(Collected[str]):
    pass


class Saves:
    """In the place of a transaction: what parts have queued."""

    def __init__(self) -> None:
        self.queued: list[Any] = []

    @property
    def tx(self) -> Tx:
        return cast(Tx, self)


def saves(tx: Tx) -> list[Any]:
    return cast(Saves, tx).queued


def welcome(merged: Player, keeper: Player, other: Player, now: datetime) -> Player:
    new = sorted(other[Badges].names - keeper[Badges].names)
    return merged.having(merged[NewCheers].plus(*(f"welcome {name}, {now.hour} o'clock" for name in new)))


BADGES = Part(
    holds=Badges,
    save=lambda tx, user_id, now, before: saves(tx).append((now, before)),
    merge=lambda keeper, other, state: Badges(keeper.names | other.names),
    column=Column("badges", "SELECT %s", lambda row: Badges(frozenset(row or ()))),
    on_load=lambda player: player.having(NewCheers(player[Badges].names)),
    on_merge=welcome,
    changes=frozenset({NewCheers}),
    tables=("badges",),
)
CHEERS = collecting(
    NewCheers,
    lambda tx, user_id, cheers: saves(tx).append(cheers),
    Rows(("cheers",), lambda tx, from_id, to_id: saves(tx).append((from_id, to_id))),
)
HATS = Rows(("hats",), lambda tx, from_id, to_id: None)
NOISE = SharedSum(lambda tx, players: saves(tx).append([len(player[NewCheers]) for player in players]))

PARTS_OF_A_TEST = Parts(BADGES, CHEERS, HATS, NOISE)


def stranger() -> Player:
    return Player(uuid4(), "alice", {}, CommunityState(UUID(int=0), {}, Names({}, {})), NOON, NOON)


def loaded(*badges: str) -> Player:
    player = dataclasses.replace(stranger(), parts=PARTS_OF_A_TEST.parse({"part_badges": badges or None}))
    return PARTS_OF_A_TEST.loaded(dataclasses.replace(player, stored=player))


def saved(player: Player) -> list[Any]:
    recorded = Saves()
    PARTS_OF_A_TEST.save(recorded.tx, player)
    PARTS_OF_A_TEST.save_joined(recorded.tx, player)
    return recorded.queued


def test_a_player_has_every_part_from_the_beginning():
    assert stranger()[Badges] == Badges()
    assert loaded("brave")[Badges] == Badges(frozenset({"brave"}))


def test_a_value_takes_the_place_of_the_one_of_its_type():
    player = loaded("brave").having(Badges(frozenset({"kind"})))

    assert player[Badges].names == {"kind"}
    assert player.stored is not None
    assert player.stored[Badges].names == {"brave"}


def test_what_is_due_on_load_is_no_part_of_what_is_stored():
    player = loaded("brave")

    assert player[NewCheers] == ("brave",)
    assert player.stored is not None
    assert player.stored[NewCheers] == ()


def test_only_what_has_changed_is_saved():
    unchanged = loaded()
    changed = unchanged.having(Badges(frozenset({"kind"})))

    assert saved(unchanged) == []
    assert saved(changed) == [(Badges(frozenset({"kind"})), Badges())]
    assert saved(changed.having(Badges())) == []


def test_of_a_new_player_all_is_saved_but_what_was_not_collected():
    assert saved(stranger()) == [(Badges(), None)]
    assert saved(stranger().having(NewCheers().plus("yay"))) == [(Badges(), None), ("yay",)]


def test_a_selection_reads_only_its_parts_and_refuses_the_others():
    others = Parts(BADGES, CHEERS, HATS, Part(holds=Hat, save=BADGES.save, merge=lambda keeper, other, state: keeper))

    assert others.only() is others
    assert others.only(Hat).columns == ""
    player = dataclasses.replace(stranger(), unread=others.only(Hat).unread)
    assert player.having(Hat("red"))[Hat] == Hat("red")
    with pytest.raises(LookupError, match="Badges was not read"):
        player.having(Hat("red"))[Badges]


def test_a_selection_has_what_changes_its_parts_on_load():
    cheers = PARTS_OF_A_TEST.only(NewCheers)

    assert cheers.columns == PARTS_OF_A_TEST.columns
    assert cheers.unread == frozenset()


def test_what_was_collected_is_saved_once():
    player = loaded("brave")
    assert saved(player) == [("brave",)]

    written = dataclasses.replace(player, parts=PARTS_OF_A_TEST.lasting(player))
    written = dataclasses.replace(written, stored=written)

    assert saved(written) == []
    assert written[Badges].names == {"brave"}


def test_a_value_that_no_part_holds_is_not_lost_silently():
    with pytest.raises(TypeError, match="no part holds"):
        saved(stranger().having("a hat"))


def test_two_players_become_one_in_every_part():
    keeper, other = loaded("brave"), loaded("kind", "brave")

    both = PARTS_OF_A_TEST.merged(keeper, other, NOON)

    assert both.id == keeper.id
    assert both[Badges] == Badges(frozenset({"brave", "kind"}))
    assert sorted(both[NewCheers]) == ["brave", "brave", "kind", "welcome kind, 12 o'clock"]


def test_a_table_of_parts_knows_its_columns_its_tables_and_what_moves_their_rows():
    assert PARTS_OF_A_TEST.columns == ", (SELECT %s) AS part_badges"
    assert PARTS_OF_A_TEST.moments == 1
    assert PARTS_OF_A_TEST.tables == {"badges", "cheers", "hats"}
    assert len(PARTS_OF_A_TEST.moves) == 2


def test_a_shared_sum_is_added_to_once_for_all_players():
    recorded = Saves()

    PARTS_OF_A_TEST.add_up(recorded.tx, [loaded("brave"), loaded(), loaded("brave", "kind")])

    assert recorded.queued == [[1, 0, 2]]


@pytest.mark.parametrize("twin", [BADGES, replace(BADGES, holds=str)])
def test_parts_that_cannot_be_told_apart_are_refused(twin: Part[Any]):
    with pytest.raises(ValueError, match="two parts of one type, or two columns of one name"):
        Parts(BADGES, twin)


def test_whoever_becomes_one_with_a_player_who_has_nothing_stays_as_they_are():
    player, nothing = stranger(), stranger()

    for keeper, other in [(player, nothing), (nothing, player)]:
        merged = PARTS.merged(keeper, other, NOON)
        assert merged.parts == {part.holds: player[part.holds] for part in PARTS.parts}
