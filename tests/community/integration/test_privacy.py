"""Exports of players and communities, and players who are forgotten."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from msgspec.structs import replace

from community import account_hashes as hashing
from community.account_hashes import HashSettings, account_hashes
from community.achievements.models import Achievements
from community.blasts.events import BlastExploded
from community.cooldowns.models import OnCooldown
from community.exclusions import service as exclusions
from community.exclusions.models import ListedAccount
from community.gambles.service import start_gamble
from community.imports import service as imports
from community.inventory.events import ItemAdded
from community.inventory.service import give_item
from community.items.events import ItemUsed
from community.jobs.awards import award_xp
from community.jobs.models import Jobs
from community.linking.registration import register
from community.linking.service import claim_link, confirm_link, confirm_unlink, request_unlink, start_link
from community.messages.models import Line
from community.messages.service import handle_message, handle_messages
from community.players import service as players
from community.players.models import NoSuchPlayer, Player, PlayerRef
from community.privacy.exporting import export_community, export_more, export_player
from community.privacy.forgetting import confirmation, forget
from community.privacy.models import StillPlaying, WrongConfirmation
from community.privacy.rules import FORGOTTEN, mentions
from community.privacy.tables import TABLES
from community.progression import service as progression
from community.search.service import search_for_treasure
from community.stats import rollup as stats
from community.stats.recording import record
from community.timeouts import service as timeouts
from community.timeouts.models import TimeoutApplied
from community.timeouts.retention import delete_expired
from community.voting.ballots import cast_ballot
from kernel.database import Tx, connect, transaction
from kernel.events import service as events
from tests.support.factories import announced, hold_target, holdings, make_player, stored, unlock
from tests.support.races import race_of

ALICE = PlayerRef("twitch", "a-1001", "Alicia")


def forgotten(tx: Tx, ref: PlayerRef) -> Player:
    return forget(tx, ref, confirmation(stored(tx, ref).id))


def busy_player(tx: Tx) -> Player:
    """A player with two accounts who has left traces in many tables, the log included."""
    hold_target(tx)
    unlock(tx, "feature_search", "feature_economy", "job_merchant")
    on_discord = make_player(tx, "Alicia on Discord", platform="discord", platform_id="d-2002")
    handle_message(tx, ALICE, "hello")
    token = start_link(tx, ALICE)
    claim_link(tx, token.token, on_discord)
    confirm_link(tx, ALICE)
    imports.import_points(tx, "twitch", "alicia,500\n", "admin")
    give_item(tx, ALICE, make_player(tx, "bob"), "money", 20)
    search_for_treasure(tx, ALICE)
    award_xp(tx, ALICE, "merchant", 50, "test")
    timeouts.apply_timeout(tx, ALICE, timedelta(minutes=5), "spam")
    stats.roll_up(tx)
    return stored(tx, ALICE)


def everything(tx: Tx) -> str:
    """All rows of all tables as text, without the log's stored answers."""
    tables = tx.execute(
        """
        SELECT table_name FROM information_schema.tables
        WHERE table_schema = 'public' AND table_type = 'BASE TABLE'
          AND table_name NOT LIKE 'events_%' AND table_name <> 'idempotency_keys'
        """
    ).fetchall()
    rows = [
        tx.execute(f"SELECT coalesce(json_agg(t), '[]')::text AS rows FROM \"{row['table_name']}\" t").fetchone()  # type: ignore[arg-type]
        for row in tables
    ]
    return "\n".join(row["rows"] for row in rows if row)


def test_every_table_about_players_is_exported(tx: Tx):
    rows = tx.execute(
        """
        SELECT DISTINCT table_name
        FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
        WHERE table_schema = 'public' AND table_type = 'BASE TABLE'
          AND (column_name IN ('user_id', 'initiator_id', 'setter_id', 'target_id', 'winner_id')
               OR column_name LIKE '%platform_user_id' OR column_name LIKE '%platform_id')
        """
    ).fetchall()

    names = {row["table_name"] for row in rows if not row["table_name"].startswith("events_")}
    assert names == {table.name for table in TABLES}


def test_an_export_has_everything(tx: Tx):
    player = busy_player(tx)

    export = export_player(tx, ALICE)

    filled = {name for name, rows in export.records.items() if rows}
    assert filled >= {
        *("users", "user_platform_links", "user_inventory", "user_achievements", "user_streaks", "cooldowns"),
        *("player_timeouts", "active_chatters", "stats_events", "stats_standings", "import_entries", "events"),
        *("user_jobs", "job_xp_events", "link_tokens"),
    }
    assert {row["username"] for row in export.records["user_platform_links"]} == {"Alicia", "Alicia on Discord"}
    assert {row["type"] for row in export.records["events"]} >= {"item.transferred", "balance.imported"}
    assert export.user_id == player.id
    json.dumps(export.records)


def test_tables_with_many_rows_are_exported_in_pages(tx: Tx, monkeypatch: pytest.MonkeyPatch):
    busy_player(tx)
    monkeypatch.setattr("community.privacy.exporting.ROWS", 2)
    page = export_player(tx, ALICE)
    rows = list(page.records["events"])
    while page.more.get("events"):
        page = export_more(tx, ALICE, "events", page.more["events"])
        rows += page.records["events"]

    monkeypatch.undo()
    assert rows == export_player(tx, ALICE).records["events"]
    assert len(rows) > 2


def test_pages_of_an_export_are_also_cut_by_their_length(tx: Tx, monkeypatch: pytest.MonkeyPatch):
    busy_player(tx)
    whole = export_player(tx, ALICE)
    longest = max(len(json.dumps(json.dumps(row))) for row in whole.records["events"])
    monkeypatch.setattr("community.privacy.exporting.MOST_BYTES", 2 * longest)

    page = export_player(tx, ALICE)
    rows = list(page.records["events"])
    assert page.records.keys() == whole.records.keys()
    assert page.records["user_platform_links"] == whole.records["user_platform_links"]
    assert len(rows) < len(whole.records["events"])
    while page.more.get("events"):
        page = export_more(tx, ALICE, "events", page.more["events"])
        assert 1 <= len(page.records["events"]) < len(whole.records["events"])
        rows += page.records["events"]
    assert rows == whole.records["events"]


def test_players_who_no_longer_fit_into_a_page_are_on_the_next(tx: Tx, monkeypatch: pytest.MonkeyPatch):
    for name in ("alice", "bob", "carol"):
        make_player(tx, name, money=5)
    monkeypatch.setattr("community.privacy.exporting.MOST_BYTES", 1)

    pages = [export_community(tx)]
    while pages[-1].next:
        pages.append(export_community(tx, pages[-1].next))

    assert [len(page.players) for page in pages] == [1, 1, 1]
    assert {page.players[0].username for page in pages} == {"alice", "bob", "carol"}


def test_a_community_is_exported_in_pages(tx: Tx):
    for name in ("alice", "bob", "carol"):
        make_player(tx, name, money=5)

    first = export_community(tx, most=2)
    second = export_community(tx, first.next, most=2)

    assert [player.username for player in (*first.players, *second.players)].count("bob") == 1
    assert len(first.players) == 2
    assert second.next is None
    assert first.community["stats_totals"] is not None
    assert second.community == {}
    assert {"users", "user_platform_links", "user_inventory"} <= first.players[0].records.keys()


def test_nothing_names_a_player_who_was_forgotten(tx: Tx):
    player = busy_player(tx)
    assert "alicia" in everything(tx).lower()

    forgotten(tx, ALICE)

    left = everything(tx).lower()
    for trace in (str(player.id), "alicia", "a-1001", "d-2002"):
        assert trace not in left
    with pytest.raises(NoSuchPlayer):
        players.get_player(tx, ALICE)


def data_of_stats(tx: Tx) -> list[dict[str, Any]]:
    rows = tx.execute(
        "SELECT event_data FROM stats_events WHERE event_data IS NOT NULL"
        " UNION ALL SELECT event_data FROM stats_inbox WHERE event_data IS NOT NULL"
    )
    return sorted((row["event_data"] for row in rows), key=json.dumps)


def test_nor_does_the_data_of_stats(tx: Tx):
    make_player(tx, "Alicia", platform_id="a-1001")
    bob = make_player(tx, "bob")
    player = stored(tx, ALICE)
    for _ in range(2):  # some have been rolled up, some not
        stats.roll_up(tx)
        record(tx, ALICE, "tip", {"to": "bob"})
        for data in ({"from": "ALICIA"}, {"ids": ["a-1001"]}, {"player_id": str(player.id)}, {"reason": "for Alicia"}):
            record(tx, bob, "tip", data)

    forgotten(tx, ALICE)

    [first, *_, last] = data_of_stats(tx)
    assert (first, last["reason"]) == ({"from": FORGOTTEN}, f"for {FORGOTTEN}")
    assert [trace for trace in ("licia", "LICIA", "a-1001", str(player.id)) if trace in everything(tx)] == []


@pytest.mark.parametrize("name", ["note", "5", "hello", "player_id"])
def test_what_others_have_sent_stays_although_a_player_is_called_as_a_field_or_a_word_of_it(tx: Tx, name: str):
    bob = make_player(tx, "bob")
    make_player(tx, name, platform_id="n-1")
    for _ in range(2):
        stats.roll_up(tx)
        record(tx, bob, "tip", {"note": "hello world", "n": 5, "player_id": "5 hello"})
    before = data_of_stats(tx)

    forgotten(tx, PlayerRef("twitch", "n-1"))

    assert data_of_stats(tx) == before


def test_nor_by_an_earlier_name_or_as_a_player_who_was_merged(tx: Tx):
    old, other = PlayerRef("twitch", "t9", "Oldname"), PlayerRef("discord", "d9", "Othername")
    bob = make_player(tx, "bob")
    for ref in (old, other):
        handle_message(tx, ref, "hello")
        timeouts.apply_timeout(tx, bob, timedelta(minutes=5), f"rude to {ref.username}")
        timeouts.apply_timeout(tx, ref, timedelta(minutes=5), f"{ref.username} was rude")
    merged_id = str(stored(tx, other).id)
    for ref in (replace(old, username="Newname"), replace(other, username="Lastname")):
        handle_message(tx, ref, "hello again")
    claim_link(tx, start_link(tx, old).token, other)
    confirm_link(tx, old)

    forgotten(tx, old)

    left = everything(tx)
    assert [trace for trace in ("Oldname", "Newname", "Othername", "Lastname", merged_id) if trace in left] == []


ELSEWHERE = PlayerRef("discord", "d-90887", "Elsewhere")


def an_account_departs(tx: Tx, left: str) -> Player:
    """An account leaves a player of two, and is named in reasons and in what bots have sent."""
    bob = make_player(tx, "bob")
    stays = PlayerRef("twitch", "s-10017", "Stays")
    if left == "a merge":
        make_player(tx, "Stays", platform="discord", platform_id="s-2")
        register(tx, PlayerRef("discord", "s-2", "Stays"), stays)
        make_player(tx, "Else", platform="youtube", platform_id="e-2")
        register(tx, PlayerRef("youtube", "e-2", "Else"), ELSEWHERE)
    else:
        register(tx, stays, ELSEWHERE)
    timeouts.apply_timeout(tx, bob, timedelta(minutes=5), "because of Elsewhere")
    timeouts.apply_timeout(tx, ELSEWHERE, timedelta(seconds=1), "Elsewhere again")
    record(tx, bob, "tip", {"from": "Elsewhere", "platform_id": "d-90887"})
    if left == "a merge":
        claim_link(tx, start_link(tx, stays).token, PlayerRef("youtube", "e-2", "Else"))
        confirm_link(tx, stays)
    elif left == "another account":
        register(tx, stays, PlayerRef("discord", "d-2", "Replacement"))
    else:
        request_unlink(tx, stays, "discord")
        confirm_unlink(tx, stays, "discord")
    tx.now += timedelta(seconds=2)
    delete_expired(tx)
    return stored(tx, stays)


@pytest.mark.parametrize("left", ["unlinking", "another account", "a merge"])
def test_nor_do_traces_of_accounts_that_left(tx: Tx, left: str):
    player = an_account_departs(tx, left)

    forgotten(tx, PlayerRef("", user_id=player.id))

    assert [trace for trace in ("Elsewhere", "d-90887", "Stays", "s-10017") if trace in everything(tx)] == []


def test_an_account_that_left_and_plays_keeps_its_name_until_it_is_forgotten_itself(tx: Tx):
    player = an_account_departs(tx, "unlinking")
    handle_message(tx, ELSEWHERE, "hello")

    forgotten(tx, PlayerRef("", user_id=player.id))
    assert {"from": "Elsewhere", "platform_id": "d-90887"} in data_of_stats(tx)

    forgotten(tx, ELSEWHERE)
    assert [trace for trace in ("Elsewhere", "d-90887") if trace in everything(tx)] == []


def test_nor_does_the_player_whom_the_account_has_left(tx: Tx):
    player = an_account_departs(tx, "unlinking")
    handle_message(tx, ELSEWHERE, "hello")

    forgotten(tx, ELSEWHERE)

    assert [trace for trace in ("Elsewhere", "d-90887") if trace in everything(tx)] == []
    assert stored(tx, PlayerRef("", user_id=player.id)).username == "Stays"


def test_nor_do_the_timeouts_of_others(tx: Tx):
    make_player(tx, "Alicia", platform_id="a-1001")
    for name in ("bob", "carol"):
        timeouts.apply_timeout(tx, make_player(tx, name, platform_id=name), timedelta(minutes=5), "a dart of Alicia's")
    timeouts.apply_timeout(tx, PlayerRef("twitch", username="stranger"), timedelta(minutes=5), "a dart of Alicia's")
    forgotten(tx, PlayerRef("twitch", "carol", "carol"))

    forgotten(tx, ALICE)

    assert "alicia" not in everything(tx).lower()
    assert timeouts.read_timeout(tx, PlayerRef("twitch", "bob")).remaining > timedelta(minutes=4)


@pytest.mark.parametrize("name", ["timestamp", 'say "hi" \\o/', "Zoë (]"])
def test_a_name_is_found_where_it_may_be_and_not_as_a_field_or_a_word_of_ours(tx: Tx, name: str):
    bob, named = uuid4(), uuid4()
    used = ItemUsed(user_id=bob, username="bob", platform="twitch", item_name="x", quantity=1, timestamp=0)
    applied = TimeoutApplied(platform="twitch", username="bob", duration_seconds=1, reason="", timestamp=0)
    blast = BlastExploded(
        platform="twitch", setter_id=bob, usernames=["a]", 'b"'], silenced_count=1, duration_seconds=1, timestamp=0
    )
    say = partial(events.broadcast, tx, "said")
    for no in (used, used.model_copy(update={"item_name": name}), applied, blast):
        events.announce(tx, no)
    events.announce(tx, applied.model_copy(update={"reason": f"a dart of {name}y's"}))
    say({name: "bob"})
    yes = [
        used.model_copy(update={"target": name.title()}),
        used.model_copy(update={"user_id": named}),
        applied.model_copy(update={"username": name}),
        applied.model_copy(update={"reason": f'"{name}" did it'}),
        applied.model_copy(update={"reason": name}),
        blast.model_copy(update={"usernames": [*blast.usernames, name]}),
    ]
    events.announce(tx, *yes)
    said = ({"to": name}, ["bob", name], name, {"by": str(named)}, {"reason": f"of {name}."}, {"id": "a-1001"})
    for payload in said:
        say(payload)
    found: list[Any] = []

    def find(payload: Any, *, own: bool, free: bool) -> Any:
        found.append(payload)
        return payload

    events.rewrite(tx, [named], uuid4(), mentions([named], [name], ["a-1001"]), find)

    ours = [json.loads(event.model_dump_json()) for event in yes]
    assert found == [*ours, *said]


def test_a_player_called_as_a_field_or_a_word_of_ours_can_be_forgotten(tx: Tx):
    bob = make_player(tx, "bob")
    for name in ("applied", "timestamp"):
        player = make_player(tx, name, platform_id=f"id-{name}")
        timeouts.apply_timeout(tx, player, timedelta(minutes=5), f"a dart of {name}")
    timeouts.apply_timeout(tx, bob, timedelta(minutes=5), "misapplied")

    for name in ("applied", "timestamp"):
        forgotten(tx, PlayerRef("twitch", f"id-{name}"))

    rows = announced(tx, "timeout.applied")
    assert {row["action"] for row in rows} == {"applied"}
    assert [row["username"] for row in rows] == [FORGOTTEN, FORGOTTEN, "bob"]
    assert [row["reason"] for row in rows] == [f"a dart of {FORGOTTEN}", f"a dart of {FORGOTTEN}", "misapplied"]
    [bobs] = tx.execute("SELECT reason FROM player_timeouts").fetchall()
    assert bobs["reason"] == "misapplied"


def test_events_that_are_about_one_player_are_read_for_that_one_only(tx: Tx):
    alice, bob = uuid4(), uuid4()
    for each in (alice, bob):
        events.announce(tx, ItemAdded(user_id=each, item_name="alice", quantity=1, timestamp=0))
    events.broadcast(tx, "note", {"to": "Alice"})

    changed = events.rewrite(
        tx, [alice], uuid4(), mentions([], ["alice"], []), lambda payload, own, free: {}, about_one={"item.added"}
    )

    assert changed == 2
    assert [len(payload) for payload in announced(tx, "item.added")] == [0, 4]


def test_what_a_forgotten_player_had_is_gone_as_an_event(tx: Tx):
    hold_target(tx)
    alice = make_player(tx, "alice", money=70, items={"item_spade": 2})
    imports.import_points(tx, "twitch", "alice,1000000\n", "admin")
    bob = make_player(tx, "bob", money=5)

    player = forgotten(tx, alice)

    [event] = announced(tx, "user.forgotten")
    assert {row["item_name"]: row["quantity"] for row in event["items"]} == {"money": 1_000_070, "item_spade": 2}
    assert event["user_id"] != str(player.id)
    # The player's earlier events now belong to the same unknown one.
    assert {row["user_id"] for row in announced(tx, "balance.imported")} == {event["user_id"]}
    assert holdings(tx, bob) == {"money": 5}


def test_the_community_keeps_its_sums(tx: Tx):
    busy_player(tx)
    before = tx.execute("SELECT event_type, total, daily FROM stats_totals ORDER BY event_type").fetchall()

    forgotten(tx, ALICE)
    stats.roll_up(tx)
    assert tx.execute("SELECT event_type, total, daily FROM stats_totals ORDER BY event_type").fetchall() == before

    tx.now += timedelta(days=2)
    stats.roll_up(tx)
    assert {row["daily"] for row in tx.execute("SELECT daily FROM stats_totals").fetchall()} == {0}


def test_an_open_ballot_is_withdrawn(tx: Tx):
    alice = make_player(tx, "alice")
    cast_ballot(tx, alice, 1)
    assert tx.execute("SELECT sum(vote_count) AS n FROM voting_options").fetchone() == {"n": 1}

    forgotten(tx, alice)

    assert tx.execute("SELECT sum(vote_count) AS n FROM voting_options").fetchone() == {"n": 0}


def test_a_wrong_code_forgets_no_one(tx: Tx):
    alice = make_player(tx, "alice")

    with pytest.raises(WrongConfirmation):
        forget(tx, alice, "00000000")

    assert stored(tx, alice).username == "alice"


def test_a_player_in_a_gamble_must_wait(tx: Tx):
    unlock(tx, "feature_gamble")
    alice = make_player(tx, "alice", items={"lootbox_tier1": 1})
    start_gamble(tx, alice, [("lootbox_tier1", 1)])

    with pytest.raises(StillPlaying):
        forgotten(tx, alice)


def test_who_comes_back_is_new_but_is_paid_nothing_twice(tx: Tx):
    busy_player(tx)
    before = stored(tx, ALICE)
    paid = {key for key, each in before[Achievements].progress.items() if each.unlocked_at}
    forgotten(tx, ALICE)

    back, _ = handle_message(tx, ALICE, "hello again")

    assert back.id != before.id
    assert "first_words" in paid
    assert {key for key, each in stored(tx, ALICE)[Achievements].progress.items() if each.unlocked_at} >= paid
    assert holdings(tx, ALICE).get("money", 0) == 0
    assert timeouts.read_timeout(tx, ALICE).remaining > timedelta(minutes=4)
    with pytest.raises(OnCooldown):
        search_for_treasure(tx, ALICE)


def test_the_first_action_after_it_finds_the_cooldown_as_well(tx: Tx):
    busy_player(tx)
    forgotten(tx, ALICE)

    with pytest.raises(OnCooldown):
        search_for_treasure(tx, ALICE)


def test_a_batch_of_lines_knows_who_comes_back(tx: Tx):
    busy_player(tx)
    forgotten(tx, ALICE)

    handle_messages(tx, "twitch", [Line(ALICE, "hello"), Line(PlayerRef("twitch", "b", "ben"), "hi")])

    assert holdings(tx, ALICE).get("money", 0) == 0


def test_the_daily_experience_counts_on(tx: Tx):
    hold_target(tx)
    unlock(tx, "job_merchant")
    alice = make_player(tx, "alice")
    award_xp(tx, alice, "merchant", 100, "test")
    daily = stored(tx, alice)[Jobs].progress["merchant"].daily_xp
    forgotten(tx, alice)

    register(tx, alice, alice)

    kept = stored(tx, alice)[Jobs].progress["merchant"]
    assert (kept.xp, kept.daily_xp) == (0, daily)


def test_an_account_that_is_added_to_another_player_brings_its_limits(tx: Tx):
    busy_player(tx)
    forgotten(tx, ALICE)
    bob = make_player(tx, "bob", platform="discord")

    register(tx, bob, ALICE)

    assert timeouts.read_timeout(tx, bob).remaining > timedelta(minutes=4)


def test_an_exclusion_outlives_the_name(tx: Tx):
    hold_target(tx)
    alice = make_player(tx, "alice", platform_id="a-1001")
    exclusions.exclude(tx, ListedAccount("twitch", username="alice"))
    forgotten(tx, alice)

    back, _ = handle_message(tx, PlayerRef("twitch", "a-1001", "another name"), "hello")
    assert back.excluded

    exclusions.include(tx, ListedAccount("twitch", "a-1001"))
    assert not stored(tx, alice).excluded


def test_who_was_forgotten_and_may_play_again_may_so_with_all_their_accounts(tx: Tx):
    hold_target(tx)
    alice, elsewhere = PlayerRef("twitch", "a-1001", "alice"), PlayerRef("discord", "d-1001", "alice")
    register(tx, alice, elsewhere)
    exclusions.exclude(tx, ListedAccount("twitch", username="alice"))
    forgotten(tx, alice)

    exclusions.include(tx, ListedAccount("twitch", "a-1001"))

    assert [handle_message(tx, ref, "hello")[0].excluded for ref in (alice, elsewhere)] == [False, False]


def test_a_hash_says_nothing_and_goes_when_the_account_is_back(tx: Tx):
    hold_target(tx)
    alice = make_player(tx, "alice", platform_id="a-1001")
    forgotten(tx, alice)
    hashes = "SELECT account_hash FROM forgotten_accounts"
    assert tx.execute(hashes).fetchall() == [{"account_hash": account_hashes("twitch", "a-1001")[0]}]
    assert progression.current_state(tx).forgotten

    register(tx, alice, alice)

    assert tx.execute(hashes).fetchall() == []


def test_a_new_key_of_the_hashes_keeps_what_the_old_one_recognises(tx: Tx, monkeypatch: pytest.MonkeyPatch):
    busy_player(tx)
    ben = make_player(tx, "ben", platform_id="b-1")
    exclusions.exclude(tx, ListedAccount("twitch", "b-1"))
    code = confirmation(stored(tx, ALICE).id)
    forgotten(tx, ben)
    monkeypatch.setattr(hashing, "settings", HashSettings((b"new", b"brandish")))

    forget(tx, ALICE, code)
    hashes = {row["account_hash"] for row in tx.execute("SELECT account_hash FROM forgotten_accounts")}
    assert hashes == {
        *(account_hashes(*account)[0] for account in (("twitch", "a-1001"), ("discord", "d-2002"))),
        account_hashes("twitch", "b-1")[1],
    }
    monkeypatch.setattr(hashing, "settings", HashSettings((b"newer", b"new", b"brandish")))

    with pytest.raises(OnCooldown):
        search_for_treasure(tx, ALICE)
    assert handle_message(tx, PlayerRef("twitch", "b-1", "another name"), "hello")[0].excluded
    exclusions.include(tx, ListedAccount("twitch", "b-1"))
    assert not stored(tx, ben).excluded


def test_two_who_forget_the_same_player_at_once_and_a_line_in_between(database_url: str):
    with closing(connect(database_url)) as connection, transaction(connection) as tx:
        alice = make_player(tx, "alice", money=500)
        code = confirmation(stored(tx, alice).id)

    with race_of(3, database_url) as race:
        race(
            partial(forget, ref=alice, code=code),
            partial(forget, ref=alice, code=code),
            lambda tx: handle_message(tx, alice, "hello"),
        )

    with closing(connect(database_url)) as connection, transaction(connection) as tx:
        assert len(announced(tx, "user.forgotten")) == 1
        found, _ = players.peek(tx, alice)
        assert found is None or holdings(tx, alice).get("money", 0) < 500


def test_unpublished_events_are_rewritten_too(tx: Tx):
    busy_player(tx)
    forgotten(tx, ALICE)
    sent: list[str] = []

    while events.publish_due(tx, lambda batch: [sent.append(json.dumps(each.as_json())) for each in batch]):
        pass

    assert sent
    assert not any("alicia" in text.lower() for text in sent)
