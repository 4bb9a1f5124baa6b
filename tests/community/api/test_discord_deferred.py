"""What takes its time: told to wait, done from a queue, told through an event."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from msgspec.structs import replace

from community.economy import service as economy
from doors.discord.commands import COMMANDS, command, text
from doors.discord.interaction import Interaction
from doors.discord.replies import DiscordReply, File, card
from functions.community.discord.players import player_of
from functions.shared.discord import deferred
from kernel import connections as database
from kernel.database import Connection, Tx, transaction
from tests.support.discord_client import APPLICATION_ID, DiscordClient, Person
from tests.support.discord_limits import check_message
from tests.support.factories import announced, holdings, make_player, unlock

ALICE = Person("500000000000000001", "alice")


@pytest.fixture(autouse=True)
def _slow_command(environment: Connection) -> Iterator[None]:
    """`/slowly item:...` sells one, and has a file to show for it."""

    def slowly(call: Interaction, tx: Tx) -> DiscordReply:
        if call.text("item") == "bug":
            raise ZeroDivisionError
        sale = economy.sell_item(tx, player_of(call), call.text("item"), 1)
        return replace(card("Sold", f"For {sale.total} money."), files=(File("receipt.txt", "one spade"),))

    command("slowly", "Sell slowly.", text("item", "What.", required=True), deferred=True, changes=True)(slowly)
    with transaction(environment) as tx:
        unlock(tx, "feature_economy")
        make_player(tx, "alice", platform="discord", platform_id=ALICE.id, items={"item_spade": 5})
    yield
    del COMMANDS["slowly"]


def delivery(payload: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    """As SQS hands it over."""
    envelope = {
        "version": "1.0",
        "id": str(uuid4()),
        "type": "discord.interaction_deferred",
        "timestamp": 1,
        "payload": payload,
        "metadata": metadata,
    }
    return {"Records": [{"messageId": "1", "eventSource": "aws:sqs", "body": json.dumps({"detail": envelope})}]}


def waiting(discord: DiscordClient, conn: Connection, item: str = "spade") -> dict[str, Any]:
    """The payload of what was deferred."""
    told = discord.command(ALICE, "slowly", item=item)
    assert told.answer == {"type": 5, "data": {"flags": 64}}
    return happened(conn, "discord.interaction_deferred")[0]


def happened(conn: Connection, event_type: str) -> list[dict[str, Any]]:
    with transaction(conn) as tx:
        return announced(tx, event_type)


def spades(conn: Connection) -> int:
    with transaction(conn) as tx:
        return holdings(tx, ALICE.player)["item_spade"]


def test_the_caller_waits_and_nothing_has_happened_yet(discord: DiscordClient, conn: Connection):
    payload = waiting(discord, conn)

    assert (payload["application_id"], payload["token"]) == (APPLICATION_ID, "a-token")
    assert "a-token" not in json.dumps(payload["interaction"])
    assert spades(conn) == 5


def test_it_is_done_once_however_often_the_queue_delivers_it(discord: DiscordClient, conn: Connection):
    payload = waiting(discord, conn)

    for _ in range(3):
        assert deferred.handler(delivery(payload), None) == {"batchItemFailures": []}

    assert spades(conn) == 4
    (followup,) = happened(conn, "discord.followup_requested")
    check_message(followup["body"])
    assert followup["body"]["embeds"][0]["description"] == "For 40 money."
    assert followup["files"] == [{"name": "receipt.txt", "text": "one spade"}]
    assert (followup["application_id"], followup["token"]) == (APPLICATION_ID, "a-token")


def test_the_same_interaction_twice_is_deferred_once(discord: DiscordClient, conn: Connection):
    for _ in range(2):
        assert discord.command(ALICE, "slowly", id="77", item="spade").answer["type"] == 5

    assert len(happened(conn, "discord.interaction_deferred")) == 1


@pytest.mark.parametrize(
    ("item", "said"), [("boulder", "You do not have any boulder."), ("bug", "Something went wrong on our side.")]
)
def test_who_waited_is_told_why_it_was_not_done(discord: DiscordClient, conn: Connection, item: str, said: str):
    payload = waiting(discord, conn, item)

    for _ in range(2):
        assert deferred.handler(delivery(payload), None) == {"batchItemFailures": []}

    (followup,) = happened(conn, "discord.followup_requested")
    assert said in followup["body"]["content"]
    assert "flags" not in followup["body"]


def test_without_the_database_the_message_comes_again(
    discord: DiscordClient, conn: Connection, monkeypatch: pytest.MonkeyPatch
):
    payload = waiting(discord, conn)
    with monkeypatch.context() as cut_off:
        cut_off.setattr(deferred, "BUDGET_SECONDS", 1)
        cut_off.delattr(database._environment, "connection")
        cut_off.setattr(database, "_open", _fail)
        answer = deferred.handler(delivery(payload), None)

    assert answer == {"batchItemFailures": [{"itemIdentifier": "1"}]}
    assert deferred.handler(delivery(payload), None) == {"batchItemFailures": []}
    assert spades(conn) == 4


def _fail(*_: Any) -> None:
    raise psycopg.OperationalError("connection refused")


@pytest.mark.parametrize("metadata", [{"replay": True}, {"broadcast": True}])
def test_nothing_obeys_a_replay_or_a_broadcast(discord: DiscordClient, conn: Connection, metadata: dict[str, Any]):
    payload = waiting(discord, conn)

    assert deferred.handler(delivery(payload, **metadata), None) == {"batchItemFailures": []}
    assert spades(conn) == 5


def test_a_broken_message_stays_and_the_others_are_done(discord: DiscordClient, conn: Connection):
    batch = delivery(waiting(discord, conn))
    batch["Records"].append({"messageId": "2", "eventSource": "aws:sqs", "body": "no JSON"})

    assert deferred.handler(batch, None) == {"batchItemFailures": [{"itemIdentifier": "2"}]}
    assert spades(conn) == 4
