"""What `make inspect` shows: every table, once, with its feature; and one person whole."""

from __future__ import annotations

import sys
from collections import Counter
from contextlib import nullcontext
from pathlib import Path

import pytest

from community.inventory.models import Quality
from community.players.models import NoSuchPlayer, PlayerRef
from community.stats import recording
from kernel.database import Connection, transaction
from local.stack.postgres import Postgres
from local.tools import backup
from local.tools.inspect import __main__ as inspect
from local.tools.inspect.overview import PRODUCTS, overview
from local.tools.inspect.person import WIDTH, person
from local.tools.inspect.slow import slow_statements
from tests.support.factories import make_player, make_stacks
from tests.support.people import make_someone


def test_every_table_belongs_to_one_feature(conn: Connection):
    declared = [table for inspections in PRODUCTS.values() for each in inspections for table in each.tables]
    stored = conn.execute(
        """
        SELECT CASE n.nspname WHEN 'public' THEN '' ELSE n.nspname || '.' END || c.relname AS name
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname NOT LIKE 'pg_%' AND n.nspname <> 'information_schema'
          AND n.nspname <> 'untouched'  -- the tests' own
          AND c.relkind IN ('r', 'p') AND NOT c.relispartition
        """
    )

    assert Counter(declared) == Counter(row["name"] for row in stored)


def test_the_overview_says_how_much_there_is_and_what_is_open(conn: Connection):
    with transaction(conn) as tx:
        make_player(tx, "alice", items={"lootbox_tier0": 3})
    conn.execute("SET default_transaction_read_only = on")

    lines = [*overview(conn), *slow_statements(conn)]

    [users] = [line for line in lines if line.strip().startswith("users ")]
    assert users.split()[1:3] == ["1", "rows"]
    [voting] = [line for line in lines if line.strip().startswith("voting ")]
    assert "ballots in it: 0" in voting
    assert {"Community", "Personas", "Kernel", "Statements"} <= set(lines)
    conn.execute("SET default_transaction_read_only = off")


def test_an_emptied_game_has_nothing_to_look_at_or_to_back_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], postgres: Postgres
):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Postgres, "start", lambda *_, **__: nullcontext(postgres))  # has no database called brandish
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("15")
    assert postgres.has_database("postgres")
    for program, arguments in ((inspect, []), (backup, ["backup"])):
        monkeypatch.setattr(program, "FOLDER", tmp_path)
        monkeypatch.setattr(program, "find_data", lambda data: data)
        monkeypatch.setattr(sys, "argv", ["tool", *arguments])

        assert program.main() == 1
        assert capsys.readouterr().err == f"There is no game in {tmp_path} yet: make dev starts one.\n"


def test_things_of_other_qualities_are_told_apart_and_no_row_fills_the_screen(conn: Connection):
    with transaction(conn) as tx:
        make_stacks(tx, "lootbox_tier1", {Quality.COMMON: 4, Quality.JUNK: 3})
        recording.record(tx, PlayerRef("twitch", username="alice"), "sneezed", {"sound": "a" * 2000})

    lines = list(person(conn, "alice", None))

    assert "    lootbox_tier1 4, lootbox_tier1 3 (junk)" in lines
    assert max(map(len, lines)) == 4 + WIDTH


def test_a_person_is_shown_whole_with_their_web_account(conn: Connection):
    with transaction(conn) as tx:
        make_player(tx, "alice", platform="discord", items={"lootbox_tier0": 3})
        ann = make_someone(tx, "Ann")
        tx.execute("INSERT INTO player_accounts (account_id, user_id) SELECT %s, user_id FROM users", (ann.account_id,))

    lines = list(person(conn, "Alice", None))

    assert lines[0].startswith("alice  ")
    assert "    lootbox_tier0 3" in lines
    assert any(line.startswith("  web account, ") and line.endswith("(1)") for line in lines)
    assert any("ann@example.org" in line for line in lines)


def test_a_stranger_is_said_to_be_one(conn: Connection):
    with pytest.raises(NoSuchPlayer):
        list(person(conn, "stranger", None))
