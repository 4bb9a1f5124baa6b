"""Importing points from other bots."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.exclusions import service as exclusions
from community.exclusions.models import ListedAccount
from community.imports import service as imports
from community.imports.models import ImportBatch, ImportedAlready, NoSuchImport, NotTakenBack, Undone
from community.inventory.models import STACK_LIMIT
from community.inventory.service import give_item, remove_item
from community.linking.registration import register
from community.linking.service import claim_link, confirm_link, confirm_unlink, request_unlink, start_link
from community.messages.models import Line
from community.messages.service import handle_message, handle_messages
from community.players import service as players
from community.players.models import PlayerRef
from community.privacy.forgetting import confirmation, forget
from kernel.database import Tx, connect, transaction
from tests.support.factories import announced, holdings, make_player
from tests.support.races import UseCase, attempt, race_of, wait_for_a_lock

ALICE = PlayerRef("twitch", "a-1", "Alice")
BOB = PlayerRef("twitch", "b-1", "bob")


def bring_in(tx: Tx, content: str, rate: str = "1") -> ImportBatch:
    return imports.import_points(tx, "twitch", content, "admin", rate=rate)[1]


def money(tx: Tx, ref: PlayerRef) -> int:
    return holdings(tx, ref).get("money", 0)


def earned(tx: Tx) -> int:
    """What the achievement of a first line brings."""
    stranger = PlayerRef("twitch", f"{uuid4()}", "stranger")
    handle_message(tx, stranger, "hello")
    return money(tx, stranger)


def test_a_dry_run_changes_nothing(tx: Tx):
    make_player(tx, "alice")

    plan = imports.preview(tx, "twitch", "name,points\nAlice,100\nbob,50\n")

    assert [(entry.row.username, entry.known) for entry in plan.entries] == [("Alice", True), ("bob", False)]
    assert imports.list_batches(tx) == []
    assert announced(tx, "balance.imported") == []


def test_a_player_gets_it_at_once_and_a_stranger_with_the_first_line(tx: Tx):
    alice = make_player(tx, "alice", money=5)

    batch = bring_in(tx, "name,points\nALICE,100\nbob,50\n", rate="1/2")

    assert (batch.credited, batch.credited_money, batch.waiting, batch.waiting_money) == (1, 50, 1, 25)
    assert money(tx, alice) == 55
    assert [event["amount"] for event in announced(tx, "balance.imported")] == [50]

    bonus = earned(tx)
    player, _ = handle_message(tx, BOB, "hello")
    handle_message(tx, BOB, "hello again")

    assert money(tx, BOB) == 25 + bonus
    assert announced(tx, "balance.imported")[1:] == [
        {"user_id": str(player.id), "batch_id": str(batch.batch_id), "amount": 25}
    ]


def test_the_first_line_may_come_in_a_batch_or_as_a_registration(tx: Tx):
    bring_in(tx, "alice,10\nbob,20\n")

    handle_messages(tx, "twitch", [Line(ALICE, "hi"), Line(ALICE, "hi hi")])
    register(tx, BOB, BOB)

    assert money(tx, ALICE) >= 10
    assert money(tx, BOB) == 20


def test_an_id_wins_over_the_name(tx: Tx):
    bring_in(tx, "name,id,points\nbob,a-1,10\nalice,,7\n")

    register(tx, ALICE, ALICE)
    register(tx, BOB, BOB)

    assert (money(tx, ALICE), money(tx, BOB)) == (17, 0)


def test_an_account_elsewhere_or_with_a_new_name_inherits_nothing(tx: Tx):
    bring_in(tx, "bob,20\n")
    elsewhere = PlayerRef("discord", "b-1", "bob")
    register(tx, elsewhere, elsewhere)
    register(tx, ALICE, ALICE)

    players.save(tx, players.load(tx, PlayerRef("twitch", "a-1", "bob")))

    assert (money(tx, elsewhere), money(tx, ALICE)) == (0, 0)


@pytest.mark.parametrize("platform", ["discord", "youtube"])
def test_where_anyone_can_take_a_name_only_an_id_brings_a_balance(tx: Tx, platform: str):
    usual = earned(tx)
    owner, thief = PlayerRef(platform, "owner", "GrandWinner"), PlayerRef(platform, "thief", "GrandWinner")
    content = "username,id,points\nGrandWinner,,500\nRunnerUp,second,50\n"

    plan = imports.preview(tx, platform, content)
    imports.import_points(tx, platform, content, "admin")
    for account in (thief, owner, PlayerRef(platform, "second", "Another")):
        handle_message(tx, account, "hello")

    assert [(problem.line, "Only an id" in problem.text) for problem in plan.problems] == [(2, True)]
    assert [money(tx, ref) - usual for ref in (thief, owner, PlayerRef(platform, "second"))] == [0, 0, 50]
    imports.import_points(tx, platform, "username,id,points\nGrandWinner,owner,500\n", "admin")
    assert money(tx, owner) - usual == 500


def test_what_an_earlier_version_lets_wait_for_a_name_that_anyone_can_take_waits_on(tx: Tx):
    bring_in(tx, "name,points\nGrandWinner,500\n")
    tx.execute("UPDATE import_entries SET platform = 'youtube'")

    handle_message(tx, PlayerRef("youtube", "thief", "GrandWinner"), "hello")

    assert imports.list_batches(tx)[0].waiting == 1


def test_linked_and_merged_players_keep_what_was_imported(tx: Tx):
    batch = bring_in(tx, "alice,10\n")
    on_discord = make_player(tx, "alice", platform="discord", money=1)
    register(tx, ALICE, ALICE)
    token = start_link(tx, on_discord)
    claim_link(tx, token.token, ALICE)
    confirm_link(tx, on_discord)

    assert money(tx, ALICE) == money(tx, on_discord) == 11

    assert imports.undo(tx, batch.batch_id).taken_back == 10
    assert money(tx, ALICE) == 1


@pytest.mark.parametrize("had_played", [True, False])
@pytest.mark.parametrize("comes_back", [True, False])
@pytest.mark.parametrize("undone_first", [True, False])
@pytest.mark.parametrize("imported_first", [True, False])
def test_undoing_an_import_takes_it_back_from_whom_a_link_gave_it_also_when_that_is_undone(
    tx: Tx, had_played: bool, comes_back: bool, undone_first: bool, imported_first: bool
):
    on_discord = make_player(tx, "bob", platform="discord", money=50)
    if had_played:
        make_player(tx, "Alice", platform_id=ALICE.platform_id, money=7)
    had = 57 if had_played else 50
    batch = bring_in(tx, "Alice,100\n") if imported_first else None
    claim_link(tx, start_link(tx, on_discord).token, ALICE)
    confirm_link(tx, on_discord)
    batch = batch or bring_in(tx, "Alice,100\n")
    assert money(tx, on_discord) == had + 100

    undone = imports.undo(tx, batch.batch_id) if undone_first else None
    request_unlink(tx, on_discord, ALICE.platform)
    confirm_unlink(tx, on_discord, ALICE.platform)
    if comes_back:
        register(tx, ALICE, ALICE)
        assert money(tx, ALICE) == 0
    undone = undone or imports.undo(tx, batch.batch_id)

    assert (undone.removed, undone.taken_back, undone.not_taken_back, undone.remaining) == (0, 100, [], 0)
    register(tx, ALICE, ALICE)
    assert (money(tx, on_discord), money(tx, ALICE)) == (had, 0)
    bring_in(tx, "Alice,100\n")
    assert (money(tx, on_discord), money(tx, ALICE)) == (had, 100)


def test_an_account_that_is_added_to_a_player_brings_its_balance(tx: Tx):
    bring_in(tx, "alice,10\n")
    on_discord = make_player(tx, "alice", platform="discord")

    register(tx, on_discord, ALICE)

    assert money(tx, on_discord) == 10


def test_more_than_a_stack_holds_waits_for_room(tx: Tx):
    alice = make_player(tx, "alice")

    bring_in(tx, "alice,1000100\n")

    assert money(tx, alice) == 999_999
    remove_item(tx, alice, "money", 1000)
    players.save(tx, players.load(tx, alice))
    assert money(tx, alice) == 999_999 - 1000 + 101


def test_excluded_accounts_get_nothing(tx: Tx):
    batch = bring_in(tx, "bob,20\n")
    exclusions.exclude(tx, ListedAccount("twitch", username="alice"))
    exclusions.exclude(tx, ListedAccount("twitch", "b-1"))

    plan = imports.preview(tx, "twitch", "alice,10\n")
    handle_message(tx, BOB, "hello")

    assert [problem.text for problem in plan.problems] == ["alice does not take part in the game."]
    assert money(tx, BOB) == 0
    assert imports.get_batch(tx, batch.batch_id).waiting == 1


def test_a_file_is_imported_once_until_it_is_undone(tx: Tx):
    batch = bring_in(tx, "alice,10\n")

    with pytest.raises(ImportedAlready, match=str(batch.batch_id)):
        bring_in(tx, "alice,10\n")

    imports.undo(tx, batch.batch_id)
    bring_in(tx, "alice,10\n")


def test_undoing_removes_what_waits_and_takes_back_what_is_left(tx: Tx):
    alice, bob, carol = make_player(tx, "alice"), make_player(tx, "bob"), make_player(tx, "carol", money=3)
    batch = bring_in(tx, "alice,10\nbob,1000005\ncarol,7\nstranger,9\n")
    give_item(tx, alice, carol, "money", 6)

    undone = imports.undo(tx, batch.batch_id)

    assert (undone.removed, undone.taken_back, undone.remaining) == (1, 4 + 1_000_005 + 7, 0)
    assert undone.not_taken_back == [NotTakenBack("alice", 6)]
    assert (money(tx, alice), money(tx, bob), money(tx, carol)) == (0, 0, 9)
    assert {(event["amount"], event["missing"]) for event in announced(tx, "balance.import_undone")} == {
        (4, 6),
        (1_000_005, 0),
        (7, 0),
    }

    again = imports.undo(tx, batch.batch_id)
    assert (again.removed, again.taken_back, again.remaining) == (0, 0, 0)
    register(tx, PlayerRef("twitch", "s", "stranger"), PlayerRef("twitch", "s", "stranger"))
    assert money(tx, PlayerRef("twitch", "s")) == 0


def test_undoing_takes_back_what_has_waited_for_room_since_a_merge(tx: Tx):
    alice, bob = make_player(tx, "alice", money=5), make_player(tx, "bob", platform="discord")
    batch = bring_in(tx, f"alice,{STACK_LIMIT}\n")
    give_item(tx, alice, bob, "money", STACK_LIMIT)
    imported = bring_in(tx, "alice,1000\n")
    claim_link(tx, start_link(tx, alice).token, bob)
    confirm_link(tx, alice)

    undone = [imports.undo(tx, each.batch_id) for each in (imported, batch)]

    assert [(each.taken_back, each.not_taken_back) for each in undone] == [(1000, []), (STACK_LIMIT, [])]
    assert money(tx, alice) == 5


def test_a_large_import_is_undone_in_parts(tx: Tx):
    for name in ("alice", "bob", "carol"):
        make_player(tx, name)
    batch = bring_in(tx, "alice,1\nbob,1\ncarol,1\n")

    assert [imports.undo(tx, batch.batch_id, most=2).remaining for _ in range(2)] == [1, 0]
    assert imports.get_batch(tx, batch.batch_id).undone_at == tx.now


def test_there_is_no_undoing_an_import_that_never_was(tx: Tx):
    with pytest.raises(NoSuchImport):
        imports.undo(tx, UUID(int=7))


@given(
    points=st.lists(st.integers(0, 3_000_000), min_size=1, max_size=6),
    known=st.integers(0, 6),
    spent=st.integers(0, 2_000_000),
)
def test_nothing_is_minted(shared_database_url: str, points: Sequence[int], known: int, spent: int):
    """What players hold, plus what waits, plus what was taken back or spent, is what the file says."""
    names = [f"viewer{number}" for number in range(len(points))]
    refs = [PlayerRef("twitch", f"id-{name}", name) for name in names]
    with closing(connect(shared_database_url)) as connection, pytest.raises(_Over), transaction(connection) as tx:
        for ref in refs[:known]:
            register(tx, ref, ref)
        batch = bring_in(tx, "".join(f"{name},{each}\n" for name, each in zip(names, points, strict=True)))
        for ref in refs[1:]:
            register(tx, ref, ref)
        if points[-1] and spent and len(refs) > 1:
            remove_item(tx, refs[-1], "money", min(spent, 999_999))
        undone = imports.undo(tx, batch.batch_id)
        lost = sum(each.missing for each in undone.not_taken_back)
        waited = 0 if known else points[0]
        assert undone.taken_back + lost + waited == sum(points)
        assert all(money(tx, ref) == 0 for ref in refs[1:])
        assert tx.execute("SELECT count(*) AS n FROM deliveries").fetchone() == {"n": 0}
        raise _Over


class _Over(Exception):
    """Rolls back."""


# ------------------------------------------------------------------------------------------------------------- Races


def test_two_first_lines_at_once_bring_a_balance_once(database_url: str):
    with closing(connect(database_url)) as connection, transaction(connection) as tx:
        bring_in(tx, "alice,1000\n")

    # Two accounts of one name, and each of them twice.
    twins = [PlayerRef("twitch", "a-1", "alice"), PlayerRef("twitch", "a-2", "Alice")] * 2
    with race_of(4, database_url) as race:
        race(*[partial(register, known=ref, new=ref) for ref in twins])

    with closing(connect(database_url)) as connection, transaction(connection) as tx:
        assert sorted(money(tx, ref) for ref in twins[:2]) == [0, 1000]
        assert len(announced(tx, "balance.imported")) == 1


def test_whoever_arrives_during_an_import_gets_the_balance(database_url: str):
    for number in range(5):
        ref = PlayerRef("twitch", f"id-{number}", f"viewer{number}")
        with race_of(2, database_url) as race:
            race(
                partial(register, known=ref, new=ref),
                lambda tx, name=ref.username: bring_in(tx, f"{name},100\n"),
            )
        with closing(connect(database_url)) as connection, transaction(connection) as tx:
            assert money(tx, ref) == 100


def test_undoing_during_a_first_line_leaves_nothing_or_takes_it_back(database_url: str):
    for number in range(5):
        ref = PlayerRef("twitch", f"id-{number}", f"viewer{number}")
        with closing(connect(database_url)) as connection, transaction(connection) as tx:
            batch = bring_in(tx, f"{ref.username},100\n")
        with race_of(2, database_url) as race:
            race(partial(register, known=ref, new=ref), partial(imports.undo, batch_id=batch.batch_id))
        with closing(connect(database_url)) as connection, transaction(connection) as tx:
            assert money(tx, ref) == 0


def test_undoing_waits_for_no_one_who_waits_for_it(database_url: str):
    """A player who has got something of an import is getting more of it with an account when it is undone."""
    with (
        closing(connect(database_url)) as connection,
        closing(connect(database_url)) as adding,
        closing(connect(database_url)) as undoing,
        closing(connect(database_url)) as watching,
        ThreadPoolExecutor(2) as threads,
    ):
        with transaction(connection) as tx:
            register(tx, ALICE, ALICE)
            batch = bring_in(tx, "alice,100\nbob,10\n")
        with transaction(connection) as tx:
            players.load(tx, ALICE)
            begun = [threads.submit(attempt, adding, partial(register, known=ALICE, new=BOB))]
            wait_for_a_lock(watching)
            begun.append(threads.submit(attempt, undoing, partial(imports.undo, batch_id=batch.batch_id)))
            wait_for_a_lock(watching, 2)
        for each in begun:
            each.result(60)

        with transaction(connection) as tx:
            assert imports.undo(tx, batch.batch_id).remaining == 0
            assert money(tx, BOB) == 0


def test_undoing_during_a_merge_takes_the_balance_from_who_has_it_then(database_url: str):
    alice, other = PlayerRef("twitch", "a-1", "alice"), PlayerRef("discord", "a-2", "alice2")
    with (
        closing(connect(database_url)) as merging,
        closing(connect(database_url)) as undoing,
        closing(connect(database_url)) as watching,
        ThreadPoolExecutor(1) as thread,
    ):
        with transaction(merging) as tx:
            for ref in (alice, other):
                register(tx, ref, ref)
            batch = bring_in(tx, "alice,100\n")
            claim_link(tx, start_link(tx, other).token, alice)
        with transaction(merging) as tx:
            confirm_link(tx, other)
            begun = thread.submit(attempt, undoing, partial(imports.undo, batch_id=batch.batch_id))
            wait_for_a_lock(watching)
        undone = begun.result(60)

        assert isinstance(undone, Undone)
        assert (undone.taken_back, undone.remaining) == (100, 0)
        with transaction(merging) as tx:
            assert money(tx, other) == 0


def test_a_player_who_is_merged_during_an_import_keeps_what_it_brings(database_url: str):
    alice, other = PlayerRef("twitch", "a-1", "alice"), PlayerRef("discord", "a-2", "alice2")
    with closing(connect(database_url)) as connection, transaction(connection) as tx:
        for ref in (alice, other):
            register(tx, ref, ref)
        claim_link(tx, start_link(tx, other).token, alice)

    during_an_import(database_url, partial(confirm_link, source=other))

    with closing(connect(database_url)) as connection, transaction(connection) as tx:
        assert money(tx, other) == 100


def test_a_player_who_is_forgotten_during_an_import_loses_what_it_brings_with_all_the_rest(database_url: str):
    alice = PlayerRef("twitch", "a-1", "alice")
    with closing(connect(database_url)) as connection, transaction(connection) as tx:
        code = confirmation(register(tx, alice, alice)[0].id)

    during_an_import(database_url, partial(forget, ref=alice, code=code))

    with closing(connect(database_url)) as connection, transaction(connection) as tx:
        assert [event["items"] for event in announced(tx, "user.forgotten")] == [
            [{"item_name": "money", "quantity": 100}]
        ]


def during_an_import(url: str, use_case: UseCase) -> None:
    """Run a use case while an import has credited alice with 100 money and not committed yet."""
    with (
        closing(connect(url)) as importing,
        closing(connect(url)) as other,
        closing(connect(url)) as watching,
        ThreadPoolExecutor(1) as thread,
    ):
        with transaction(importing) as tx:
            bring_in(tx, "alice,100\n")
            begun = thread.submit(attempt, other, use_case)
            wait_for_a_lock(watching)
        begun.result(60)


def test_two_imports_of_one_file_at_once_count_once(database_url: str):
    with race_of(2, database_url) as race:
        outcomes = race(*[partial(bring_in, content="alice,100\n")] * 2)

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["ImportBatch", "ImportedAlready"]
