"""The database finds what is near as the rules say: across the seam, poles and corners. Source: worlds 13."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, LiteralString, cast

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel.database import Cursor, Tx
from tests.support.worlds import come_to, make_world
from worlds.play import queries
from worlds.space import rules
from worlds.space.cells import cell_of, cells_near
from worlds.space.models import Position, Space, sphere

SPHERES = [sphere(10_000), sphere(1_234.5), sphere(5_460_000), sphere(240)]


def places(space: Space) -> st.SearchStrategy[Position]:
    if space.shape == "infinite":
        return st.builds(Position, st.integers(-50_000, 50_000), st.integers(-50_000, 50_000), st.integers(0, 3000))
    edges = st.sampled_from([0, 1, space.half, space.circumference - 1])
    x = st.one_of(edges, st.integers(0, space.circumference - 1))
    y = st.one_of(st.sampled_from([-space.pole, space.pole, 0]), st.integers(-space.pole, space.pole))
    return st.builds(Position, x, y, st.integers(0, 3000))


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Space, Position, Position]:
    space = draw(st.sampled_from([Space("infinite"), *SPHERES]))
    return space, draw(places(space)), draw(places(space))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # what one example reads, no other changes
@given(pairs())
def test_distances_are_those_of_the_rules(tx: Tx, pair: tuple[Space, Position, Position]):
    """Source: worlds 30, trap 11."""
    space, one, other = pair

    [row] = tx.execute(
        "SELECT worlds.squared_distance(%s, %s, %s, %s, %s, %s, %s) AS found",
        (space.circumference or None, *one, *other),
    )

    expected = rules.squared_distance(space, one, other)
    assert abs(row["found"] - expected) <= expected * 1e-15


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pairs(), st.integers(1, 2_500))
def test_cells_are_those_of_the_rules(tx: Tx, pair: tuple[Space, Position, Position], radius: int):
    """Source: worlds 30, trap 11."""
    space, centre, _ = pair

    rows = tx.execute(
        "SELECT worlds.cells_near(%s, %s, %s, %s) AS cell", (space.circumference or None, centre.x, centre.y, radius)
    )

    found = {row["cell"] for row in rows}
    assert found >= set(cells_near(space, centre, radius))
    assert len(found) <= (2 * radius // 1000 + 4) ** 2 + 8


def test_what_is_exactly_as_far_as_the_radius_is_near_and_what_is_in_another_world_is_not(tx: Tx):
    world, other = make_world(tx, "Aether", sphere(10_000)), make_world(tx, "Nether", sphere(10_000))
    ann = come_to(tx, world.world_id, "Ann")
    for name, place in (("edge", Position(99_950, 50)), ("beyond", Position(99_949, 50))):
        _insert(tx, world.world_id, name, place)
    _insert(tx, other.world_id, "elsewhere", Position(50, 50))

    found = [row["name"] for row in queries.list_things_near(tx, ann.connection_id, 100)]

    assert found == ["edge"]


def test_a_hundred_thousand_things_in_a_hundred_worlds_are_found_by_the_index_within_thirty_milliseconds(tx: Tx):
    world = make_world(tx, "Aether", sphere(10_000))
    ann = come_to(tx, world.world_id, "Ann")
    tx.execute(
        """
        INSERT INTO worlds.worlds (world_id, version, name, name_key, shape, circumference, real_anchor, created_at)
        SELECT gen_random_uuid(), 1, 'w' || n, 'w' || n, 'spherical', 100000, now(), now()
        FROM generate_series(1, 99) AS n
        """
    )
    tx.execute(
        """
        INSERT INTO worlds.entities (entity_id, world_id, kind, name, x, y, z, cell)
        SELECT gen_random_uuid(), world_id, 'static', 'stone', x, y, 0,
               (floor(y / 1000.0)::bigint << 32) + floor(x / 1000.0)::bigint
        FROM (SELECT world_id, (n * 7919 + 13) % 100000 AS x, (n * 104729) % 50000 - 25000 AS y
              FROM worlds.worlds, generate_series(1, 990) AS n WHERE NOT is_system) AS spread
        """
    )
    tx.execute(
        """
        INSERT INTO worlds.entities (entity_id, world_id, kind, name, x, y, z, cell)
        SELECT gen_random_uuid(), %(world)s, 'static', 'pebble', x, y, 0,
               (floor(y / 1000.0)::bigint << 32) + floor(x / 1000.0)::bigint
        FROM (SELECT (50 + n %% 30 * 20) AS x, 50 + n / 30 * 20 AS y FROM generate_series(0, 999) AS n) AS near
        """,
        {"world": world.world_id},
    )
    tx.execute("ANALYZE worlds.entities")

    plans = [_plan(tx, ann.connection_id) for _ in range(9)]
    assert all("entities_in_cell" in str(plan) for plan in plans)
    assert all(plan["Plan"]["Actual Rows"] >= 1000 for plan in plans)
    assert min(plan["Execution Time"] for plan in plans) <= 30


@dataclass(frozen=True)
class _Explaining:
    """Explains the statements that it is given, and runs them."""

    tx: Tx

    def execute(self, statement: LiteralString, values: dict[str, Any]) -> Cursor:
        return self.tx.execute("EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) " + statement, values)


def _plan(tx: Tx, connection_id: str) -> dict[str, Any]:
    [row] = queries.list_things_near(cast(Tx, _Explaining(tx)), connection_id, 1000)
    [plan] = row["QUERY PLAN"]
    return plan


def _insert(tx: Tx, world_id: object, name: str, place: Position) -> None:
    tx.execute(
        "INSERT INTO worlds.entities (entity_id, world_id, kind, name, x, y, z, cell)"
        " VALUES (gen_random_uuid(), %s, 'static', %s, %s, %s, %s, %s)",
        (world_id, name, *place, cell_of(place)),
    )
