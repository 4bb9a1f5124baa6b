"""Dead letters: listed, looked at, sent again and dropped, by the outer door and the inner routes together."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from functions.community.admin import app as admin
from functions.shared.letters import app as letters
from functions.shared.letters import queues
from kernel.database import Connection, transaction
from kernel.events import service as events
from kernel.keys import service as keys
from kernel.outside import service as outside
from tests.support.api import Answer, proxy_event
from tests.support.fakes import FakeEventBridge
from tests.support.outer_ring import Aws, outer_ring, use_settings

PATH = "/api/v1/admin/letters"
Ask = Callable[..., Answer]


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    """Two queues for dead letters, and those that give up to them."""
    with outer_ring(monkeypatch) as made:
        in_order = made.sqs.create_queue(
            QueueName="dead-letters.fifo", Attributes={"FifoQueue": "true", "ContentBasedDeduplication": "true"}
        )
        use_settings(monkeypatch, urls=(made.dead_letters_url, in_order["QueueUrl"]))
        monkeypatch.setattr(queues, "WAIT_SECONDS", 0)  # moto waits for what does not come
        yield made


@pytest.fixture
def ask(aws: Aws, environment: Connection, monkeypatch: pytest.MonkeyPatch) -> Ask:
    monkeypatch.setattr(letters, "invoke", lambda function, event: admin.handler(event, None))

    def send(method: str, path: str, body: Any = None, **options: Any) -> Answer:
        answer = letters.handler(proxy_event(method, path, body, **options), None)
        return Answer(answer["statusCode"], answer["headers"], answer["body"])

    return send


def made_queue(aws: Aws, name: str) -> str:
    fifo = {"FifoQueue": "true", "ContentBasedDeduplication": "true"} if name.endswith(".fifo") else {}
    return aws.sqs.create_queue(QueueName=name, Attributes=fifo)["QueueUrl"]


SOLD = '{"detail-type": "item.sold", "detail": {"token": "t"}}'


def poisoned(aws: Aws, target: str = "sqs:eu:1:tally", body: str = SOLD) -> str:
    """Leave a letter as EventBridge would, and return its id."""
    said = {"TARGET_ARN": f"arn:aws:{target}", "ERROR_MESSAGE": "no permission"}
    sent = aws.sqs.send_message(
        QueueUrl=aws.dead_letters_url,
        MessageBody=body,
        MessageAttributes={name: {"DataType": "String", "StringValue": text} for name, text in said.items()},
    )
    return f"message:{sent['MessageId']}"


def dead_event(conn: Connection) -> str:
    with transaction(conn) as tx:
        events.broadcast(tx, "said", {"word": "hello", "token": "t"})
    conn.execute("UPDATE events SET next_attempt_at = NULL, attempts = 6, last_error = 'no bus'")
    row = conn.execute("SELECT event_id FROM events").fetchone()
    assert row
    return f"event:{row['event_id']}"


def failed_request(conn: Connection) -> str:
    with transaction(conn) as tx:
        outside.ask(tx, "toys.ball", {"secret": "words"}, dedupe_key="ball", trace_id="")
    conn.execute("UPDATE kernel.outside_requests SET status = 'failed', error = 'no toys', finished_at = now()")
    conn.execute("DELETE FROM events")
    row = conn.execute("SELECT request_id FROM kernel.outside_requests").fetchone()
    assert row
    return f"request:{row['request_id']}"


def bodies(aws: Aws, url: str) -> list[str]:
    return [each["Body"] for each in aws.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])]


def test_all_kinds_are_in_one_list_and_stay_there(ask: Ask, aws: Aws, environment: Connection):
    ids = {failed_request(environment), dead_event(environment), poisoned(aws)}

    first, found = ask("GET", PATH), ask("GET", PATH)

    assert first.json == found.json | {"letters": first.json["letters"]}
    assert {letter["id"] for letter in first.json["letters"]} == ids
    assert {letter["id"] for letter in found.json["letters"]} == ids
    assert found.json["total"] == 3

    assert {(letter["name"], letter["stopped_in"], letter["reason"]) for letter in found.json["letters"]} == {
        ("toys.ball", "outside", "no toys"),
        ("said", "log", "no bus"),
        ("item.sold", "tally", "no permission"),
    }
    # The queue counts only who has looked.
    assert ["attempts" not in letter for letter in found.json["letters"]] == [
        letter["id"].startswith("message:") for letter in found.json["letters"]
    ]
    assert "secret" not in found.text
    assert "hello" not in found.text


def test_one_is_shown_whole_but_for_its_token(ask: Ask, aws: Aws, environment: Connection):
    event, message = dead_event(environment), poisoned(aws)

    shown = [ask("GET", PATH, query={"id": each}).json["letters"][0]["body"] for each in (event, message)]

    assert shown[0]["payload"] == {"word": "hello", "token": "…"}
    assert shown[1]["detail"] == {"token": "…"}


def test_what_is_sent_again_goes_where_it_was_meant_to_go(
    ask: Ask, aws: Aws, environment: Connection, event_bridge: FakeEventBridge
):
    tally, ordered = made_queue(aws, "tally"), made_queue(aws, "discord.fifo")
    request, event = failed_request(environment), dead_event(environment)
    chosen, other = poisoned(aws, body="one"), poisoned(aws, "sqs:eu:1:discord.fifo", body="two")

    some = ask("POST", f"{PATH}/redrive", {"ids": [request, chosen]})
    rest = ask("POST", f"{PATH}/redrive", {"all": True})

    assert some.json == {"message": "2 letters are on their way again.", "done": 2, "stuck": 0}
    assert rest.json["done"] == 2, (event, other)
    assert bodies(aws, tally) == ["one"]
    assert bodies(aws, ordered) == ["two"]
    due = environment.execute(
        "SELECT (SELECT status FROM kernel.outside_requests) AS request, attempts, next_attempt_at IS NOT NULL AS due"
        " FROM events WHERE event_type = 'said'"
    )
    assert due.fetchall() == [{"request": "pending", "attempts": 0, "due": True}]
    assert ask("GET", PATH).json == {"letters": [], "total": 0}


def test_what_is_dropped_is_gone_from_everywhere_but_the_log(ask: Ask, aws: Aws, environment: Connection):
    ids = [failed_request(environment), dead_event(environment), poisoned(aws)]

    answer = ask("POST", f"{PATH}/drop", {"ids": ids})

    assert answer.json == {"message": "3 letters are dropped.", "done": 3, "stuck": 0}
    assert ask("GET", PATH).json == {"letters": [], "total": 0}
    kept = environment.execute("SELECT published_at IS NOT NULL AS done FROM events WHERE event_type = 'said'")
    assert kept.fetchall() == [{"done": True}]
    assert ask("POST", f"{PATH}/drop", {"ids": ids}).status == 404


def test_what_was_meant_for_a_function_can_only_be_dropped(ask: Ask, aws: Aws):
    letter = poisoned(aws, "lambda:eu:1:function:Clock")

    answer = ask("POST", f"{PATH}/redrive", {"ids": [letter]})

    assert (answer.json["done"], answer.json["stuck"]) == (0, 1)
    assert answer.json["message"].endswith("1 was meant for a function that runs by itself: drop it.")
    assert ask("POST", f"{PATH}/drop", {"ids": [letter]}).json["done"] == 1


def test_what_fails_again_at_once_is_sent_again_only_once(
    ask: Ask, aws: Aws, environment: Connection, monkeypatch: pytest.MonkeyPatch
):
    made_queue(aws, "tally")
    poisoned(aws)
    sending = queues._send_again

    def fail_at_once(message: Any) -> bool:
        poisoned(aws)
        return sending(message)

    monkeypatch.setattr(queues, "_send_again", fail_at_once)
    answer = ask("POST", f"{PATH}/redrive", {"all": True})

    assert answer.json["done"] == 1
    assert ask("GET", PATH).json["total"] == 1


@pytest.mark.parametrize("role", ["bot", "viewer", None])
def test_only_administrators_reach_them(ask: Ask, aws: Aws, role: str | None):
    letter = poisoned(aws)

    assert ask("GET", PATH, role=role).status in (401, 403)
    assert ask("POST", f"{PATH}/drop", {"ids": [letter]}, role=role).status in (401, 403)
    assert ask("GET", PATH).json["total"] == 1


def test_an_administrator_whose_key_was_revoked_reaches_no_queue(ask: Ask, aws: Aws, environment: Connection):
    letter = poisoned(aws)
    with transaction(environment) as tx:
        keys.store(tx, keys.digest("another"), "another", "admin")
        keys.revoke(tx, "test", "another")

    refused = ask("POST", f"{PATH}/drop", {"ids": [letter]})

    assert (refused.status, refused.json["code"]) == (401, "key_revoked")
    assert ask("GET", PATH, caller="another").json["total"] == 1


@pytest.mark.parametrize("body", [{}, {"ids": []}, {"ids": ["letter"]}, {"all": True, "ids": ["request:1"]}])
def test_a_request_says_which_letters(ask: Ask, body: dict[str, Any]):
    assert ask("POST", f"{PATH}/redrive", body).status == 400


def test_a_letter_says_when_its_message_was_sent(ask: Ask, aws: Aws):
    poisoned(aws, body=json.dumps({"kind": "mail.reset", "request_id": 1}))

    letter = ask("GET", PATH).json["letters"][0]

    assert letter["name"] == "mail.reset"
    assert abs((datetime.now(UTC) - datetime.fromisoformat(letter["at"])).total_seconds()) < 60
