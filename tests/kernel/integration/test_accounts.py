"""Accounts under races, and what is left of them."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from threading import Barrier
from typing import Any, TypeVar
from uuid import uuid4

import pytest

from functions.shared.accounts import products
from kernel.accounts import leaving as kernel_leaving
from kernel.accounts import mails, queries, resets, retention, service, sessions
from kernel.accounts.leaving import Export, InvalidExportCursor, NoSuchExport
from kernel.accounts.models import (
    BadCredentials,
    Device,
    EmailTaken,
    Identity,
    InvalidReset,
    LockedOut,
    SessionEnded,
    UserNameTaken,
    WrongPassword,
)
from kernel.accounts.settings import settings
from kernel.database import Connection, Tx, connect, transaction
from kernel.errors import DomainError, TryAgain
from kernel.rate_limits import RateLimited
from personas import leaving

T = TypeVar("T")
DEVICE = Device("203.0.113.7", "a browser")


def sign_up(tx: Tx, email: str = "ann@x.io", name: str | None = None) -> Identity:
    return service.sign_up(tx, email, "hash", "en", DEVICE, name)[1]


def at_once(url: str, *use_cases: Callable[[Tx], T]) -> list[T | DomainError]:
    """Run use cases at the same moment, each on a connection of its own."""
    barrier = Barrier(len(use_cases))

    def run(use_case: Callable[[Tx], T]) -> T | DomainError:
        with closing(connect(url)) as conn:
            barrier.wait()
            while True:
                try:
                    with transaction(conn) as tx:
                        return use_case(tx)
                except TryAgain:
                    continue
                except DomainError as refusal:
                    return refusal

    with ThreadPoolExecutor(len(use_cases)) as pool:
        return list(pool.map(run, use_cases))


def kinds_of(results: list[Any]) -> list[str]:
    return sorted(type(result).__name__ for result in results)


def test_of_sign_ups_with_one_address_at_once_one_succeeds(database_url: str, conn: Connection):
    signed_up = at_once(database_url, *[lambda tx: sign_up(tx)] * 4)

    assert kinds_of(signed_up) == ["EmailTaken"] * 3 + ["Identity"]
    assert conn.execute("SELECT count(*) AS n FROM kernel.sessions").fetchone() == {"n": 1}


def test_of_sign_ups_with_one_name_at_once_one_succeeds(database_url: str):
    signed_up = at_once(database_url, *[lambda tx, n=n: sign_up(tx, f"{n}@x.io", "Ann") for n in range(3)])

    assert kinds_of(signed_up) == ["Identity"] + ["UserNameTaken"] * 2


def test_of_30_guesses_at_once_10_are_looked_at(database_url: str, conn: Connection):
    with transaction(conn) as tx:
        sign_up(tx)
    many = settings.signing_in.__class__("test", 1000)

    tried = at_once(database_url, *[lambda tx: service.begin_log_in(tx, "ann@x.io", "203.0.113.7", many)] * 30)

    assert kinds_of(tried) == ["Attempt"] * 10 + ["LockedOut"] * 20
    with transaction(conn) as tx:  # no one locks out someone else
        assert service.begin_log_in(tx, "ann@x.io", "203.0.113.8", many).password_hash == "hash"


def test_a_lock_lasts_15_minutes_from_the_last_try_that_counted(tx: Tx):
    sign_up(tx)
    began = tx.now
    for minute in range(10):
        tx.now = began + timedelta(minutes=minute)
        service.begin_log_in(tx, "ann@x.io", "here")

    tx.now = began + timedelta(minutes=9 + 14, seconds=59)
    with pytest.raises(LockedOut) as locked:
        service.begin_log_in(tx, "ann@x.io", "here")
    assert locked.value.details["seconds"] == 1
    tx.now = began + timedelta(minutes=9 + 15)
    service.begin_log_in(tx, "ann@x.io", "here")


def test_tries_are_forgotten_after_15_minutes(tx: Tx):
    for _ in range(9):
        service.begin_log_in(tx, "ann@x.io", "here")
    tx.now += timedelta(minutes=15)

    for _ in range(9):
        service.begin_log_in(tx, "ann@x.io", "here")


def test_tries_from_a_future_that_never_came_lock_no_one(tx: Tx):
    tx.now += timedelta(days=3)
    for _ in range(10):
        service.begin_log_in(tx, "ann@x.io", "here")
    tx.now -= timedelta(days=3)

    service.begin_log_in(tx, "ann@x.io", "here")


def test_a_log_in_with_the_old_password_leaves_no_session_behind_a_new_one(database_url: str, conn: Connection):
    """Whichever comes first: it is refused, or its session is ended."""
    with transaction(conn) as tx:
        me = sign_up(tx)
    with transaction(conn) as tx:
        attempt = service.begin_log_in(tx, "ann@x.io", "here")

    def log_in(tx: Tx) -> Identity:
        return service.log_in(tx, attempt, DEVICE)[1]

    def change(tx: Tx) -> int:
        return service.change_password(tx, me, attempt, "new hash")

    for _ in range(5):
        at_once(database_url, log_in, change, log_in)
        with transaction(conn) as tx:
            assert [session.session_id for session in service.list_sessions(tx, me)] == [me.session_id]
            tx.execute("UPDATE kernel.accounts SET password_hash = 'hash'")


def test_a_password_that_was_changed_in_between_opens_nothing(tx: Tx):
    me = sign_up(tx)
    attempt = service.begin_log_in(tx, "ann@x.io", "here")
    service.change_password(tx, me, attempt, "new hash")

    with pytest.raises(BadCredentials):
        service.log_in(tx, attempt, DEVICE)
    for act in (lambda: service.change_password(tx, me, attempt, "x"), lambda: service.delete_account(tx, me, attempt)):
        with pytest.raises(WrongPassword):
            act()


def test_a_request_that_runs_while_its_session_is_ended_is_the_last_one(database_url: str, conn: Connection):
    with transaction(conn) as tx:
        me = sign_up(tx)

    with transaction(conn) as tx, sessions.signed_in(tx, me):
        service.get_account(tx, me)
        with closing(connect(database_url)) as other, transaction(other) as elsewhere:
            service.end_session(elsewhere, me, me.session_id)  # does not wait for the request

    with transaction(conn) as tx, pytest.raises(SessionEnded), sessions.signed_in(tx, me):
        service.get_account(tx, me)


def test_a_link_for_a_new_password_is_used_once(database_url: str, conn: Connection):
    with transaction(conn) as tx:
        me = sign_up(tx)
        queries.replace_reset(tx, mails.digest("token"), me.account_id, tx.now + timedelta(hours=1))

    used = at_once(
        database_url, *[lambda tx, n=n: service.reset_password(tx, "token", f"new hash {n}") for n in range(4)]
    )

    assert kinds_of(used) == ["InvalidReset"] * 3 + ["UUID"]
    with transaction(conn) as tx, pytest.raises(InvalidReset):
        service.reset_password(tx, "token", "another hash")


def test_a_name_is_taken_by_one_of_two(database_url: str, conn: Connection):
    with transaction(conn) as tx:
        people = [sign_up(tx, f"{n}@x.io") for n in range(2)]

    for name in ("Ann", "Bea", "Cleo"):
        renamed = at_once(
            database_url, *[lambda tx, me=me, name=name: service.update_profile(tx, me, name, None) for me in people]
        )
        assert kinds_of(renamed) == ["AccountDetails", "UserNameTaken"]


def test_the_address_and_the_name_are_compared_without_case(tx: Tx):
    sign_up(tx, "ann@x.io", "Änn")

    for email, name, refusal in (("ANN@X.IO", None, EmailTaken), ("bob@x.io", "äNN", UserNameTaken)):
        with pytest.raises(refusal):
            sign_up(tx, email, name)
        with pytest.raises(refusal):
            service.require_free(tx, email, name, "here")


def test_mails_to_one_address_are_limited_whoever_asks(tx: Tx):
    for _ in range(5):
        resets.ask_for_reset(tx, "ann@x.io", "https://brandish.example", "203.0.113.7")
        tx.execute("UPDATE kernel.outside_requests SET status = 'done'")

    rows = tx.execute("SELECT input FROM kernel.outside_requests").fetchall()
    assert [row["input"]["email"] for row in rows] == ["ann@x.io"] * 3


def test_mails_of_a_day_are_limited_by_the_mailbox_and_by_who_asks(tx: Tx):
    """Anyone may sign up with the mailbox of a stranger, who would have many mails otherwise, or one of many people."""
    for hour in range(12):
        tx.now += timedelta(hours=1)
        resets.ask_for_reset(tx, "ann@x.io", "https://brandish.example", f"203.0.113.{hour}")
        tx.execute("UPDATE kernel.outside_requests SET status = 'done'")
    for number in range(22):
        resets.ask_for_reset(tx, f"a{number}@x.io", "https://brandish.example", "198.51.100.7")

    rows = tx.execute("SELECT input FROM kernel.outside_requests").fetchall()
    sent = [row["input"]["email"] for row in rows]
    assert (sent.count("ann@x.io"), len(sent)) == (10, 30)


def test_sign_ups_are_counted_although_they_are_refused(conn: Connection):
    limit = settings.signing_in
    with transaction(conn) as tx:
        sign_up(tx)

    refused = []
    for _ in range(limit.requests + 1):
        with pytest.raises((EmailTaken, RateLimited)) as raised, transaction(conn) as tx:
            service.require_free(tx, "ann@x.io", None, "here", limit)
        refused.append(raised.type.__name__)

    assert refused == ["EmailTaken"] * limit.requests + ["RateLimited"]


def test_what_has_ended_is_deleted_a_day_later(tx: Tx):
    me = sign_up(tx)
    service.begin_log_in(tx, "ann@x.io", "here", settings.signing_in)
    queries.replace_reset(tx, mails.digest("token"), me.account_id, tx.now + timedelta(hours=1))

    def left() -> list[int]:
        tables = ("sessions", "failed_log_ins", "password_resets", "rate_windows")
        return [len(tx.execute(f"SELECT FROM kernel.{table}").fetchall()) for table in tables]

    tx.now += timedelta(hours=23)
    retention.delete_expired(tx)
    assert left() == [1, 1, 1, 1]
    tx.now += timedelta(hours=25, minutes=1)
    retention.delete_expired(tx)
    assert left() == [0, 0, 0, 0]


# ---------------------------------------------------------------- leaving


def tables_of_accounts(tx: Tx) -> dict[str, str]:
    """{table: what becomes of its rows when their account is deleted}, for every table that refers to accounts."""
    rows = tx.execute(
        """
        SELECT c.conrelid::regclass::text AS name, a.attname AS column, c.confdeltype::text AS action
        FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
        WHERE c.contype = 'f' AND c.confrelid = 'kernel.accounts'::regclass
        """
    )
    return {f"{row['name']}.{row['column']}": row["action"] for row in rows.fetchall()}


def test_every_table_with_rows_of_an_account_lets_it_go(tx: Tx):
    found = tables_of_accounts(tx)

    assert {"kernel.sessions.account_id", "personas.personas.account_id", "player_accounts.account_id"} <= found.keys()
    assert set(found.values()) <= {"c", "n"}  # deleted, or taken out


NOT_TAKEN_ALONG = {
    "kernel.outside_requests": "what is asked of the outside; its input is emptied when it is done",
    "kernel.password_resets": "secrets",
}


def test_every_table_with_rows_of_an_account_is_exported(tx: Tx):
    exported = {table.name for tables in (service.OWN_TABLES, *products.exports().values()) for table in tables}
    owned = {name.rpartition(".")[0] for name in tables_of_accounts(tx)}

    assert owned - exported == NOT_TAKEN_ALONG.keys()


def test_an_export_has_ones_own_rows_and_no_one_elses(tx: Tx):
    ann, bob = sign_up(tx), sign_up(tx, "bob@x.io", "Bob")

    exported = service.export(tx, bob, {"personas": leaving.EXPORTS}).data

    assert exported.keys() == {"account", "personas"}
    [account] = exported["account"]["kernel.accounts"]
    assert (account["email"], account["user_name"]) == ("bob@x.io", "Bob")
    assert "password_hash" not in account
    assert str(ann.account_id) not in str(exported)


def test_accounts_of_one_network_are_known_as_such_without_its_address(tx: Tx):
    addresses = ("203.0.113.7", "203.0.113.7", "203.0.113.8", "2001:db8::1", "2001:db8::2", "")

    for number, address in enumerate(addresses):
        service.sign_up(tx, f"a{number}@x.io", "hash", "en", Device(address, "a browser"))

    rows = tx.execute("SELECT signed_up_from FROM kernel.accounts WHERE email LIKE 'a_@x.io' ORDER BY email").fetchall()
    one, same, other, v6, neighbour, unknown = (row["signed_up_from"] for row in rows)
    assert (one, v6, unknown) == (same, neighbour, None)
    assert len({one, other, v6}) == 3
    assert "203.0.113" not in one


def test_a_tables_rows_can_be_those_of_what_belongs_to_an_account(tx: Tx):
    ann = sign_up(tx)
    sign_up(tx, "bob@x.io")
    tables = (Export("kernel.accounts", ("account_id",), "t.account_id <> %(account_id)s", "to_jsonb(t.email)"),)

    assert service.export(tx, ann, {"others": tables}).data["others"] == {"kernel.accounts": ["bob@x.io"]}


def test_an_export_that_does_not_fit_into_one_answer_goes_on(tx: Tx, monkeypatch: pytest.MonkeyPatch):
    me = sign_up(tx)
    for _ in range(6):
        queries.insert_session(tx, uuid4(), me.account_id, DEVICE, tx.now)
    monkeypatch.setattr(kernel_leaving, "ROWS", 3)

    first = service.export(tx, me, {})
    rows = [*first.data["account"]["kernel.sessions"]]
    while first.more:
        first = service.export(tx, me, {}, "kernel.sessions", first.more["kernel.sessions"])
        assert first.data.keys() == {"account"}
        rows += first.data["account"]["kernel.sessions"]

    assert len(rows) == len({row["session_id"] for row in rows}) == 7
    with pytest.raises(NoSuchExport):
        service.export(tx, me, {}, "kernel.password_resets")


@pytest.mark.parametrize("cursor", ["7", "{", '{"session_id": "x"}', "[" * 400])
def test_an_export_goes_on_only_from_a_place_that_one_has_named(tx: Tx, cursor: str):
    with pytest.raises(InvalidExportCursor):
        service.export(tx, sign_up(tx), {}, "kernel.sessions", cursor)


def test_exports_are_read_in_the_order_of_primary_keys(tx: Tx):
    """Without gaps or repetitions, and without a sort of whole rows."""
    from community import leaving as community

    found = tx.execute(
        """
        SELECT i.indrelid::regclass::text AS name,
               (SELECT array_agg(a.attname::text ORDER BY a.attnum) FROM pg_attribute AS a
                WHERE a.attrelid = i.indexrelid)
               AS key
        FROM pg_index AS i WHERE i.indisprimary
        """
    ).fetchall()
    keys = {row["name"]: tuple(row["key"]) for row in found}

    for table in (*service.OWN_TABLES, *community.EXPORTS, *leaving.EXPORTS):
        assert table.key == keys[table.name], table.name


def test_an_export_has_at_most_so_many_bytes_and_at_least_a_row(tx: Tx, monkeypatch: pytest.MonkeyPatch):
    me = sign_up(tx)
    monkeypatch.setattr(kernel_leaving, "MOST_BYTES", 10)

    export = service.export(tx, me, {})

    assert [len(rows) for rows in export.data["account"].values()] == [1, 0]
    assert export.more == {"kernel.sessions": ""}
