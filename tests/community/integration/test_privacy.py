"""Exports of players and communities, and players who are forgotten."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import timedelta
from functools import partial

import pytest

from community.account_hashes import account_hash
from community.achievements.models import Achievements
from community.cooldowns.models import OnCooldown
from community.exclusions import service as exclusions
from community.exclusions.models import ListedAccount
from community.gambles.service import start_gamble
from community.imports import service as imports
from community.inventory.service import give_item
from community.jobs.awards import award_xp
from community.jobs.models import Jobs
from community.linking.service import claim_link, confirm_link, start_link
from community.messages.models import Line
from community.messages.service import handle_message, handle_messages
from community.players import service as players
from community.players.models import NoSuchPlayer, Player, PlayerRef
from community.players.registration import register
from community.privacy.exporting import export_community, export_more, export_player
from community.privacy.forgetting import confirmation, forget
from community.privacy.models import StillPlaying, WrongConfirmation
from community.privacy.tables import TABLES
from community.progression import service as progression
from community.search.service import search_for_treasure
from community.stats import rollup as stats
from community.timeouts import service as timeouts
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


def test_a_hash_says_nothing_and_goes_when_the_account_is_back(tx: Tx):
    hold_target(tx)
    alice = make_player(tx, "alice", platform_id="a-1001")
    forgotten(tx, alice)
    hashes = "SELECT account_hash FROM forgotten_accounts"
    assert tx.execute(hashes).fetchall() == [{"account_hash": account_hash("twitch", "a-1001")}]
    assert progression.current_state(tx).forgotten

    register(tx, alice, alice)

    assert tx.execute(hashes).fetchall() == []


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
