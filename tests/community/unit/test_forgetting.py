"""Taking a player out of payloads, and the hashes of accounts."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from community.account_hashes import account_hash
from community.catalog.models import Names
from community.players.models import Link, Player
from community.privacy.rules import FORGOTTEN, Scrubber
from community.progression.models import CommunityState, Exclusions

ALICE, NO_ONE, BOB = UUID(int=1), UUID(int=2), UUID(int=3)


def scrubber() -> Scrubber:
    now = datetime(2026, 11, 28, tzinfo=UTC)
    links = {"twitch": Link("1001", "Alice"), "discord": Link("77", "al")}
    return Scrubber(Player(ALICE, "Alice", links, CommunityState(UUID(int=0), {}, Names({}, {})), now, now), NO_ONE)


def test_ids_names_and_accounts_are_replaced_at_any_depth():
    payload = {
        "user_id": str(ALICE),
        "winner": {"username": "ALICE", "platform_id": "1001"},
        "text": "Well done, @Alice! Alicey and balalaika are others.",
        "others": [str(BOB), "al", 5, None],
    }

    assert scrubber()(payload, own=True) == {
        "user_id": str(NO_ONE),
        "winner": {"username": FORGOTTEN, "platform_id": ""},
        "text": f"Well done, @{FORGOTTEN}! Alicey and balalaika are others.",
        "others": [str(BOB), FORGOTTEN, 5, None],
    }


def test_texts_of_others_keep_words_that_are_also_a_name():
    payload = {"user_id": str(BOB), "text": "al dente", "target": "alice", "platform_id": "1001"}

    assert scrubber()(payload, own=False) == payload | {"target": FORGOTTEN}


def test_a_hash_differs_per_account():
    assert len({account_hash("twitch", "1"), account_hash("discord", "1"), account_hash("twitch", "2")}) == 3


def test_an_exclusion_holds_by_the_hash_alone():
    exclusions = Exclusions(hashes=frozenset({account_hash("twitch", "1")}))

    assert exclusions.cover("twitch", "1", "any")
    assert not exclusions.cover("twitch", "2", "any")
