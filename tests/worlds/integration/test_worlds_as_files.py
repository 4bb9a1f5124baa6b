"""A world as one file: exported by its owner, made again elsewhere to the bit, and what is not accepted."""

from __future__ import annotations

import json
import struct
import zlib
from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from msgspec.structs import replace
from pydantic import ValidationError

from kernel.database import Tx
from kernel.errors import DomainError
from kernel.rate_limits import RateLimited
from tests.support.grounds import TINY, make_ground
from tests.support.outside import run_due
from tests.support.people import Someone, make_someone
from tests.support.worlds import make_world
from tests.worlds.integration.test_interviews import ANSWERS, answer, finalize
from tests.worlds.unit.test_ecosystem import EARTH
from worlds.building.kinds import KINDS as BUILDING
from worlds.deep_time import checkpoints, history, queries, service, simulation
from worlds.deep_time.kinds import KINDS as AGEING
from worlds.deep_time.models import standing_of
from worlds.deep_time.slices import run_slice
from worlds.ecosystem import queries as species
from worlds.ecosystem.life import climates_of
from worlds.ecosystem.species import draw_species
from worlds.exchange import service as exchange
from worlds.exchange.models import FileGround, WorldFile, YearsPassing, digest_of
from worlds.interview import service as interviews
from worlds.interview.configuration import WorldConfiguration
from worlds.interview.deriving import generation_of
from worlds.minerals.planets import planet_of
from worlds.rebuilding import service as rebuilding
from worlds.space.models import Position, Space
from worlds.world import queries as worlds_sql
from worlds.world import service as worlds
from worlds.world.events import DeepTimeStarted, TurningPointClosed, WorldConfigured
from worlds.world.models import NotYourWorld, World, WorldNameTaken, WorldNotFound, WorldPrivate

STEPPED = [replace(each, compute=partial(run_slice, seconds=0)) for each in AGEING]


@pytest.fixture
def ann(tx: Tx) -> Someone:
    return make_someone(tx, "Ann")


def stored(tx: Tx, world: World) -> World:
    [row] = worlds_sql.find(tx, world.world_id)
    return worlds_sql.read(row)


def grow(tx: Tx, world: World, to: int, run: int = 1) -> World:
    """Let years pass."""
    started = DeepTimeStarted(
        world_id=world.world_id, run=run, to=to, parts=["disease", "life", "migration", "sapience"]
    )
    service.ask(tx, worlds.save(tx, stored(tx, world), world.world_id, [started]))
    run_due(tx, STEPPED)
    return stored(tx, world)


@pytest.fixture
def grown(tx: Tx, ann: Someone) -> World:
    """A world of Ann's with ground, a configuration and 20,000 years."""
    world = make_ground(tx, owner_id=ann.identity.account_id)
    wanted = WorldConfiguration(theme="a cold archipelago", world_name="Gaia", natural_satellites="2")
    worlds.save(tx, world, world.world_id, [WorldConfigured(world_id=world.world_id, configuration=wanted.as_json())])
    return grow(tx, world, 20_000)


def as_sent(file: WorldFile) -> dict[str, Any]:
    """Return a file as a browser sends it on: whole numbers have lost their point."""
    return json.loads(
        file.model_dump_json(exclude_none=True),
        parse_float=lambda text: int(float(text)) if float(text).is_integer() else float(text),
    )


def read(sent: dict[str, Any]) -> WorldFile:
    return WorldFile.model_validate(sent)


def signed(sent: dict[str, Any]) -> dict[str, Any]:
    """Return a file that someone has changed, with the digest of what it says now."""
    unsigned = {**sent, "digest": "0" * 64}
    return {**sent, "digest": read(unsigned).own_digest}


def test_a_world_is_made_again_from_its_file_to_the_bit_and_grows_on(tx: Tx, ann: Someone, grown: World):
    bob = make_someone(tx, "Bob")
    decided = TurningPointClosed(world_id=grown.world_id, poll_id=uuid4(), year=20_000, chosen="observe")
    grown = worlds.save(tx, grown, grown.world_id, [decided])
    sent = as_sent(exchange.export(tx, ann.identity, grown.world_id))
    assert len(json.dumps(sent)) < 600_000

    made = exchange.bring(tx, bob.identity, read(sent), "Gaia again", "private")
    assert made.generation["expected"] == grown.generation["digest"]
    run_due(tx, BUILDING)

    made = stored(tx, made)
    assert (made.name, made.privacy, made.owner_id, made.status) == (
        "Gaia again",
        "private",
        bob.identity.account_id,
        "ready",
    )
    assert made.generation["digest"] == grown.generation["digest"]
    assert made.space == grown.space
    before, after = standing_of(grown.generation), standing_of(made.generation)
    assert replace(after, run=before.run, pending=list(after.pending)) == replace(before, pending=list(before.pending))
    again = as_sent(exchange.export(tx, bob.identity, made.world_id))
    for names in ("name", "privacy", "digest"):
        del sent[names], again[names]
    assert again == sent
    older, younger = grow(tx, grown, 40_000, run=2), grow(tx, made, 40_000, run=2)
    assert digest(tx, older) == digest(tx, younger)
    assert rebuilding.rebuild(tx).differences == []


@pytest.mark.parametrize("has_file", [False, True])
def test_a_world_of_a_file_goes_on_when_its_checkpoint_is_lost(tx: Tx, ann: Someone, grown: World, *, has_file: bool):
    """From the checkpoint that its file has brought if that is there; else from the first year."""
    made = exchange.bring(tx, ann.identity, exchange.export(tx, ann.identity, grown.world_id), "Gaia again")
    run_due(tx, BUILDING)
    [brought] = tx.execute("SELECT * FROM worlds.deep_time WHERE world_id = %s", (made.world_id,))
    grow(tx, made, 40_000, run=2)
    tx.execute("DELETE FROM worlds.deep_time WHERE world_id = %s", (made.world_id,))
    if has_file:
        queries.save_checkpoint(tx, made.world_id, brought["run"], brought["year"], brought["content"])

    after = grow(tx, made, 60_000, run=3)

    assert standing_of(after.generation).year == 60_000
    assert standing_of(after.generation).run == (3 if has_file else 5)
    years = [
        row["year"] for row in tx.execute("SELECT year FROM worlds.deep_moments WHERE world_id = %s", (made.world_id,))
    ]
    assert max(years) == 60_000


def digest(tx: Tx, world: World) -> str:
    [row] = tx.execute("SELECT content FROM worlds.deep_time WHERE world_id = %s", (world.world_id,))
    return simulation.digest(simulation.unpack(TINY, 42, row["content"]))


def test_a_world_of_an_interview_is_made_again_with_all_that_was_understood(tx: Tx, ann: Someone):
    start = interviews.start(tx, ann.identity).interview
    for said in ("a hot desert", "djinn", "hot, small", "medieval, common magic", *("none",) * 4, "the name is Khara"):
        interviews.respond(tx, ann.identity, start.interview_id, said)
    made = interviews.finalize(tx, ann.identity, start.interview_id)
    ready = make_ground(tx, owner_id=ann.identity.account_id)
    worlds.save(
        tx, ready, ready.world_id, [WorldConfigured(world_id=ready.world_id, configuration=dict(made.configuration))]
    )

    file = read(as_sent(exchange.export(tx, ann.identity, ready.world_id)))
    again = exchange.bring(tx, make_someone(tx, "Bob").identity, file, "Again")

    row = worlds_sql.find_configuration(tx, again.world_id).fetchone()
    assert row is not None
    assert row["configuration"] == made.configuration


def test_a_world_without_ground_has_a_file_too(tx: Tx, ann: Someone):
    room = Space("bounded_cube", lowest=Position(0, 0, 0), highest=Position(105, 100, 50))
    world = make_world(tx, "Room", room, owner_id=ann.identity.account_id)

    file = read(as_sent(exchange.export(tx, ann.identity, world.world_id)))
    made = exchange.bring(tx, ann.identity, file, "Other room")

    assert (made.space, made.status, made.generation) == (room, "ready", {})


def test_only_the_owner_exports_a_world(tx: Tx, ann: Someone):
    bob = make_someone(tx, "Bob")
    public = make_ground(tx, owner_id=ann.identity.account_id)
    private = make_world(tx, "Secret", owner_id=ann.identity.account_id, privacy="private")

    for world_id, refusal in (
        (public.world_id, NotYourWorld),
        (private.world_id, WorldPrivate),
        (ann.identity.account_id, WorldNotFound),
    ):
        with pytest.raises(refusal):
            exchange.export(tx, bob.identity, world_id)


def test_years_that_pass_are_stopped_before_an_export(tx: Tx, ann: Someone, grown: World):
    started = DeepTimeStarted(world_id=grown.world_id, run=2, to=90_000, parts=[])
    worlds.save(tx, grown, grown.world_id, [started])

    with pytest.raises(YearsPassing):
        exchange.export(tx, ann.identity, grown.world_id)


def test_a_file_makes_one_world_an_hour_under_a_name_that_is_free(tx: Tx, ann: Someone, grown: World):
    file = exchange.export(tx, ann.identity, grown.world_id)

    exchange.bring(tx, ann.identity, file, "Second")
    with pytest.raises(RateLimited):
        exchange.bring(tx, ann.identity, file, "Third")
    tx.now += timedelta(hours=1)
    with pytest.raises(WorldNameTaken):
        exchange.bring(tx, ann.identity, file)


def test_ground_that_is_not_what_the_file_says_is_not_made(tx: Tx, ann: Someone, grown: World):
    sent = as_sent(exchange.export(tx, ann.identity, grown.world_id))
    sent["ground"]["digest"] = "f" * 64

    made = exchange.bring(tx, ann.identity, read(signed(sent)), "Liar")
    run_due(tx, BUILDING)

    assert stored(tx, made).status == "failed"
    assert stored(tx, made).generation["failure"] == "other_ground"
    assert rebuilding.rebuild(tx).differences == []


Change = Callable[[dict[str, Any]], None]


def field(*path: str | int, to: Any) -> Change:
    def change(sent: dict[str, Any]) -> None:
        found: Any = sent
        for name in path[:-1]:
            found = found[name]
        found[path[-1]] = to

    return change


def part(number: int, change: Callable[[dict[str, Any], bytes], tuple[dict[str, Any], bytes]]) -> Change:
    """Return what changes a part of the checkpoint, given its header and its data."""

    def changed(sent: dict[str, Any]) -> None:
        packed, parts = b64decode(sent["deep_time"]["checkpoint"]), []
        while packed:
            (length,) = struct.unpack_from(">I", packed)
            parts.append(packed[4 : 4 + length])
            packed = packed[4 + length :]
        header, _, data = parts[number].partition(b"\n")
        described, plain = change(json.loads(header), zlib.decompress(data))
        parts[number] = json.dumps(described).encode() + b"\n" + zlib.compress(plain)
        whole = b"".join(struct.pack(">I", len(each)) + each for each in parts)
        sent["deep_time"]["checkpoint"] = b64encode(whole).decode()

    return changed


CRUST = 2 * 60_000  # bytes of plates and continents, before the heights


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (field("version", to=2), "version 2"),
        (field("circumference", to=50), "100 to"),
        (field("circumference", to=None), "circumference: belongs to"),
        (field("ground", "parameters", "size", to="gigantic"), "parameters.size: has to be small, tiny"),
        (field("ground", to=None), "deep_time: needs ground"),
        (field("ground", "parts", to=["war"]), "ground.parts: has to be disease, life"),
        (field("deep_time", "speed", to="warp"), "deep_time.speed: "),
        (field("deep_time", "goal", to="win"), "deep_time.goal: "),
        (field("deep_time", "checkpoint", to="no base64!"), "base64"),
        (field("deep_time", "checkpoint", to=""), "length"),
        (field("deep_time", "checkpoint", to=b64encode(b"\xff" * 20).decode()), "length"),
        (field("deep_time", "year", to=30_000), "deep_time.checkpoint: .*planet.year"),
        (field("deep_time", "marks", to=[{"year": 20_001, "kind": "asteroid"}]), "deep_time.marks: nothing is later"),
        (
            field("deep_time", "moments", 0, "map", "cells", to=b64encode(zlib.compress(b"~" * 10**7)).decode()),
            "cells: has to be 128 × 64",
        ),
        (
            field("deep_time", "moments", 0, "map", "cells", to=b64encode(zlib.compress(b"?" * 8192)).decode()),
            "cells: has to be 128 × 64",
        ),
        (part(0, lambda header, data: (header | {"unmoved": 10**11}, data)), "planet.unmoved"),
        (part(0, lambda header, data: (header | {"unmoved": 2_000_000}, data)), "planet.unmoved"),
        (part(0, lambda header, data: (header | {"co2": 10**400}, data)), "planet.co2"),
        (part(0, lambda header, data: (header | {"celsius": float("nan")}, data)), "planet.celsius"),
        (part(0, lambda header, data: (header | {"celsius": "warm"}, data)), "planet.celsius"),
        (part(0, lambda header, data: (header | {"nested": {}}, data)), "checkpoint: .*planet"),
        (part(1, lambda header, data: (header, data + bytes(10**7))), "checkpoint: .*crust"),
        (part(1, lambda header, data: (header, data[:-1])), "checkpoint: .*crust"),
        (
            part(1, lambda header, data: (header | {"heights": {"dtype": "|O", "shape": [60_000]}}, data)),
            "crust.heights",
        ),
        (part(1, lambda header, data: (header, b"\xff" + data[1:])), "crust.plate"),
        (
            part(1, lambda header, data: (header, data[:CRUST] + struct.pack("<d", float("nan")) + data[CRUST + 8 :])),
            "crust.heights",
        ),
        (part(3, lambda header, data: (header | {"number": {"dtype": "<i8", "shape": [10**12]}}, data)), "life.number"),
        (part(3, lambda header, data: (header | {"next_number": 0}, data)), "life.number"),
        (part(3, lambda header, data: (header, data[:-8] + struct.pack("<q", 10**9))), "life.partner"),
    ],
)
def test_a_file_that_lies_is_refused_with_the_field_and_the_reason(
    tx: Tx, ann: Someone, grown: World, change: Change, words: str
):
    sent = as_sent(exchange.export(tx, ann.identity, grown.world_id))
    change(sent)

    with pytest.raises(DomainError, match=words):
        exchange.bring(tx, ann.identity, read(signed(sent)), "Liar")


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (field("format", to="something"), "format"),
        (field("owner_id", to="me"), "owner_id"),
        (field("hours_per_day", to=0), "hours_per_day"),
        (field("ground", "seed", to=-1), "ground.seed"),
        (field("ground", "parameters", "heat", to=float("inf")), "ground.parameters.heat"),
        (field("deep_time", "seen", "most", to=[[1, "a\0b", 0, 1]]), "deep_time.seen.most.0.1"),
        (field("deep_time", "log", to=[{"year": 1, "kind": "x", "details": {"why": [[]]}}]), "deep_time.log.0.details"),
        *(
            (
                field("deep_time", where, to=[{"year": 1, "kind": "x", "details": details}]),
                f"deep_time.{where}.0",
            )
            for where in ("log", "marks")
            for details in (
                {"year": 9},
                {"kind": "sapience"},
                {"radius_km": "large"},
                {"radius_km": float("inf")},
                {"radius_km": 10**300},
                {"lost": "all", "left": 0},
            )
        ),
        (field("configuration", "theme", to="a\0b"), "configuration"),
        (field("configuration", "rank", to=1), "configuration.rank"),
        (field("deep_time", "checkpoint", to="A" * 1_000_000), "deep_time.checkpoint"),
    ],
)
def test_what_is_no_field_or_no_value_of_a_file_is_named(
    tx: Tx, ann: Someone, grown: World, change: Change, place: str
):
    sent = as_sent(exchange.export(tx, ann.identity, grown.world_id))
    change(sent)

    with pytest.raises(ValidationError) as refused:
        read(sent)

    [first, *_] = refused.value.errors()
    assert ".".join(map(str, first["loc"])).startswith(place)


def test_a_file_that_was_changed_on_its_way_is_refused(tx: Tx, ann: Someone, grown: World):
    sent = as_sent(exchange.export(tx, ann.identity, grown.world_id))
    sent["ground"]["seed"] += 1

    with pytest.raises(DomainError, match="digest"):
        exchange.bring(tx, ann.identity, read(sent), "Changed")


def test_a_checkpoint_has_the_digest_that_the_simulation_gives_it(tx: Tx, grown: World):
    [row] = tx.execute("SELECT content FROM worlds.deep_time WHERE world_id = %s", (grown.world_id,))

    assert checkpoints.check(bytes(row["content"]), TINY, 20_000) == digest(tx, grown)


def test_a_checkpoint_may_have_as_many_species_as_a_world_begins_with():
    world = simulation.begin(TINY, 42, species=draw_species(2, climates_of(EARTH), 1e6, 80))
    simulation.advance(world, 1_000)

    assert world.life is not None
    assert len(world.life.number) > 64
    assert checkpoints.check(simulation.pack(world), TINY, 1_000) == simulation.digest(world)


def test_the_digest_of_a_document_does_not_depend_on_how_it_is_written():
    assert digest_of({"a": 1.0, "b": [2.5]}) == digest_of({"b": [2.5], "a": 1})


def test_moments_are_those_of_a_grid_however_years_are_cut(tx: Tx, ann: Someone, grown: World):
    other = make_ground(tx, "Other", owner_id=ann.identity.account_id)
    grow(tx, grow(tx, other, 5_000), 20_000, run=2)

    def moments(world: World) -> list[Any]:
        return list(history.ask(tx, world.world_id)(stored(tx, world)).moments)

    assert [each.year for each in moments(grown)] == [0, 10_000, 20_000]
    assert moments(other) == moments(grown)


def test_all_that_an_interview_says_of_the_ground_has_a_place_in_the_file():
    assert generation_of(WorldConfiguration(planet_size="small"), 1).keys() <= FileGround.model_fields.keys()


def test_a_world_of_an_interview_has_the_same_ore_and_species_when_it_comes_as_a_file(tx: Tx, ann: Someone):
    said = ["idea of ice and magic", "elves", "small", "stone age, magic dominates", *ANSWERS[4:]]  # and no diseases
    interview = answer(tx, ann.identity, said).interview
    first = finalize(tx, ann.identity, interview).world
    run_due(tx, BUILDING)
    bob = make_someone(tx, "Bob")

    sent = as_sent(exchange.export(tx, ann.identity, first.world_id))
    made = exchange.bring(tx, bob.identity, read(sent), "Elsewhere")
    run_due(tx, BUILDING)

    first, made = stored(tx, first), stored(tx, made)
    assert made.status == "ready"
    assert made.generation["parts"] == first.generation["parts"] == ["life", "migration", "sapience"]
    assert (made.generation["peoples"], made.generation["technology"]) == (["elf"], "primitive")
    assert planet_of(made.generation) == planet_of(first.generation)
    assert (planet_of(made.generation).density, planet_of(made.generation).magic) == (0.9, 1)
    lists = [species.read(species.list_species(tx, each.world_id)) for each in (first, made)]
    assert lists[0] == lists[1]
