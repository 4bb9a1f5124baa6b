"""Remixing battles: what one begins with, its token, and who hears of it. Source: personas 9.5."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from kernel.accounts import tokens
from kernel.accounts.key_ring import ring
from kernel.accounts.models import Identity
from kernel.accounts.tokens import InvalidToken
from kernel.database import Connection, Tx, transaction
from kernel.texts import speaking
from personas.battles import remixing
from personas.battles import service as battles
from personas.battles.models import (
    BattleNotFound,
    CreatedBattle,
    RemixOffer,
    RemixRoomMismatch,
    RemixTokenInvalid,
    RemixTokenUsed,
)
from personas.battles.retention import delete_used_tokens
from personas.battles.rules import topic_line
from personas.mutes import service as mutes
from personas.mutes.models import Blocked
from personas.people.models import Persona
from personas.posts.models import PersonaUnknown
from personas.templates.service import SEED_NAME
from tests.support.battles import begin, make_template
from tests.support.people import make_account
from tests.support.personas import make_persona, room_id
from tests.support.races import race_of


@pytest.fixture
def ann(tx: Tx) -> UUID:
    return make_account(tx, "Ann")


@pytest.fixture
def ben(tx: Tx) -> UUID:
    return make_account(tx, "Ben")


def offer(tx: Tx, created: CreatedBattle, account_id: UUID | None = None) -> RemixOffer:
    return battles.intend_remix(tx, account_id, created.battle.battle_id)


def remix(tx: Tx, account_id: UUID, token: str, **draft: Any) -> CreatedBattle:
    return begin(tx, account_id, **{"topic": "", "remix_token": token, **draft})


def happened(tx: Tx, name: str) -> list[dict[str, Any]]:
    rows = tx.execute("SELECT account_id, metadata FROM personas.happenings WHERE event_name = %s", (name,))
    return [row["metadata"] | {"by": row["account_id"]} for row in rows]


def notified(tx: Tx) -> list[tuple[UUID, str]]:
    rows = tx.execute("SELECT account_id, type FROM personas.notifications ORDER BY notification_id")
    return [(row["account_id"], row["type"]) for row in rows]


def test_a_token_lasts_for_half_an_hour(tx: Tx, ann: UUID):
    offered = offer(tx, begin(tx, ann))

    claims = tokens.verify(ring("remix_intent"), "remix_intent", offered.token, tx.now)

    assert claims["exp"] - claims["iat"] == 1800
    assert claims["typ"] == "remix_intent"
    assert claims["topic"] == "Should we ship weekly?"
    assert (claims["pro_style"], claims["con_style"]) == (
        "bold, practical, concise",
        "sceptical, evidence-first, concise",
    )
    assert UUID(claims["jti"])


def test_a_remix_begins_with_what_the_token_says(tx: Tx, ann: UUID, ben: UUID):
    source = begin(tx, ann, topic="Tabs or spaces?")

    created = remix(tx, ben, offer(tx, source).token)

    assert created.remix_used
    assert created.battle.topic == "Tabs or spaces?"
    assert created.battle.pro_style == "bold, practical, concise"
    assert created.battle.source_battle_id == source.battle.battle_id
    assert created.template.name == SEED_NAME


def test_what_is_asked_for_comes_before_what_the_token_says(tx: Tx, ann: UUID, ben: UUID):
    template = make_template(tx, ben, name="Mine", is_public=False)

    created = remix(
        tx,
        ben,
        offer(tx, begin(tx, ann)).token,
        topic="Something else?",
        con_style="calm",
        template_id=str(template.template_id),
    )

    assert (created.battle.topic, created.battle.con_style) == ("Something else?", "calm")
    assert created.battle.pro_style == "bold, practical, concise"
    assert created.template.template_id == template.template_id


def test_a_remix_of_a_remix_has_the_bare_topic(tx: Tx, ann: UUID, ben: UUID):
    first = remix(tx, ben, offer(tx, begin(tx, ann)).token)

    second = remix(tx, ann, offer(tx, first).token)

    assert second.battle.topic == "Should we ship weekly?"
    assert topic_line(second.battle.topic, second.room_name) == "Should we ship weekly? (go-backend)"


def test_a_token_is_good_for_one_battle_in_its_room_for_its_time(tx: Tx, ann: UUID, ben: UUID):
    source = begin(tx, ann)
    token = offer(tx, source).token
    with pytest.raises(RemixRoomMismatch):
        remix(tx, ben, token, room="game-dev")
    remix(tx, ben, token)
    with pytest.raises(RemixTokenUsed):
        remix(tx, ben, token)

    late = offer(tx, source).token
    tx.now += timedelta(minutes=30)

    with pytest.raises(RemixTokenInvalid):
        remix(tx, ben, late)


def test_used_tokens_are_forgotten_once_they_have_expired(tx: Tx, ann: UUID, ben: UUID):
    remix(tx, ben, offer(tx, begin(tx, ann)).token)
    tx.now += timedelta(minutes=59)
    delete_used_tokens(tx)
    assert tx.execute("SELECT FROM personas.remix_token_uses").fetchall()
    tx.now += timedelta(minutes=2)

    delete_used_tokens(tx)

    assert not tx.execute("SELECT FROM personas.remix_token_uses").fetchall()


def test_tokens_of_other_types_and_keys_are_none(tx: Tx, ann: UUID):
    access = tokens.issue_access(ring(tokens.ACCESS)[0], Identity(ann, uuid4()), tx.now)
    token = offer(tx, begin(tx, ann)).token
    head, body, signature = token.split(".")

    for wrong in ("x", access, f"{head}.{body}.", f"{head}.{body[:-2]}.{signature}", "a.b.c", token * 20):
        with pytest.raises(RemixTokenInvalid):
            remixing.read(wrong, tx.now)
    with pytest.raises(InvalidToken):
        tokens.read_access(ring(tokens.ACCESS), token, tx.now)
    forged = tokens.sign(ring(tokens.ACCESS)[0], "remix_intent", {"jti": str(uuid4())}, tx.now, timedelta(minutes=1))
    with pytest.raises(RemixTokenInvalid):
        remixing.read(forged, tx.now)
    incomplete = tokens.sign(ring("remix_intent")[0], "remix_intent", {"jti": "x"}, tx.now, timedelta(minutes=1))
    with pytest.raises(RemixTokenInvalid):
        remixing.read(incomplete, tx.now)


def test_suggested_templates_are_public(tx: Tx, ann: UUID):
    private = make_template(tx, ann, name="Private", is_public=False)
    source = begin(tx, ann, template_id=str(private.template_id))
    for number in range(4):
        tx.now += timedelta(seconds=1)
        make_template(tx, make_account(tx), name=f"Public {number}")

    offered = offer(tx, source)

    assert [each.name for each in offered.templates] == [SEED_NAME, "Public 3", "Public 2", "Public 1"]
    assert offered.intent.template_id == offered.templates[0].template_id


def test_a_battles_own_public_template_comes_first(tx: Tx, ann: UUID, ben: UUID):
    own = make_template(tx, ann, name="Own")
    token = offer(tx, begin(tx, ann, template_id=str(own.template_id)))
    assert [each.name for each in token.templates] == ["Own", SEED_NAME]
    tx.execute("DELETE FROM personas.templates WHERE template_id = %s", (own.template_id,))

    assert remix(tx, ben, token.token).template.name == SEED_NAME


def test_people_hear_of_what_is_made_of_theirs(tx: Tx, ann: UUID, ben: UUID):
    template = make_template(tx, ann)
    source = begin(tx, ann, template_id=str(template.template_id))

    created = remix(tx, ben, offer(tx, source, ben).token)

    assert sorted(notified(tx)) == sorted([(ann, "template_used"), (ann, "battle_remixed")])
    [started] = happened(tx, "remix_started")
    assert (started["battle_id"], started["by"]) == (str(source.battle.battle_id), ben)
    [completed] = happened(tx, "remix_completed")
    assert completed["source_battle_id"] == str(source.battle.battle_id)
    assert completed["battle_id"] == str(created.battle.battle_id)
    assert len(happened(tx, "battle_created")) == 2


def test_a_remix_of_ones_own_battle_counts_for_nothing(tx: Tx, ann: UUID):
    source = begin(tx, ann)

    remix(tx, ann, offer(tx, source, ann).token)

    assert happened(tx, "remix_completed") == []
    assert notified(tx) == []


def test_a_remix_outlives_its_source(tx: Tx, ann: UUID, ben: UUID):
    source = begin(tx, ann)
    token = offer(tx, source).token
    tx.execute("DELETE FROM personas.posts WHERE post_id = %s", (source.battle.battle_id,))

    created = remix(tx, ben, token)

    assert created.remix_used
    assert created.battle.source_battle_id is None
    assert notified(tx) == []


@pytest.mark.parametrize("who_blocks", ["owner", "remixer"])
def test_a_block_stands_between_a_battle_and_its_remix(tx: Tx, ann: UUID, ben: UUID, who_blocks: str):
    source = begin(tx, ann)
    token = offer(tx, source, ben).token
    if who_blocks == "owner":
        mutes.mute_author(tx, ann, begin(tx, ben).battle.battle_id, block=True)
    else:
        mutes.mute_author(tx, ben, source.battle.battle_id, block=True)

    with pytest.raises(Blocked):
        offer(tx, source, ben)
    with pytest.raises(Blocked):
        remix(tx, ben, token)
    assert offer(tx, source).token


def test_a_remix_debates_with_the_personas_that_are_chosen_else_with_the_oldest(tx: Tx, ann: UUID, ben: UUID):
    source = begin(tx, ann)
    made: list[Persona] = []
    for name in ("Ada", "Bob", "Cem"):
        tx.now += timedelta(seconds=1)
        made.append(make_persona(tx, ben, name))
    first, second, third = made
    token = offer(tx, source, ben).token

    chosen = remix(tx, ben, token, pro_persona_id=str(third.persona_id), con_persona_id=str(second.persona_id)).battle
    default = remix(tx, ben, offer(tx, source, ben).token).battle

    assert (chosen.pro.name, chosen.con.name, chosen.topic) == ("Cem", "Bob", source.battle.topic)
    assert (default.pro.persona_id, default.con.persona_id) == (first.persona_id, second.persona_id)
    with pytest.raises(PersonaUnknown):
        remix(tx, ann, offer(tx, source, ann).token, pro_persona_id=str(first.persona_id))


def test_what_a_remix_suggests_is_in_the_readers_language(tx: Tx, ann: UUID):
    source = begin(tx, ann)

    with speaking("de"):
        found = offer(tx, source)

    assert found.intent.pro_style == "mutig, praktisch, knapp"
    assert found.templates[0].name == "Behauptung/Beleg, 6 Beiträge"


def test_a_mute_does_not(tx: Tx, ann: UUID, ben: UUID):
    mutes.mute_author(tx, ann, begin(tx, ben).battle.battle_id, block=False)

    assert remix(tx, ben, offer(tx, begin(tx, ann), ben).token).remix_used


def test_only_published_posts_can_be_remixed(tx: Tx, ann: UUID):
    created = begin(tx, ann)
    tx.execute("UPDATE personas.posts SET hidden_at = now()")

    for battle_id in (created.battle.battle_id, uuid4()):
        with pytest.raises(BattleNotFound):
            battles.intend_remix(tx, ann, battle_id)


def test_two_remixes_with_one_token_at_once_are_one(conn: Connection, database_url: str):
    with transaction(conn) as tx:
        ann, ben = make_account(tx, "Ann"), make_account(tx, "Ben")
        token = offer(tx, begin(tx, ann)).token
        room = room_id(tx)

    def create(tx: Tx) -> CreatedBattle:
        return battles.create(tx, ben, room, lambda: battles.BattleDraft(remix_token=token))

    with race_of(3, database_url) as race:
        outcomes = race(create, create, create)

    assert sorted(type(each).__name__ for each in outcomes) == ["CreatedBattle", "RemixTokenUsed", "RemixTokenUsed"]
    row = conn.execute("SELECT count(*) AS battles FROM personas.battles").fetchone()
    assert row == {"battles": 2}
