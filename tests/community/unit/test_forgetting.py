"""Taking a player out of payloads, and the hashes of accounts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from community.account_hashes import account_hashes
from community.catalog.models import Names
from community.heroes.events import FollowedHeroSeen
from community.players.models import Link, Player
from community.privacy.rules import ABOUT_ONE, FORGOTTEN, NAMES, TEXT, Scrubber, names_of
from community.progression.models import CommunityState, Exclusions
from kernel.events.models import Event
from tests.support.event_classes import all_kinds_of

ALICE, NO_ONE, BOB = UUID(int=1), UUID(int=2), UUID(int=3)


def scrubber() -> Scrubber:
    now = datetime(2026, 11, 28, tzinfo=UTC)
    links = {"twitch": Link("1001", "Alice"), "discord": Link("77", "al")}
    player = Player(ALICE, "Alice", links, CommunityState(UUID(int=0), {}, Names({}, {})), now, now)
    return Scrubber([ALICE], names_of(player, ()), ["1001", "77", "90887"], NO_ONE)


def test_ids_names_and_accounts_are_replaced_at_any_depth():
    payload = {
        "user_id": str(ALICE),
        "winner": {"username": "ALICE", "platform_id": "1001"},
        "text": "Well done, @Alice! Alicey and balalaika are others.",
        "others": [str(BOB), "al", 5, None],
    }

    assert scrubber()(payload, own=True, free=True) == {
        "user_id": str(NO_ONE),
        "winner": {"username": FORGOTTEN, "platform_id": ""},
        "text": f"Well done, @{FORGOTTEN}! Alicey and balalaika are others.",
        "others": [str(BOB), FORGOTTEN, 5, None],
    }


def test_texts_of_others_keep_words_that_are_also_a_name():
    payload = {"user_id": str(BOB), "text": "al dente", "target": "alice", "platform_id": "1001"}

    assert scrubber()(payload, own=False, free=True) == payload | {"target": FORGOTTEN}


def test_what_has_the_id_of_an_account_in_a_field_for_ids_is_the_accounts_too():
    payload = {"by": [{"user": {"id": "90887", "bio": "al, as ever"}}], "score": "90887", "n": 90887}

    assert scrubber()(payload, own=False, free=True) == {
        "by": [{"user": {"id": "", "bio": f"{FORGOTTEN}, as ever"}}],
        "score": "",
        "n": 90887,
    }
    assert scrubber()({"score": "90887"}, own=False, free=True) == {"score": "90887"}


def test_the_reason_of_anothers_timeout_names_no_one_any_more():
    payload = {"username": "Bob", "reason": "a trap of Alice's"}

    assert scrubber()(payload, own=False, free=False) == payload | {"reason": f"a trap of {FORGOTTEN}'s"}


def test_things_keep_their_names_although_a_player_is_called_so():
    payload = {
        "item_name": "alice",
        "drops": [{"item_name": "Al", "quantity": 2}],
        "recipe_key": "al",
        "platform": "al",
    }

    assert scrubber()(payload, own=True, free=True) == payload


def test_fields_of_our_events_keep_what_says_no_name_although_a_player_is_called_so():
    payload = {"user_id": str(ALICE), "username": "alice", "action": "alice", "others": ["al"], "usernames": ["Al"]}

    assert scrubber()(payload, own=True, free=False) == payload | {
        "user_id": str(NO_ONE),
        "username": FORGOTTEN,
        "usernames": [FORGOTTEN],
    }


def test_every_field_of_an_event_that_may_name_a_player_is_searched():
    of_things = {
        *(
            "achievement_key",
            "feat",
            "item_name",
            "job_key",
            "node_key",
            "quest_key",
            "recipe",
            "recipe_key",
            "previous_unlock",
        ),
        *("name", "public_name", "display_name", "description", "quality_level", "message", "platform", "effect"),
        *("source", "action", "state", "previous_unlock", "unlock_duration", "world_name", "key"),
    }
    community = [event for event in all_kinds_of(Event) if event.__module__.startswith("community.")]
    broadcast = {FollowedHeroSeen}  # searched in all its fields
    fields = {name for event in {*community} - broadcast if not event.private for name in _texts(event)}

    assert fields <= {*of_things, *NAMES, TEXT}
    assert {*NAMES, TEXT} <= fields


def _texts(event: type[Event]) -> set[str]:
    """Return the names of the fields with texts, at any depth."""
    schema = event.model_json_schema(mode="serialization")
    found: set[str] = set()

    def is_text(kind: dict[str, Any]) -> bool:
        kinds = [kind, *kind.get("anyOf", ()), kind.get("items", {})]
        return any(each.get("type") == "string" and "format" not in each for each in kinds)

    for model in (schema, *schema.get("$defs", {}).values()):
        found.update(name for name, kind in model.get("properties", {}).items() if is_text(kind))
    return found


def test_the_events_that_are_not_read_can_mention_no_other_player():
    classes = [each for each in all_kinds_of(Event) if each.type in ABOUT_ONE]

    assert {each.type for each in classes} == ABOUT_ONE
    of_things = {
        *("item_name", "quantity", "bonus_quantity", "units", "drops", "outputs", "refunded", "best", "value", "cost"),
        *("money_gained", "perfect_salvage_count", "boxes", "effect", "recipe_key", "job_key", "quest_key", "node_key"),
        *("achievement_key", "name", "description", "reward", "reward_money", "reward_xp", "progress", "required"),
        *("old_level", "new_level", "target_level", "vote_count", "source", "found", "amount", "missing", "platform"),
        *("success", "outcome", "multiplier", "is_masterwork", "is_perfect_salvage", "weighted_votes"),
        *("job_id", "gamble_id", "batch_id", "session_id", "option_id", "quest_id", "due_at", "timestamp"),
    }
    fields = {name for each in classes for name in each.model_fields}
    assert fields - of_things == {"user_id", "username"}


def test_a_hash_differs_per_account():
    accounts = [("twitch", "1"), ("discord", "1"), ("twitch", "2")]

    assert len({account_hashes(*account) for account in accounts}) == 3


def test_an_exclusion_holds_by_the_hash_alone():
    exclusions = Exclusions(hashes=frozenset(account_hashes("twitch", "1")))

    assert exclusions.cover("twitch", "1", "any")
    assert not exclusions.cover("twitch", "2", "any")
