"""Polls about worlds over HTTP, on Discord, and by the functions that open and end them."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

from community.voting import polls
from functions.community.tally.app import handler as tally
from functions.shared.clock.app import handler as clock
from kernel.database import Connection, transaction
from tests.community.integration.test_polls import asked, owner
from tests.support.api import CallApi
from tests.support.community import ADMIN, ALICE, BOB, PROGRESSION, SESSION, VOTE, administer
from tests.support.discord_client import DiscordClient, Person

POLL = f"{PROGRESSION}/poll"
CAROL = Person("500000000000000003", "carol")


def open_poll(conn: Connection) -> dict[str, Any]:
    """Let the queue deliver three times that a moderator asks."""
    with transaction(conn) as tx:
        payload = asked(owner(tx, "moderator"))
    envelope = {"id": str(uuid4()), "type": polls.ASKED, "timestamp": 0, "payload": payload, "metadata": {}}
    body = json.dumps({"id": envelope["id"], "source": "brandish", "detail-type": polls.ASKED, "detail": envelope})
    for _ in range(3):
        assert tally({"Records": [{"messageId": "1", "body": body}]}, None) == {"batchItemFailures": []}
    return payload


def test_a_poll_is_shown_voted_in_and_ended_by_an_administrator(call: CallApi, environment: Connection):
    assert call("GET", POLL).json == {"poll": None, "message": "There has been no poll yet."}
    payload = open_poll(environment)
    before = call("GET", SESSION).json

    voted = call("POST", VOTE, ALICE | {"option_index": 2})
    named = call("POST", VOTE, ALICE | {"node_key": before["options"][0]["node_key"]})
    again = call("POST", VOTE, ALICE | {"node_key": "cataclysm"})

    assert voted.json["message"] == "Your vote counts: Nudge. So far: Observe 0, Nudge 1, Cataclysm 0."
    assert (named.status, again.json["already_voted"]) == (200, True)
    shown = call("GET", POLL).json["poll"]
    assert (shown["id"], shown["world_name"], shown["status"]) == (payload["poll_id"], "Gaia", "voting")
    assert [each["vote_count"] for each in shown["options"]] == [0, 1, 0]
    assert call("GET", SESSION).json["id"] == before["id"]

    ended = administer(call, "end-poll")

    assert ended["message"] == "The poll about Gaia is over: Nudge has won."
    assert ended["poll"]["winning_option_id"] == shown["options"][1]["id"]
    assert call("POST", VOTE, BOB | {"option_index": 2}).json["code"] == "no_voting_session"
    refused = call("POST", f"{ADMIN}/end-poll")
    assert (refused.status, refused.json["code"]) == (400, "no_voting_session")


def test_the_clock_ends_a_poll(call: CallApi, environment: Connection):
    open_poll(environment)
    assert "polls" not in clock({}, None)
    environment.execute("UPDATE voting_sessions SET voting_deadline = now() - interval '1 second'")

    assert clock({}, None)["polls"] == 1

    assert call("GET", POLL).json["message"] == "The poll about Gaia is over. No one voted, so nothing happens."


def test_discord_shows_both_votes_and_a_number_means_the_poll(discord: DiscordClient, conn: Connection):
    with transaction(conn) as tx:
        assert polls.open_asked(tx, uuid4(), asked(owner(tx, "moderator")))
        poll = polls.read_latest(tx)
    assert poll is not None

    shown = discord.command(CAROL, "vote")
    suggested = discord.suggest(CAROL, "vote", "option", "cata")
    voted = discord.command(CAROL, "vote", option=3)

    assert len(shown.components) == 2
    assert shown.components[0]["custom_id"] == f"vote:{poll.session_id}"
    assert "What becomes of Gaia?" in shown.text
    assert suggested == [3]
    assert "Your vote counts: Cataclysm" in voted.text
    assert "Observe" in discord.command(CAROL, "voting-session").text
