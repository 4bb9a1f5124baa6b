"""The community's tree on a real database."""

from __future__ import annotations

from collections import Counter
from contextlib import closing, suppress
from threading import Barrier, Thread

import pytest

from community.economy.service import sell_item
from community.progression import service as progression
from community.progression.content import tree
from community.progression.models import FeatureLocked, LevelTooHigh, UnknownNode
from community.voting import controls
from kernel.database import Connection, Tx, connect, transaction
from tests.support.factories import announced, make_player


def levels_in_database(tx: Tx, node_key: str) -> list[int]:
    rows = tx.execute(
        """
        SELECT level FROM progression_unlocks JOIN progression_nodes USING (node_id)
        WHERE node_key = %s ORDER BY level
        """,
        (node_key,),
    )
    return [row["level"] for row in rows.fetchall()]


def changes(tx: Tx, event_type: str) -> list[tuple[str, int]]:
    return [(event["node_key"], event["level"]) for event in announced(tx, event_type)]


def test_unlocking_a_level_unlocks_all_below_it(tx: Tx):
    controls.unlock_node(tx, "item_lootbox1", 3)

    assert levels_in_database(tx, "item_lootbox1") == [1, 2, 3]
    assert progression.current_state(tx).levels["item_lootbox1"] == 3
    assert changes(tx, "progression.node_unlocked") == [("item_lootbox1", level) for level in (1, 2, 3)]
    assert {event["source"] for event in announced(tx, "progression.node_unlocked")} == {"admin"}


def test_unlocking_twice_changes_and_announces_nothing_more(tx: Tx):
    controls.unlock_node(tx, "item_lootbox1", 3)
    version = progression.current_state(tx).version

    controls.unlock_node(tx, "item_lootbox1", 2)
    controls.unlock_node(tx, "item_lootbox1", 3)

    assert progression.current_state(tx).version == version
    assert len(announced(tx, "progression.node_unlocked")) == 3


def test_unlocking_higher_adds_what_is_missing(tx: Tx):
    controls.unlock_node(tx, "item_lootbox1", 0)
    controls.unlock_node(tx, "item_lootbox1", 5)

    assert changes(tx, "progression.node_unlocked") == [("item_lootbox1", level) for level in (1, 2, 3, 4, 5)]


def test_relocking_takes_the_level_and_all_above_it(tx: Tx):
    controls.unlock_node(tx, "item_lootbox1", 5)

    controls.relock_node(tx, "item_lootbox1", 3)

    assert levels_in_database(tx, "item_lootbox1") == [1, 2]
    assert changes(tx, "progression.node_relocked") == [("item_lootbox1", level) for level in (3, 4, 5)]


def test_relocking_level_zero_takes_the_whole_node(tx: Tx):
    controls.unlock_node(tx, "item_lootbox1", 2)

    controls.relock_node(tx, "item_lootbox1", 0)
    controls.relock_node(tx, "item_lootbox1", 0)

    assert not progression.current_state(tx).has("item_lootbox1")
    assert changes(tx, "progression.node_relocked") == [("item_lootbox1", 1), ("item_lootbox1", 2)]


def test_unlock_all_reaches_every_top_and_announces_each_level_once(tx: Tx):
    controls.unlock_node(tx, "item_lootbox1", 2)

    added = controls.unlock_all_nodes(tx)
    again = controls.unlock_all_nodes(tx)

    tops = {key: node.max_level for key, node in tree.nodes.items()}
    automatic = sum(node.auto_unlock for node in tree.nodes.values())
    assert progression.current_state(tx).levels == tops
    assert (added, again) == (sum(tops.values()) - automatic - 2, 0)
    assert set(Counter(changes(tx, "progression.node_unlocked")).values()) == {1}
    assert len(announced(tx, "progression.node_unlocked")) == added + 2


def test_refusals(tx: Tx):
    with pytest.raises(UnknownNode):
        controls.unlock_node(tx, "item_sword", 1)
    with pytest.raises(UnknownNode):
        controls.relock_node(tx, "item_sword", 1)
    with pytest.raises(LevelTooHigh):
        controls.unlock_node(tx, "feature_economy", 2)


def test_nodes_that_unlock_themselves_are_unlocked_from_the_start(tx: Tx):
    automatic = {key: 1 for key, node in tree.nodes.items() if node.auto_unlock}

    assert progression.current_state(tx).levels == automatic


def test_a_node_that_the_content_has_dropped_counts_for_nothing(tx: Tx):
    tx.execute(
        """
        INSERT INTO progression_nodes (node_id, node_key, unlock_cost, definition)
        VALUES (9999, 'relic', 1, '{}')
        """
    )
    tx.execute(
        """
        INSERT INTO progression_unlocks (node_id, level, unlocked_at, unlocked_by)
        VALUES (9999, 1, now(), 'admin')
        """
    )
    tx.execute("UPDATE world SET version = gen_random_uuid()")

    assert not progression.current_state(tx).has("relic")


# ---------------------------------------------------------------- several environments


def test_another_environment_obeys_at_its_next_request(
    conn: Connection, database_url: str, monkeypatch: pytest.MonkeyPatch
):
    with transaction(conn) as tx:
        alice = make_player(tx, items={"item_spade": 2})

    with closing(connect(database_url)) as other:
        with pytest.raises(FeatureLocked), transaction(other) as tx:
            sell_item(tx, alice, "spade", 1)
        known_elsewhere = progression._cached  # what the other environment has in memory from now on

        with transaction(conn) as tx:
            controls.unlock_node(tx, "feature_economy", 1)
        monkeypatch.setattr(progression, "_cached", known_elsewhere)
        with transaction(other) as tx:
            assert sell_item(tx, alice, "spade", 1).quantity == 1
        known_elsewhere = progression._cached

        with transaction(conn) as tx:
            controls.relock_node(tx, "feature_economy", 0)
        monkeypatch.setattr(progression, "_cached", known_elsewhere)
        with pytest.raises(FeatureLocked), transaction(other) as tx:
            sell_item(tx, alice, "spade", 1)


def test_an_unlock_that_rolls_back_was_never_seen(conn: Connection):
    class CrashError(Exception):
        pass

    with suppress(CrashError), transaction(conn) as tx:
        controls.unlock_node(tx, "feature_economy", 1)
        assert progression.current_state(tx).has("feature_economy")  # and so it is in the cache
        raise CrashError

    with transaction(conn) as tx:
        assert not progression.current_state(tx).has("feature_economy")
        assert announced(tx, "progression.node_unlocked") == []


def test_racing_administrators_unlock_each_level_once(conn: Connection, database_url: str):
    racers = 6
    start = Barrier(racers)

    def race() -> None:
        with closing(connect(database_url)) as own:
            start.wait()
            with transaction(own) as tx:
                controls.unlock_node(tx, "item_lootbox1", 5)

    threads = [Thread(target=race) for _ in range(racers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with transaction(conn) as tx:
        assert levels_in_database(tx, "item_lootbox1") == [1, 2, 3, 4, 5]
        announcements = changes(tx, "progression.node_unlocked")
    assert announcements == [("item_lootbox1", level) for level in (1, 2, 3, 4, 5)]


def test_unlock_and_relock_at_once_leave_whole_levels(conn: Connection, database_url: str):
    start = Barrier(2)

    def change(*steps: int) -> None:
        with closing(connect(database_url)) as own:
            start.wait()
            for level in steps:
                with transaction(own) as tx:
                    (controls.unlock_node if level > 0 else controls.relock_node)(tx, "item_lootbox1", abs(level))

    threads = [Thread(target=change, args=steps) for steps in [(5, 4, 5, 3, 5), (-3, -1, -4, -2, -5)]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with transaction(conn) as tx:
        left = levels_in_database(tx, "item_lootbox1")
        gained, lost = changes(tx, "progression.node_unlocked"), changes(tx, "progression.node_relocked")
    assert left == list(range(1, len(left) + 1))
    assert Counter(gained) - Counter(lost) == Counter(("item_lootbox1", level) for level in left)
