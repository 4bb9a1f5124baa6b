from datetime import timedelta
from random import Random
from typing import Any

import pytest
from msgspec.structs import replace

from community.catalog.content import items
from community.inventory.models import STACK_LIMIT, Inventory, Quality
from community.inventory.service import add_item, remove_item
from community.jobs import rules as job_rules
from community.jobs.models import JobProgress, Jobs
from community.jobs.queries import upsert_jobs
from community.linking import models, texts
from community.linking.events import WaitingItem
from community.linking.models import LinkedAccounts, LinkState
from community.linking.registration import register
from community.linking.retention import delete_expired
from community.linking.service import (
    claim_link,
    confirm_link,
    confirm_unlink,
    link_status,
    request_unlink,
    start_link,
)
from community.players.merging import PLAYER_TABLES
from community.players.models import PlayerRef, UnknownPlayer
from community.stats.models import Streak
from kernel.database import Connection, Tx, transaction
from kernel.errors import DomainError
from tests.support.factories import announced, holdings, make_player, stored, xp

ALICE = PlayerRef("twitch", "a1", "Alice")
BOB = PlayerRef("discord", "b1", "Bob")
CLAIRE = PlayerRef("youtube", "c1", "Claire")


def token_row(tx: Tx, token: str) -> dict[str, Any]:
    row = tx.execute("SELECT * FROM link_tokens WHERE token = %s", (token,)).fetchone()
    assert row is not None
    return row


def state(tx: Tx, token: str) -> str:
    return token_row(tx, token)["state"]


def claimed(tx: Tx, source: PlayerRef, target: PlayerRef) -> str:
    token = start_link(tx, source).token
    claim_link(tx, token, target)
    return token


def link(tx: Tx, source: PlayerRef, target: PlayerRef) -> LinkedAccounts:
    claimed(tx, source, target)
    return confirm_link(tx, source)


def accounts(tx: Tx, ref: PlayerRef) -> dict[str, str]:
    return {platform: link.platform_id for platform, link in stored(tx, ref).links.items()}


def claimers(tx: Tx, token: str) -> list[str]:
    rows = tx.execute("SELECT platform_user_id FROM link_claims WHERE token = %s ORDER BY number", (token,))
    return [row["platform_user_id"] for row in rows]


def how_many(tx: Tx) -> dict[str, int]:
    row = tx.execute(
        """
        SELECT (SELECT count(*) FROM users) AS users, (SELECT count(*) FROM link_tokens) AS tokens,
               (SELECT count(*) FROM unlink_requests) AS requests
        """
    ).fetchone()
    assert row is not None
    return row


# Starting


def test_a_new_code_is_pending_for_ten_minutes(tx: Tx):
    token = start_link(tx, ALICE)

    row = token_row(tx, token.token)
    assert row["state"] == "pending"
    assert row["source_username"] == "Alice"
    assert row["expires_at"] == tx.now + timedelta(minutes=10)


def test_a_new_code_ends_the_earlier_ones_of_its_account_only(tx: Tx):
    bobs = start_link(tx, BOB).token
    first = claimed(tx, ALICE, BOB)
    second = start_link(tx, ALICE).token
    third = start_link(tx, ALICE).token

    assert [state(tx, token) for token in (first, second, third, bobs)] == [
        "expired",
        "expired",
        "pending",
        "pending",
    ]


def test_a_new_code_leaves_a_confirmed_one_as_it_is(tx: Tx):
    used = claimed(tx, ALICE, BOB)
    confirm_link(tx, ALICE)

    start_link(tx, ALICE)

    assert state(tx, used) == "confirmed"


def test_a_code_that_exists_is_drawn_again(tx: Tx):
    tx.rng = Random(7)
    first = start_link(tx, ALICE).token

    tx.rng = Random(7)
    second = start_link(tx, BOB).token

    assert second != first
    assert (state(tx, first), state(tx, second)) == ("pending", "pending")


def test_starting_creates_nobody(tx: Tx):
    before = how_many(tx)["users"]

    start_link(tx, ALICE)

    assert how_many(tx)["users"] == before


# Claiming


def test_a_code_is_claimed_in_any_case(tx: Tx):
    token = start_link(tx, ALICE).token

    answer = claim_link(tx, token.lower(), BOB)

    row = token_row(tx, token)
    assert answer.source == ALICE
    assert row["state"] == "claimed"
    assert claimers(tx, token) == ["b1"]


def test_a_claim_is_refused_with_its_reason(tx: Tx):
    token = start_link(tx, ALICE).token

    with pytest.raises(models.UnknownToken):
        claim_link(tx, "ZZZZZZ", BOB)
    with pytest.raises(models.ClaimedByItsOwner):
        claim_link(tx, token, replace(ALICE, username=None))
    claim_link(tx, token, BOB)
    confirm_link(tx, ALICE)
    with pytest.raises(models.TokenUsedUp):
        claim_link(tx, token, CLAIRE)


def test_a_claim_comes_too_late_after_ten_minutes_or_a_newer_code(tx: Tx):
    withdrawn = start_link(tx, ALICE).token
    current = start_link(tx, ALICE).token

    with pytest.raises(models.TokenExpired):
        claim_link(tx, withdrawn, BOB)
    tx.now += timedelta(minutes=10)
    with pytest.raises(models.TokenExpired):
        claim_link(tx, current, BOB)


def test_no_one_keeps_a_code_from_its_owner_by_claiming_it_first(tx: Tx):
    mallory = make_player(tx, "Mallory", platform="discord")
    token = claimed(tx, ALICE, replace(mallory, username=None))

    told = texts.claimed(claim_link(tx, token, CLAIRE))

    assert told.endswith("If you are asked for a number there, it is 2.")
    assert claim_link(tx, token, CLAIRE).claims[0].number == 2
    with pytest.raises(models.SeveralClaims, match=r"1: Mallory on discord; 2: Claire on youtube\."):
        confirm_link(tx, ALICE)
    assert "1: Mallory on discord; 2: Claire on youtube" in texts.status(link_status(tx, ALICE))
    with pytest.raises(models.SeveralClaims):
        confirm_link(tx, ALICE, number=3)
    assert confirm_link(tx, ALICE, number=2).claimer.platform == "youtube"
    assert link_status(tx, mallory).platforms == ("discord",)


def test_an_account_has_one_claim(tx: Tx):
    tokens = [start_link(tx, PlayerRef("twitch", f"s{number}")).token for number in range(3)]

    for token in tokens:
        claim_link(tx, token, BOB)

    assert [claimers(tx, token) for token in tokens] == [[], [], ["b1"]]
    with pytest.raises(models.NotClaimedYet):
        confirm_link(tx, PlayerRef("twitch", "s0"))


def test_a_claim_that_has_gone_leaves_no_number_to_another(tx: Tx):
    """Or who is asked about one account would confirm another one."""
    token = claimed(tx, ALICE, BOB)
    start_link(tx, BOB)
    claim_link(tx, token, CLAIRE)

    with pytest.raises(models.SeveralClaims, match="2: Claire"):
        confirm_link(tx, ALICE)
    with pytest.raises(models.SeveralClaims):
        confirm_link(tx, ALICE, number=1)


def test_of_many_claims_the_first_and_the_last_are_named(tx: Tx):
    token = start_link(tx, ALICE).token
    for number in range(1, 21):
        claim_link(tx, token, PlayerRef("discord", f"d{number}", f"dan{number}"))

    with pytest.raises(models.SeveralClaims) as refused:
        confirm_link(tx, ALICE)

    named = [f"{number}: dan{number} " in str(refused.value) for number in (1, 3, 4, 17, 18, 20)]
    assert named == [True, True, False, False, True, True]


def test_a_claimer_is_told_whose_player_gets_everything_even_if_the_bot_sends_no_names(tx: Tx):
    alice = make_player(tx, "Alice")
    token = start_link(tx, replace(alice, username=None)).token

    assert "If Alice on twitch confirms, everything" in texts.claimed(claim_link(tx, token, BOB))


def test_an_account_without_a_name_is_not_called_by_its_id(tx: Tx):
    token = start_link(tx, PlayerRef("twitch", "a1")).token

    told = texts.claimed(claim_link(tx, token, BOB))

    assert "an account without a name on twitch" in told
    assert "a1" not in told


def test_a_claim_is_withdrawn_by_starting_on_the_account_that_claimed(tx: Tx):
    token = claimed(tx, ALICE, BOB)
    other = claimed(tx, CLAIRE, PlayerRef("discord", "b2"))

    start_link(tx, BOB)

    assert (claimers(tx, token), claimers(tx, other)) == ([], ["b2"])
    with pytest.raises(models.NotClaimedYet):
        confirm_link(tx, ALICE)


def guess(tx: Tx, account: PlayerRef, address: str | None = None, code: str = "AAAAAAAAA") -> str:
    try:
        claim_link(tx, code, account, address)
    except DomainError as error:
        return type(error).__name__
    return "claimed"


def test_an_account_may_guess_ten_codes_a_minute(tx: Tx):
    token = start_link(tx, ALICE).token

    assert [guess(tx, BOB, f"192.0.2.{number}") for number in range(11)] == ["UnknownToken"] * 10 + ["TooManyGuesses"]
    assert guess(tx, BOB, code=token) == "TooManyGuesses"
    tx.now += timedelta(seconds=59)
    assert guess(tx, BOB, code=token) == "TooManyGuesses"
    tx.now += timedelta(seconds=1)
    assert guess(tx, BOB, code=token) == "claimed"


def test_behind_a_guessing_address_each_account_still_has_its_first_guess(tx: Tx):
    token = start_link(tx, ALICE).token
    guessers = [PlayerRef("twitch", f"g{number}") for number in range(31)]

    assert [guess(tx, each, "192.0.2.1") for each in guessers] == ["UnknownToken"] * 30 + ["TooManyGuesses"]
    assert guess(tx, guessers[0], "192.0.2.1", token) == "TooManyGuesses"
    assert guess(tx, BOB, "192.0.2.1", token) == "claimed"


def test_a_code_that_is_not_tried_is_no_guess_of_the_address(conn: Connection):
    def attempt(account: str) -> str:
        try:
            with transaction(conn) as tx:
                claim_link(tx, "AAAAAAAAA", PlayerRef("twitch", account), "192.0.2.1")
        except DomainError as error:
            return type(error).__name__
        return "claimed"

    for _ in range(30):
        attempt("hammer")

    assert {attempt("someone") for _ in range(10)} == {"UnknownToken"}


def test_a_good_code_is_no_guess_of_the_address_but_one_of_the_account(tx: Tx):
    def attempt(number: int, account: PlayerRef) -> str:
        return guess(tx, account, "192.0.2.1", start_link(tx, PlayerRef("twitch", f"s{number}")).token)

    assert {attempt(number, PlayerRef("discord", f"d{number}")) for number in range(40)} == {"claimed"}
    assert [attempt(number, BOB) for number in range(11)] == ["claimed"] * 10 + ["TooManyGuesses"]


# Confirming


def test_two_strangers_become_one_new_player(tx: Tx):
    assert link(tx, ALICE, BOB).platforms == ("discord", "twitch")

    player = stored(tx, ALICE)
    assert player.id == stored(tx, BOB).id
    assert (player.username, player.links["discord"].username) == ("Alice", "Bob")
    assert holdings(tx, ALICE) == {}


def test_a_stranger_without_a_name_goes_by_the_id(tx: Tx):
    source, target = PlayerRef("twitch", "a1"), PlayerRef("discord", "b1")

    link(tx, source, target)

    player = stored(tx, source)
    assert (player.username, player.links["discord"].username) == ("a1", "b1")


def test_an_unknown_target_is_attached_to_the_source_player(tx: Tx):
    alice = make_player(tx, "alice", money=5)

    link(tx, alice, BOB)

    assert stored(tx, BOB).id == stored(tx, alice).id
    assert holdings(tx, BOB) == {"money": 5}
    assert announced(tx, "user.linked") == [
        {"user_id": str(stored(tx, alice).id), "platform": "discord", "timestamp": int(tx.now.timestamp())}
    ]
    assert announced(tx, "user.merged") == []


def test_an_attached_account_replaces_the_one_of_its_platform(tx: Tx):
    alice = make_player(tx, "alice")
    link(tx, alice, BOB)

    link(tx, alice, PlayerRef("discord", "b2"))

    assert accounts(tx, alice)["discord"] == "b2"


def test_a_stranger_cannot_replace_the_account_that_confirms(tx: Tx):
    alice = make_player(tx, "alice", money=5)
    token = claimed(tx, alice, PlayerRef("twitch", "another"))

    with pytest.raises(models.WouldReplaceItself):
        confirm_link(tx, alice)

    assert state(tx, token) == "claimed"
    assert holdings(tx, alice) == {"money": 5}


def test_a_known_target_is_merged_into_the_source(tx: Tx):
    alice = make_player(tx, "alice", money=5, items={"item_spade": 1})
    bob = make_player(tx, "bob", platform="discord", money=7, items={"item_spade": 2}, quality=Quality.RARE)
    keeper, other = stored(tx, alice), stored(tx, bob)
    before = how_many(tx)["users"]

    assert link(tx, alice, bob).platforms == ("discord", "twitch")

    merged = stored(tx, bob)
    assert merged.id == keeper.id
    assert holdings(tx, alice) == {"money": 12, "item_spade": 3}
    assert merged[Inventory].count(items.by_name["item_spade"].item_id, Quality.RARE) == 2
    assert how_many(tx)["users"] == before - 1
    assert announced(tx, "user.merged") == [
        {
            "user_id": str(keeper.id),
            "merged_user_id": str(other.id),
            "waiting": [],
            "timestamp": int(tx.now.timestamp()),
        }
    ]


def test_what_does_not_fit_is_told_and_follows_once_there_is_room(tx: Tx):
    alice = make_player(tx, "alice", money=STACK_LIMIT - 10, items={"item_spade": STACK_LIMIT})
    bob = make_player(tx, "bob", platform="discord", money=15, items={"item_spade": 2, "item_stick": 1})

    linked = link(tx, alice, bob)

    waiting = (("money", 5), ("item_spade", 2))
    assert linked.waiting == tuple(
        WaitingItem(item_name=name, quantity=quantity, quality_level=Quality.COMMON) for name, quantity in waiting
    )
    assert texts.linked(linked) == (
        "Done, linked with bob on discord. You play from discord, twitch now. "
        "Your stacks are full: 5 × money and 2 × spades will follow as soon as there is room."
    )
    [merged] = announced(tx, "user.merged")
    assert [(each["item_name"], each["quantity"]) for each in merged["waiting"]] == list(waiting)
    assert holdings(tx, bob) == {"money": STACK_LIMIT, "item_spade": STACK_LIMIT, "item_stick": 1}

    remove_item(tx, alice, "spade", 10)
    remove_item(tx, alice, "money", 1)
    add_item(tx, alice, "stick", 1)

    assert holdings(tx, alice) == {"money": STACK_LIMIT, "item_spade": STACK_LIMIT - 8, "item_stick": 2}


def test_a_known_target_is_merged_into_a_source_that_is_registered_for_it(tx: Tx):
    bob = make_player(tx, "bob", platform="discord", money=7)
    before = stored(tx, bob).id

    assert link(tx, ALICE, bob).platforms == ("discord", "twitch")

    assert stored(tx, ALICE).id == stored(tx, bob).id != before
    assert stored(tx, ALICE).username == "Alice"
    assert holdings(tx, ALICE) == {"money": 7}


def test_free_platforms_are_filled_and_the_other_identity_becomes_a_stranger(tx: Tx):
    alice = make_player(tx, "alice")
    bob = make_player(tx, "bob", platform="twitch", money=7)
    link(tx, bob, CLAIRE)
    tx.now += timedelta(days=1)

    assert link(tx, alice, CLAIRE).platforms == ("twitch", "youtube")

    assert accounts(tx, alice) == {"twitch": alice.platform_id, "youtube": "c1"}
    assert holdings(tx, alice) == {"money": 7}
    assert link_status(tx, bob).platforms == ()


def test_a_second_account_on_the_same_platform_brings_its_things(tx: Tx):
    alice = make_player(tx, "alice", money=5)
    second = make_player(tx, "alice2", money=7)

    assert link(tx, alice, second).platforms == ("twitch",)

    assert holdings(tx, alice) == {"money": 12}
    assert link_status(tx, second).platforms == ()


def test_experience_is_added_and_the_level_recomputed(tx: Tx):
    alice = make_player(tx, "alice")
    bob = make_player(tx, "bob", platform="discord")
    today = job_rules.game_day(tx.now)
    upsert_jobs(tx, stored(tx, alice).id, {"merchant": JobProgress(300, 1, 100, today)})
    bobs = {"merchant": JobProgress(100, 1, 90, today), "explorer": JobProgress(20, 0, 20, today)}
    upsert_jobs(tx, stored(tx, bob).id, bobs)

    link(tx, alice, bob)

    assert stored(tx, alice)[Jobs].progress["merchant"] == JobProgress(400, 2, 190, today)
    assert xp(tx, alice, "explorer") == 20


def test_accounts_of_one_player_are_linked_already(tx: Tx):
    alice = make_player(tx, "alice", money=5)
    link(tx, alice, BOB)

    token = claimed(tx, BOB, alice)

    assert confirm_link(tx, BOB).platforms == ("discord", "twitch")
    assert state(tx, token) == "confirmed"
    assert holdings(tx, alice) == {"money": 5}
    assert announced(tx, "user.merged") == []


def test_a_confirmation_is_refused_with_its_reason(tx: Tx):
    with pytest.raises(models.NothingToConfirm):
        confirm_link(tx, ALICE)
    token = start_link(tx, ALICE).token
    with pytest.raises(models.NotClaimedYet):
        confirm_link(tx, ALICE)
    claim_link(tx, token, BOB)
    with pytest.raises(models.NothingToConfirm):
        confirm_link(tx, BOB)
    tx.now += timedelta(minutes=10)
    with pytest.raises(models.TokenExpired):
        confirm_link(tx, ALICE)


def test_a_confirmation_of_an_earlier_code_does_not_confirm_the_next(tx: Tx):
    earlier = start_link(tx, ALICE).token
    current = claimed(tx, ALICE, BOB)

    with pytest.raises(models.TokenExpired):
        confirm_link(tx, ALICE, earlier)
    assert confirm_link(tx, ALICE, current).claimer == BOB


def test_a_code_is_confirmed_once(tx: Tx):
    token = claimed(tx, ALICE, BOB)
    confirm_link(tx, ALICE)

    assert state(tx, token) == "confirmed"
    with pytest.raises(models.NothingToConfirm):
        confirm_link(tx, ALICE)


def test_a_merge_knows_every_table_of_a_player(tx: Tx):
    rows = tx.execute(
        """
        SELECT table_name
        FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
        WHERE table_schema = 'public' AND table_type = 'BASE TABLE'
          AND column_name IN ('user_id', 'initiator_id', 'setter_id', 'target_id', 'winner_id')
        """
    ).fetchall()

    names = {row["table_name"] for row in rows if not row["table_name"].startswith("events")}
    assert names - {"users"} == PLAYER_TABLES  # the log keeps saying what was said


def test_what_a_stranger_gets_for_registering_survives_the_merge_in_the_same_moment(tx: Tx):
    bob = stored(tx, make_player(tx, "Bob", platform="discord", platform_id=str(BOB.platform_id)))
    yesterday = tx.now.date() - timedelta(days=1)
    tx.execute("UPDATE user_streaks SET streak = 4, last_on = %s WHERE user_id = %s", (yesterday, bob.id))
    tx.execute("DELETE FROM stats_inbox")

    link(tx, ALICE, BOB)
    add_item(tx, ALICE, "spade", 1)

    assert stored(tx, ALICE)[Streak] == Streak(5, tx.now.date())
    counted = tx.execute("SELECT count(*) AS days FROM stats_inbox WHERE event_type = 'daily_streak'").fetchone()
    assert counted == {"days": 1}


def test_a_merge_finds_the_rows_of_a_player_by_an_index(tx: Tx):
    rows = tx.execute(
        """
        SELECT format('%s.%s', f.conrelid::regclass, a.attname) AS reference
        FROM pg_constraint f JOIN pg_attribute a ON (a.attrelid, a.attnum) = (f.conrelid, f.conkey[1])
        WHERE f.contype = 'f' AND f.confrelid = 'users'::regclass
          AND NOT EXISTS (
              SELECT FROM pg_index i
              WHERE i.indrelid = f.conrelid AND i.indkey[0] = f.conkey[1] AND i.indpred IS NULL
          )
        """
    ).fetchall()

    assert [row["reference"] for row in rows] == []


# Unlinking


def test_unlinking_takes_two_calls(tx: Tx):
    alice = make_player(tx, "alice", money=5)
    link(tx, alice, BOB)

    request_unlink(tx, alice, "discord")
    assert link_status(tx, alice).platforms == ("discord", "twitch")
    tx.now += timedelta(seconds=59)
    confirm_unlink(tx, alice, "discord")

    assert link_status(tx, alice).platforms == ("twitch",)
    assert link_status(tx, BOB).platforms == ()
    assert holdings(tx, alice) == {"money": 5}
    assert announced(tx, "user.unlinked") == [
        {
            "user_id": str(stored(tx, alice).id),
            "platform": "discord",
            "timestamp": int(tx.now.timestamp()),
        }
    ]


def test_an_account_can_unlink_itself_even_under_a_new_name(tx: Tx):
    alice = make_player(tx, "alice", money=5)
    link(tx, alice, BOB)

    request_unlink(tx, BOB, "discord")
    confirm_unlink(tx, replace(BOB, username="Robert"), "discord")

    assert link_status(tx, BOB).platforms == ()
    assert holdings(tx, alice) == {"money": 5}


def test_an_unlinked_account_can_start_afresh_and_be_linked_again(tx: Tx):
    alice = make_player(tx, "alice", money=5)
    link(tx, alice, BOB)
    request_unlink(tx, alice, "discord")
    confirm_unlink(tx, alice, "discord")

    assert link(tx, alice, BOB).platforms == ("discord", "twitch")


def test_the_second_call_must_come_within_a_minute(tx: Tx):
    alice = make_player(tx, "alice")
    link(tx, alice, BOB)
    request_unlink(tx, alice, "discord")

    tx.now += timedelta(seconds=60)
    with pytest.raises(models.UnlinkTooLate):
        confirm_unlink(tx, alice, "discord")


def test_asking_again_starts_the_minute_anew(tx: Tx):
    alice = make_player(tx, "alice")
    link(tx, alice, BOB)
    request_unlink(tx, alice, "discord")
    tx.now += timedelta(seconds=59)
    request_unlink(tx, alice, "discord")

    tx.now += timedelta(seconds=59)
    confirm_unlink(tx, alice, "discord")

    assert link_status(tx, alice).platforms == ("twitch",)


def test_a_request_is_for_one_account_and_one_platform(tx: Tx):
    alice = make_player(tx, "alice")
    link(tx, alice, BOB)
    link(tx, alice, CLAIRE)
    tx.now += timedelta(days=1)
    request_unlink(tx, alice, "discord")

    with pytest.raises(models.UnlinkNotRequested):
        confirm_unlink(tx, alice, "youtube")
    with pytest.raises(models.UnlinkNotRequested):
        confirm_unlink(tx, CLAIRE, "discord")


def test_a_request_is_used_up(tx: Tx):
    alice = make_player(tx, "alice")
    link(tx, alice, BOB)
    request_unlink(tx, alice, "discord")
    confirm_unlink(tx, alice, "discord")
    link(tx, alice, BOB)

    with pytest.raises(models.UnlinkNotRequested):
        confirm_unlink(tx, alice, "discord")


def test_a_request_does_not_hit_another_account_that_a_link_has_put_there(tx: Tx):
    alice = make_player(tx, "alice")
    link(tx, alice, BOB)
    request_unlink(tx, alice, "discord")
    link(tx, alice, PlayerRef("discord", "b2"))

    with pytest.raises(models.UnlinkNotRequested):
        confirm_unlink(tx, alice, "discord")

    assert accounts(tx, alice)["discord"] == "b2"


def unlink(tx: Tx, caller: PlayerRef, platform: str) -> None:
    request_unlink(tx, caller, platform)
    confirm_unlink(tx, caller, platform)


def test_for_a_day_who_claimed_cannot_unlink_who_started(tx: Tx):
    alice = make_player(tx, "alice", money=5)
    link(tx, alice, BOB)
    tx.now += timedelta(hours=4, seconds=1)

    with pytest.raises(models.LinkedTooRecently, match=r"Do it from twitch, or wait 20 hours\."):
        request_unlink(tx, BOB, "twitch")
    tx.now += timedelta(hours=20)
    unlink(tx, BOB, "twitch")

    assert link_status(tx, alice).platforms == ()


def test_a_request_from_before_the_link_does_not_unlink_who_started(tx: Tx):
    alice = make_player(tx, "alice")
    link(tx, BOB, CLAIRE)
    request_unlink(tx, BOB, "youtube")
    tx.execute("UPDATE unlink_requests SET target_platform = 'twitch', target_platform_id = %s", (alice.platform_id,))
    link(tx, alice, BOB)

    with pytest.raises(models.LinkedTooRecently):
        confirm_unlink(tx, BOB, "twitch")


@pytest.mark.parametrize("caller", [BOB, CLAIRE])
def test_all_accounts_of_who_claimed_are_new(tx: Tx, caller: PlayerRef):
    alice = make_player(tx, "alice")
    link(tx, BOB, CLAIRE)
    tx.now += timedelta(days=2)
    link(tx, alice, BOB)

    with pytest.raises(models.LinkedTooRecently):
        request_unlink(tx, caller, "twitch")
    unlink(tx, caller, caller.platform)


def test_accounts_that_one_code_brought_cannot_cut_each_other_off(tx: Tx):
    """Nothing tells which of them was there before: one may have come to the other's player by mistake."""
    alice = make_player(tx, "alice")
    link(tx, BOB, CLAIRE)
    link(tx, alice, BOB)

    for caller, platform in ((BOB, "youtube"), (CLAIRE, "discord")):
        with pytest.raises(models.LinkedTooRecently):
            request_unlink(tx, caller, platform)


def test_who_started_may_unlink_who_claimed_at_once(tx: Tx):
    alice = make_player(tx, "alice")
    link(tx, alice, BOB)

    unlink(tx, alice, "discord")

    assert link_status(tx, alice).platforms == ("twitch",)


def test_who_was_linked_before_may_unlink_who_claimed_later(tx: Tx):
    alice = make_player(tx, "alice")
    link(tx, alice, CLAIRE)
    tx.now += timedelta(hours=1)
    link(tx, alice, BOB)

    with pytest.raises(models.LinkedTooRecently):
        request_unlink(tx, BOB, "youtube")
    unlink(tx, CLAIRE, "discord")


def test_who_claimed_cannot_replace_who_started_with_another_account(tx: Tx):
    alice = make_player(tx, "alice")
    link(tx, alice, BOB)

    with pytest.raises(models.LinkedTooRecently):
        link(tx, BOB, PlayerRef("twitch", "another"))

    assert accounts(tx, alice)["twitch"] == alice.platform_id


@pytest.mark.parametrize("platform", ["twitch", "youtube"])
def test_who_claimed_cannot_take_the_player_along_to_a_further_account(tx: Tx, platform: str):
    alice = make_player(tx, "alice", money=5)
    link(tx, alice, BOB)
    accomplice = make_player(tx, "accomplice", platform=platform)

    with pytest.raises(models.LinkedTooRecently):
        link(tx, accomplice, BOB)

    assert holdings(tx, accomplice) == {}
    assert accounts(tx, alice) == {"twitch": alice.platform_id, "discord": "b1"}


def test_who_claimed_cannot_replace_who_started_by_registering_another_account(tx: Tx):
    alice = make_player(tx, "alice")
    link(tx, alice, BOB)

    with pytest.raises(models.LinkedTooRecently):
        register(tx, BOB, PlayerRef("twitch", "another", "another"))
    register(tx, alice, PlayerRef("discord", "b2", "bob"))

    assert accounts(tx, alice) == {"twitch": alice.platform_id, "discord": "b2"}


@pytest.mark.parametrize("further", [CLAIRE, PlayerRef("discord", "b2", "bob")])
def test_for_a_day_who_claimed_brings_no_accounts(tx: Tx, further: PlayerRef):
    """They would stay when it is thrown out, and take the player a day later."""
    alice = make_player(tx, "alice")
    link(tx, alice, BOB)

    with pytest.raises(models.LinkedTooRecently):
        register(tx, BOB, replace(further, username="further"))
    if further.platform != BOB.platform:
        with pytest.raises(models.LinkedTooRecently):
            link(tx, BOB, further)

    assert accounts(tx, alice) == {"twitch": alice.platform_id, "discord": "b1"}


def test_unlinking_is_refused_with_its_reason(tx: Tx):
    alice = make_player(tx, "alice")

    with pytest.raises(models.LastLink):
        request_unlink(tx, alice, "twitch")
    with pytest.raises(models.NotLinked):
        request_unlink(tx, alice, "discord")
    with pytest.raises(UnknownPlayer):
        request_unlink(tx, BOB, "discord")
    with pytest.raises(UnknownPlayer):
        confirm_unlink(tx, BOB, "discord")


def test_the_last_link_stays_even_when_two_were_asked_for(tx: Tx):
    alice = make_player(tx, "alice")
    link(tx, alice, BOB)
    request_unlink(tx, alice, "discord")
    request_unlink(tx, alice, "twitch")
    confirm_unlink(tx, alice, "discord")

    with pytest.raises(models.LastLink):
        confirm_unlink(tx, alice, "twitch")


# Status


def test_the_status_names_platforms_and_the_accounts_own_code(tx: Tx):
    alice = make_player(tx, "alice")
    token = claimed(tx, alice, BOB)

    status = link_status(tx, alice)
    assert status.platforms == ("twitch",)
    assert status.token is not None
    assert (status.token.token, status.token.state) == (token, LinkState.CLAIMED)
    assert "claimed by Bob on discord. If that is you, confirm." in texts.status(status)
    assert link_status(tx, BOB).token is None

    confirm_link(tx, alice)
    assert link_status(tx, BOB).platforms == ("discord", "twitch")
    assert link_status(tx, alice).token is None


def test_the_status_of_a_stranger_has_no_platforms_but_maybe_a_code(tx: Tx):
    assert link_status(tx, ALICE) == models.LinkStatus((), None)

    token = start_link(tx, ALICE)

    found = link_status(tx, ALICE).token
    assert found is not None
    assert found.token == token.token
    tx.now = token.expires_at
    assert link_status(tx, ALICE).token is None


# Forgetting


def test_old_codes_and_requests_are_forgotten_an_hour_after_their_end(tx: Tx):
    alice = make_player(tx, "alice")
    link(tx, alice, BOB)
    start_link(tx, ALICE)
    request_unlink(tx, alice, "discord")
    before = how_many(tx)

    tx.now += timedelta(hours=1)
    delete_expired(tx)
    assert how_many(tx) == before

    tx.now += timedelta(minutes=11)
    delete_expired(tx)
    assert how_many(tx) == before | {"tokens": 0, "requests": 0}
