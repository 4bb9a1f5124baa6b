"""A change made through one environment applies to the next request of another: two processes, one database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from community.catalog.content import items
from community.engagement.content import weights
from community.progression import service as progression
from kernel.database import Connection, transaction
from tests.promises.environment import Environment, environment
from tests.support.factories import make_player, unlock

ALICE = {"platform": "twitch", "platform_id": "alice", "username": "alice"}
SPADE_PRICE = items.by_name["item_spade"].base_value * 2 // 5


@pytest.fixture
def here(database_url: str) -> Iterator[Environment]:
    with environment(database_url) as process:
        yield process


@pytest.fixture
def there(database_url: str) -> Iterator[Environment]:
    with environment(database_url) as process:
        yield process


def sell(at: Environment) -> tuple[int, Any]:
    return at("economy", "POST", "/api/v1/economy/sell", ALICE | {"item_name": "spade", "quantity": 1})


def administer(at: Environment, what: str, node_key: str, level: int) -> None:
    status, _ = at("progression", "POST", f"/api/v1/progression/admin/{what}", {"node_key": node_key, "level": level})
    assert status == 200


def score_of_a_message(at: Environment) -> int:
    body = ALICE | {"metric_type": "message"}
    status, answer = at("progression", "POST", "/api/v1/progression/engagement", body)
    assert status == 200
    return answer["score"]


def test_a_change_applies_to_the_next_request_of_another_environment(
    conn: Connection, here: Environment, there: Environment
):
    """One after another, because to start two environments takes longest."""
    with transaction(conn) as tx:
        make_player(tx, "alice", platform_id="alice", items={"item_spade": 20})
        unlock(tx, "item_spade")
        progression.replace_weights(tx, {"message": 7})  # as the files of an earlier deployment had it
    a_feature_opens_and_closes_in_both(here, there)
    a_bonus_changes_the_next_price(here, there)
    new_weights_apply_to_the_next_message(here, there)


def a_feature_opens_and_closes_in_both(here: Environment, there: Environment) -> None:
    assert [sell(here)[0], sell(there)[0]] == [403, 403]

    for _ in range(3):
        administer(here, "unlock", "feature_economy", 1)
        assert sell(there)[0] == 200

        administer(here, "relock", "feature_economy", 1)
        assert sell(there)[0] == 403


def a_bonus_changes_the_next_price(here: Environment, there: Environment) -> None:
    administer(here, "unlock", "feature_economy", 1)
    assert sell(there) == (
        200,
        {"message": f"Sold 1 × spade for {SPADE_PRICE} money.", "money_gained": SPADE_PRICE, "items_sold": 1},
    )

    earned: list[int] = []
    for level in range(1, 6):
        administer(here, "unlock", "upgrade_economy_1", level)
        earned.append(sell(there)[1]["money_gained"])
    administer(here, "relock", "upgrade_economy_1", 1)
    earned.append(sell(there)[1]["money_gained"])

    assert earned == [*(SPADE_PRICE * (100 + 5 * level) // 100 for level in range(1, 6)), SPADE_PRICE]


def new_weights_apply_to_the_next_message(here: Environment, there: Environment) -> None:
    assert [score_of_a_message(here), score_of_a_message(there)] == [7, 7]

    status, _ = here("admin", "POST", "/api/v1/admin/progression/reload-weights")

    assert status == 200
    assert score_of_a_message(there) == weights.by_metric["message"] == 1
