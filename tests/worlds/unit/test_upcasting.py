"""Events of earlier schemas are read as those of today. Source: worlds 25, acceptance 5."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import uuid4

import pytest

from worlds.events import EVENT_TYPES, READER
from worlds.log.models import StoredEvent, WorldEvent
from worlds.log.upcasting import EventReader, Schema, Upcaster, UpcastingError

AT = datetime(2026, 3, 1, tzinfo=UTC)


class BellRung(WorldEvent):
    """An event in its third schema."""

    type: ClassVar[str] = "BellRung"
    schema_version: ClassVar[int] = 3
    tower: str
    strokes: int
    loudness: str


FIRST = Upcaster(
    Schema("BellRang"), Schema("BellRung", 2), lambda old: {"tower": old["where"], "strokes": old["times"]}
)
SECOND = Upcaster(Schema("BellRung", 2), Schema("BellRung", 3), lambda old: {**old, "loudness": "usual"})


def stored(event_type: str, schema_version: int, payload: dict[str, Any]) -> StoredEvent:
    return StoredEvent(1, event_type, "world", uuid4(), 7, schema_version, AT, payload)


def test_a_first_schema_goes_through_two_upcasters_and_stays_as_it_is_stored():
    reader = EventReader([BellRung], [SECOND, FIRST])
    row = stored("BellRang", 1, {"where": "church", "times": 12})

    read = reader.read(row)

    assert read.event == BellRung(tower="church", strokes=12, loudness="usual")
    assert (read.version, read.at) == (7, AT)
    assert row.payload == {"where": "church", "times": 12}
    assert row.schema_version == 1


@pytest.mark.parametrize(
    ("upcasters", "problem"),
    [
        ([Upcaster(Schema("BellRung", 2), Schema("BellRung", 2), dict)], "circle: BellRung v2 -> BellRung v2"),
        ([SECOND, Upcaster(Schema("BellRung", 3), Schema("BellRung", 2), dict)], "circle"),
        ([Upcaster(Schema("BellRung", 1), Schema("BellRung", 3), dict)], "not one version further"),
        ([Upcaster(Schema("BellRung", 1), Schema("BellRung", 2), dict)], "Nothing leads from BellRung v2"),
        ([Upcaster(Schema("BellRung", 2), Schema("BellRing", 3), dict)], "no type of event called BellRing"),
    ],
    ids=["the original's loop", "a longer loop", "a gap", "a chain that ends early", "an unknown type"],
)
def test_a_loop_or_a_gap_in_the_chain_is_found_at_start(upcasters: list[Upcaster], problem: str):
    reader = EventReader([BellRung], upcasters)

    with pytest.raises(UpcastingError, match=problem):
        reader.check()


@pytest.mark.parametrize(("event_type", "version"), [("BellRung", 4), ("BellRung", 1), ("BellCast", 1)])
def test_what_the_code_does_not_know_is_not_guessed(event_type: str, version: int):
    with pytest.raises(UpcastingError):
        EventReader([BellRung], [SECOND]).read(stored(event_type, version, {}))


def test_every_event_has_a_name_of_its_own_and_the_chains_are_whole():
    READER.check()
    assert len({each.type for each in EVENT_TYPES}) == len(EVENT_TYPES)


def test_every_event_of_worlds_is_in_the_table():
    from worlds import leaving as leaving  # everything that declares events is imported by now

    def declared(kind: type[WorldEvent]) -> set[type[WorldEvent]]:
        found = {kind} if "type" in kind.__dict__ else set[type[WorldEvent]]()
        return found.union(*(declared(each) for each in kind.__subclasses__()))

    assert {each for each in declared(WorldEvent) if each.__module__.startswith("worlds.")} == set(EVENT_TYPES)
