"""Whose language is spoken where: the caller's on Discord, the community's in chat and wherever everyone reads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import replace

from functions.community.notify_discord.app import embed_of
from kernel import texts
from kernel.database import Connection, transaction
from kernel.settings import settings
from tests.support.api import CallApi
from tests.support.discord_client import DiscordClient, Person, command
from tests.support.factories import announced, make_player, unlock
from tests.support.languages import english_words

ALICE = Person("500000000000000001", "alice")
BOB = Person("500000000000000002", "bob")
SELL = {"platform": "discord", "platform_id": ALICE.id, "username": "alice", "item_name": "Spaten", "quantity": 2}


@pytest.fixture(autouse=True)
def _opened(environment: Connection) -> Iterator[None]:
    with transaction(environment) as tx:
        unlock(tx, "feature_economy")
        for person in (ALICE, BOB):
            make_player(tx, person.username, platform="discord", platform_id=person.id, items={"item_spade": 5})
    yield
    texts.speak()


@pytest.fixture
def german_community(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "settings", replace(settings, community_language="de"))
    texts.speak()


def test_chat_gets_the_community_s_language(call: CallApi, german_community: None):
    assert call("POST", "/api/v1/economy/sell", SELL).json["message"] == "Verkauft: 2 × Spaten für 80 Münzen."


def test_a_caller_who_names_a_language_gets_it(call: CallApi):
    german = call("POST", "/api/v1/economy/sell", SELL, headers={"Accept-Language": "de-DE,de;q=0.9,en;q=0.5"})
    english = call("POST", "/api/v1/economy/sell", SELL)

    assert german.json["message"] == "Verkauft: 2 × Spaten für 80 Münzen."
    assert english.json["message"] == "Sold 2 × spades for 80 money."


def test_a_refusal_is_told_in_the_caller_s_language(call: CallApi):
    answer = call("POST", "/api/v1/economy/sell", {**SELL, "item_name": "Einhorn"}, headers={"Accept-Language": "de"})

    assert answer.json["error"].startswith("Es gibt keinen Gegenstand namens „Einhorn“.")


def in_german(name: str, **options: Any) -> dict[str, Any]:
    return {**command(ALICE, name, **options), "locale": "de"}


def test_discord_answers_in_the_caller_s_language(discord: DiscordClient):
    told = discord.send(in_german("sell", item="spade", quantity=2))

    assert told.text == "Verkauft\nVerkauft: 2 × Spaten für 80 Münzen."
    assert discord.command(ALICE, "sell", item="spade", quantity=2).text == "Sold\nSold 2 × spades for 80 money."


def test_a_language_without_texts_gets_the_community_s(discord: DiscordClient, german_community: None):
    told = discord.send({**command(ALICE, "prices"), "locale": "ja"})

    assert told.text.startswith("Der Laden verkauft")


def test_what_everyone_reads_is_in_the_community_s_language(discord: DiscordClient):
    given = {"user": BOB, "item": "spade", "quantity": 2}

    told = discord.send(in_german("give", **given))

    assert told.text == f"Given\n<@{ALICE.id}> gave 2 × spades to <@{BOB.id}>."


def test_events_hold_the_community_s_language(call: CallApi, conn: Connection):
    line = {"platform": "twitch", "platform_id": "77", "username": "carol", "message": "hallo"}

    call("POST", "/api/v1/message/handle", line, headers={"Accept-Language": "de"})

    with transaction(conn) as tx:
        (unlocked,) = announced(tx, "achievement.unlocked")
    assert (unlocked["name"], unlocked["description"]) == ("First words", "Say something in chat.")


def post_of(kind: str, payload: dict[str, Any]) -> str:
    envelope = {"id": "1", "type": kind, "timestamp": 1, "payload": payload, "metadata": {}}
    embed = embed_of(envelope)
    assert embed is not None
    return "\n".join((embed.title, embed.text, embed.footer, *(f"{each.name}\n{each.text}" for each in embed.fields)))


BOX = {"item_name": "lootbox_tier1", "quantity": 2, "quality_level": "EPIC"}


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("job.level_up", {"username": "", "job_key": "merchant", "new_level": 3}),
        ("gamble.started", {"bets": [BOX], "join_deadline": "2026-03-01T12:00:00Z", "initiator_username": "ann"}),
        ("gamble.complete", {"winner_id": None}),
        (
            "gamble.complete",
            {
                "winner_id": "1",
                "winner_username": "ann",
                "participant_count": 30,
                "participants": [{"username": "ann", "score": 1000}] * 12,
                "items": [BOX] * 12,
                "total_value": 12345,
            },
        ),
        ("progression.voting_started", {"options": [], "previous_unlock": "Der Laden", "session_id": 1}),
        ("progression.voting_started", {"options": [{"display_name": "Suche"}], "auto_selected": True}),
        ("progression.cycle.completed", {"unlocked_node": {"display_name": "Suche", "level": 2}}),
        (
            "achievement.unlocked",
            {
                "name": "Erste Worte",
                "username": "ann",
                "reward": {"money": 1, "items": [BOX], "xp": 5, "job_key": "farmer", "recipe": "lootbox_tier0"},
            },
        ),
    ],
)
def test_a_german_community_s_posts_have_no_english_word(german_community: None, kind: str, payload: dict[str, Any]):
    assert english_words(post_of(kind, payload)) == []
