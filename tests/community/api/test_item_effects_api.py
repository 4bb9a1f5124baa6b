"""Wire section 4, item/use: items that concern others."""

from __future__ import annotations

from typing import Any

import pytest

from community.players.models import PlayerRef
from community.timeouts import service as timeouts
from kernel.database import Connection, transaction
from tests.support.api import CallApi
from tests.support.factories import holdings, make_player, unlock

USE = "/api/v1/user/item/use"
ALICE: dict[str, Any] = {"platform": "twitch", "platform_id": "1", "username": "alice"}
REF = PlayerRef("twitch", "1", "alice")
ITEMS = {
    "weapon_dart": 3,
    "weapon_cannon": 1,
    "item_firepot": 3,
    "blast_keg": 3,
    "blast_snare": 3,
    "blast_spike": 3,
    "blast_barrel": 3,
    "tonic_small": 3,
    "guard_buckler": 3,
    "guard_mirror": 1,
    "item_lens": 3,
}


@pytest.fixture(autouse=True)
def game(conn: Connection) -> None:
    """Alice has one of everything, bob is there and silent, and the cannon is locked."""
    with transaction(conn) as tx:
        unlock(tx, *(f"item_{name}" for name in ("dart", "firepot", "keg", "snare", "spike", "barrel", "tonic")))
        unlock(tx, "item_buckler", "item_mirror", "item_lens")
        make_player(tx, "alice", platform_id="1", items=ITEMS)
        make_player(tx, "bob", platform_id="2")


@pytest.mark.parametrize(
    ("item", "target", "told"),
    [
        ("dart", "Bob", "You use a dart. 60 seconds of silence for bob."),
        ("weapon_dart", "bob", "You use a dart. 60 seconds of silence for bob."),
        ("snare", "bob", "You set a snare."),
        ("spike", "", "You step into a spike of your own: 60 seconds of silence for you."),
        ("barrel", None, "You light the fuse of a barrel. Once 5 have talked, silence sets it off."),
        ("buckler", None, "You raise a buckler: the next attack on you will come to nothing."),
        ("mirror", None, "You raise a mirror: the next attack on you hits the attacker instead."),
        ("lens", "vintage", "You use a lens: vintage it is."),
    ],
)
def test_what_an_item_does_is_told(call: CallApi, item: str, target: str | None, told: str):
    answer = call("POST", USE, ALICE | {"item_name": item, "quantity": 1, "target_user": target})

    assert (answer.status, answer.json) == (200, {"message": told})


def test_a_tonic_helps_whoever_must_be_silent(call: CallApi, conn: Connection):
    call("PUT", "/api/v1/user/timeout", {"platform": "twitch", "username": "bob", "duration_seconds": 300})

    answer = call("POST", USE, ALICE | {"item_name": "tonic", "quantity": 2, "target_user": "bob"})

    assert (answer.status, answer.json["message"]) == (200, "You use 2 × tonics: bob may talk 120 seconds sooner.")
    with transaction(conn) as tx:
        assert 170 < timeouts.read_timeout(tx, PlayerRef("twitch", username="bob")).remaining_seconds <= 180


def test_blanks_around_a_name_are_not_part_of_it(call: CallApi, conn: Connection):
    answer = call("POST", USE, ALICE | {"item_name": "dart", "quantity": 1, "target_user": " Bob "})

    assert (answer.status, answer.json["message"]) == (200, "You use a dart. 60 seconds of silence for bob.")
    with transaction(conn) as tx:
        assert 50 < timeouts.read_timeout(tx, PlayerRef("twitch", username="bob")).remaining_seconds <= 60


def test_what_cannot_be_done_costs_nothing(call: CallApi, conn: Connection, subtests: pytest.Subtests):
    for body, status, code, part in [
        ({"item_name": "dart"}, 400, "target_required", "a player"),
        ({"item_name": "dart", "target_user": ""}, 400, "target_required", "a player"),
        ({"item_name": "tonic"}, 400, "target_required", "a player"),
        ({"item_name": "snare"}, 400, "target_required", "a player"),
        ({"item_name": "lens"}, 400, "target_required", "mirror, rainbow, upside_down or vintage"),
        ({"item_name": "lens", "target_user": "sepia"}, 400, "validation", "mirror, rainbow, upside_down or vintage"),
        ({"item_name": "snare", "target_user": "bob", "quantity": 2}, 400, "validation", "one snare at a time"),
        ({"item_name": "dart", "target_user": "nobody"}, 400, "user_not_found", "nobody"),
        ({"item_name": "firepot"}, 400, "no_targets", "Nobody is there"),
        ({"item_name": "keg"}, 400, "no_targets", "Nobody is there"),
        ({"item_name": "tonic", "target_user": "bob"}, 400, "no_effect", "bob"),
        ({"item_name": "dart", "target_user": "bob", "quantity": 4}, 400, "not_enough_items", "dart"),
        ({"item_name": "cannon", "target_user": "bob"}, 403, "item_locked", "cannon"),
        ({"item_name": "cannon"}, 403, "item_locked", "cannon"),
    ]:
        with subtests.test(body=body, status=status):
            answer = call("POST", USE, ALICE | {"quantity": 1} | body)

            assert (answer.status, answer.json["code"]) == (status, code)
            assert part in answer.json["error"]
            with transaction(conn) as tx:
                assert holdings(tx, REF) == ITEMS
                assert timeouts.read_timeout(tx, PlayerRef("twitch", username="bob")).remaining_seconds == 0
