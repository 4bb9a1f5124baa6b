"""A batch of lines leaves behind what the same lines leave behind one by one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from threading import Barrier, Thread
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from community.items.service import use_item
from community.messages import service as messages
from community.messages.models import Line, Match
from community.players.models import PlayerRef
from kernel.database import Tx, connect, transaction
from tests.support.factories import announced, hold_target, make_player, unlock
from tests.support.kept_database import KeptConnection

IDS = ("1", "2", "3", "4")
LINES = st.lists(
    st.builds(
        lambda number, name, text: Line(PlayerRef("twitch", number, f"{name}{number}"), text),
        st.sampled_from(IDS),
        st.sampled_from(["viewer", "renamed"]),
        st.sampled_from(["hello", "is OBS on? obs!", ""]),
    ),
    min_size=1,
    max_size=25,
)
QUESTIONS = (
    "SELECT username FROM users ORDER BY username",
    "SELECT platform_user_id, username FROM user_platform_links ORDER BY 1",
    "SELECT l.platform_user_id FROM active_chatters JOIN user_platform_links l USING (user_id) ORDER BY 1",
    "SELECT username, event_type, count(*) FROM stats_inbox JOIN users USING (user_id) GROUP BY 1, 2 ORDER BY 1, 2",
    "SELECT username, metric, sum(value) FROM engagement_inbox JOIN users USING (user_id) GROUP BY 1, 2 ORDER BY 1, 2",
    "SELECT sum(points) FROM contribution_shards",
    "SELECT username, streak FROM user_streaks JOIN users USING (user_id) ORDER BY 1",
    "SELECT username FROM player_timeouts JOIN users USING (user_id) ORDER BY 1",
)


class _Undo(Exception):
    pass


@given(LINES)
def test_a_batch_counts_exactly_what_its_lines_count_one_by_one(
    shared_connection: KeptConnection, lines: Sequence[Line]
):
    def one_by_one(tx: Tx) -> list[tuple[Match, ...]]:
        return [messages.handle_message(tx, line.chatter, line.text)[1] for line in lines]

    def at_once(tx: Tx) -> list[tuple[Match, ...]]:
        return [matches for _, matches in messages.handle_messages(tx, "twitch", lines)]

    assert left_behind(shared_connection, at_once) == left_behind(shared_connection, one_by_one)


def left_behind(connection: KeptConnection, handle: Callable[[Tx], object]) -> list[Any]:
    """What lines of two strangers, a known player and a player before a trap leave behind; then undone."""
    found: list[Any] = []
    try:
        with transaction(connection.take()) as tx:
            hold_target(tx)
            unlock(tx, "item_snare")
            make_player(tx, "viewer1", platform_id="1")
            bob = make_player(tx, "bob", platform_id="9", items={"blast_snare": 1})
            make_player(tx, "viewer2", platform_id="2")
            use_item(tx, bob, "snare", 1, target="viewer2")
            found.append(handle(tx))
            found += [[tuple(row.values()) for row in tx.execute(question).fetchall()] for question in QUESTIONS]
            triggered = announced(tx, "trap.triggered")
            found.append([(event["target_username"], event["timeout_seconds"]) for event in triggered])
            raise _Undo
    except _Undo:
        return found


def test_batches_with_the_same_authors_in_another_order_at_the_same_moment(database_url: str):
    lines = [Line(PlayerRef("twitch", number, f"viewer{number}"), "hello") for number in IDS]
    both = Barrier(2)

    def chat(batch: Sequence[Line]) -> None:
        with closing(connect(database_url)) as conn:
            both.wait()
            for _ in range(10):
                with transaction(conn) as tx:
                    messages.handle_messages(tx, "twitch", batch)

    with closing(connect(database_url)) as conn:
        with transaction(conn) as tx:
            hold_target(tx)
            messages.handle_messages(tx, "twitch", lines)
        threads = [Thread(target=chat, args=[batch]) for batch in (lines, lines[::-1])]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        counted = conn.execute(
            "SELECT user_id, count(*) FROM stats_inbox WHERE event_type = 'message_received' GROUP BY user_id"
        ).fetchall()

    assert [row["count"] for row in counted] == [21] * 4
