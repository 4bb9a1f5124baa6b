"""Interviews about new worlds: answers are kept, and a world comes of them. Source: worlds 10, 30."""

from __future__ import annotations

import json
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from kernel.accounts.models import Identity
from kernel.database import Tx
from kernel.errors import DomainError
from kernel.texts import speaking
from tests.support.people import make_someone
from tests.support.worlds import come_to_lobby, make_world, texts
from worlds.building import service as building
from worlds.founding.models import MadeOneLately
from worlds.interview import service as interviews
from worlds.interview.models import (
    AnswerEmpty,
    AnswerMissing,
    Interview,
    InterviewCompletedAlready,
    InterviewNotCompleted,
    InterviewNotFound,
    NotYourInterview,
)
from worlds.interview.service import InterviewReply
from worlds.interview.topics import InterviewTopic as Topic
from worlds.rebuilding import service as rebuilding
from worlds.world.models import BUILDING, World, WorldNameTaken

ANSWERS = (
    "A frozen archipelago at the end of the world, dark and quiet.",
    "Humans and dwarves",
    "Frozen, small, 20% land",
    "Medieval, magic is rare",
    "War over the last warm harbour",
    "Old",
    "Two moons",
    "Everything but no diseases",
    "continue",
    "Clans and a council of elders; fishing; they worship the sea",
    "Frosthaven",
)


@pytest.fixture
def ann(tx: Tx) -> Identity:
    return make_someone(tx, "Ann").identity


def answer(tx: Tx, me: Identity, said: Sequence[str]) -> InterviewReply:
    """Begin, or go on, and say one thing after another."""
    reply = interviews.start(tx, me)
    for each in said:
        reply = interviews.respond(tx, me, reply.interview.interview_id, each)
    return reply


def finalize(tx: Tx, me: Identity, interview: Interview) -> interviews.MadeOfInterview:
    return interviews.finalize(tx, me, interview.interview_id)


@contextmanager
def refused(tx: Tx, error: type[DomainError], says: str | None = None) -> Generator[None]:
    """Expect a refusal, which undoes what was written before it."""
    tx.execute("SAVEPOINT refused")
    with pytest.raises(error, match=says):
        yield
    tx.execute("ROLLBACK TO SAVEPOINT refused")


def test_an_interview_ends_in_a_world_that_is_made_as_it_was_wanted(tx: Tx, ann: Identity):
    reply = answer(tx, ann, ANSWERS)
    assert (reply.interview.topic, reply.interview.progress) == (Topic.REVIEW, 1.0)

    made = finalize(tx, ann, reply.interview)

    assert (made.world.name, made.world.status, made.world.owner_id) == ("Frosthaven", BUILDING, ann.account_id)
    parameters = made.configuration["derived"]["parameters"]
    assert json.loads(json.dumps(made.world.generation["parameters"])) == parameters
    assert (parameters["size"], parameters["land"], parameters["moons"]) == ("small", 0.2, 2)
    assert (parameters["temperature"], parameters["erosion"]) == ([-40, 10], 2.5)
    assert made.world.space.circumference == 100_000
    asked = tx.execute("SELECT kind FROM kernel.outside_requests WHERE kind = 'worlds.build'").fetchall()
    assert len(asked) == 1


def test_three_answers_outlast_a_disconnect(tx: Tx, ann: Identity):
    before = answer(tx, ann, ANSWERS[:3]).interview

    again = interviews.start(tx, ann)

    assert (again.is_new, again.interview.interview_id, again.interview.progress) == (False, before.interview_id, 0.27)
    assert again.interview.topic is Topic.TECHNOLOGY


def test_a_changed_answer_asks_the_open_question_again(tx: Tx, ann: Identity):
    before = answer(tx, ann, ANSWERS[:7])

    reply = answer(tx, ann, ["change conflict to none"])

    assert reply.interview.answers[Topic.CONFLICT] == "none"
    assert reply.interview.topic is Topic.SIMULATION
    assert before.text in reply.text


def test_a_name_that_is_taken_brings_three_that_are_not(tx: Tx, ann: Identity):
    make_world(tx, "FROSTHAVEN")
    make_world(tx, "New Frosthaven")

    reply = answer(tx, ann, ANSWERS)

    assert reply.interview.topic is Topic.NAME
    assert '"Frosthaven Reborn", "Elder Frosthaven" or "Frosthaven Beyond"' in reply.text
    assert answer(tx, ann, ["Elder Frosthaven"]).interview.topic is Topic.REVIEW


def test_what_is_missing_is_named_and_can_be_answered(tx: Tx, ann: Identity):
    reply = answer(tx, ann, [ANSWERS[0], "no one", "none", *ANSWERS[2:]])
    with pytest.raises(AnswerMissing, match="Sentient species"):
        finalize(tx, ann, reply.interview)

    asked = answer(tx, ann, ["yes"])
    assert "Sentient species" in asked.text
    told = answer(tx, ann, ["Foxes"])

    assert (told.interview.answers[Topic.SPECIES], told.interview.missing) == ("Foxes", None)
    assert answer(tx, ann, ["yes"]).world is not None


def test_a_world_that_is_given_up_leaves_room_for_another_one_five_times_in_an_hour(tx: Tx, ann: Identity):
    def make(number: int) -> World:
        made = finalize(tx, ann, answer(tx, ann, [*ANSWERS[:-1], f"World {number}"]).interview).world
        tx.now += timedelta(minutes=2)
        return made

    for number in range(3):
        building.cancel(tx, ann, make(number).world_id)
    building.give_up(tx, make(3), "a bug")
    kept = make(4)
    last = answer(tx, ann, [*ANSWERS[:-1], "Another"]).interview
    with refused(tx, MadeOneLately, "in 58 minutes"):
        finalize(tx, ann, last)
    building.cancel(tx, ann, kept.world_id)
    with refused(tx, MadeOneLately, "in 50 minutes"):
        finalize(tx, ann, last)
    tx.now += timedelta(minutes=50)

    assert answer(tx, ann, ["yes"]).world is not None


def test_one_user_makes_two_worlds_an_hour_apart(tx: Tx, ann: Identity):
    finalize(tx, ann, answer(tx, ann, ANSWERS).interview)
    second = answer(tx, ann, [*ANSWERS[:-1], "Another"])
    tx.now += timedelta(minutes=18)
    with refused(tx, MadeOneLately, "You can make the next one in 42 minutes"):
        finalize(tx, ann, second.interview)
    assert interviews.find(tx, ann) is not None  # it has lost nothing
    tx.now += timedelta(minutes=42)

    assert answer(tx, ann, ["yes"]).world is not None

    names = tx.execute("SELECT name FROM worlds.worlds WHERE owner_id = %s ORDER BY name", (ann.account_id,))
    assert [row["name"] for row in names] == ["Another", "Frosthaven"]


def test_the_same_answers_give_the_same_bytes(tx: Tx, ann: Identity):
    first = finalize(tx, ann, answer(tx, ann, ANSWERS).interview)
    tx.execute("DELETE FROM worlds.worlds WHERE world_id = %s", (first.world.world_id,))

    second = finalize(tx, bob := make_someone(tx, "Bob").identity, answer(tx, bob, ANSWERS).interview)

    assert json.dumps(first.configuration) == json.dumps(second.configuration)


def test_an_interview_is_completed_only_with_its_world(tx: Tx, ann: Identity):
    reply = answer(tx, ann, ANSWERS)
    make_world(tx, "Frosthaven")  # in the meantime

    with refused(tx, WorldNameTaken):
        finalize(tx, ann, reply.interview)

    going_on = interviews.find(tx, ann)
    assert going_on is not None
    assert going_on.topic is Topic.REVIEW
    assert answer(tx, ann, ["the name is Icehaven", "yes"]).world is not None


def test_a_second_finalize_returns_the_same_world(tx: Tx, ann: Identity):
    interview = answer(tx, ann, ANSWERS).interview
    first = finalize(tx, ann, interview)

    again = finalize(tx, ann, interview)

    assert (again.world.world_id, again.configuration) == (first.world.world_id, first.configuration)
    with pytest.raises(InterviewCompletedAlready):
        interviews.respond(tx, ann, interview.interview_id, "yes")
    assert interviews.start(tx, ann).is_new  # and not stuck with the one that is over


def test_who_answers_what_is_checked(tx: Tx, ann: Identity):
    interview = interviews.start(tx, ann).interview
    with pytest.raises(NotYourInterview):
        interviews.respond(tx, make_someone(tx, "Bob").identity, interview.interview_id, "mine")
    with pytest.raises(InterviewNotFound):
        interviews.respond(tx, ann, uuid4(), "hello")
    with pytest.raises(AnswerEmpty):
        interviews.respond(tx, ann, interview.interview_id, " ")
    with pytest.raises(InterviewNotCompleted):
        finalize(tx, ann, interview)


def test_the_statue_asks_and_answers(tx: Tx):
    player = come_to_lobby(tx, "Cid")

    [first] = texts(player.types(tx, "tell statue a frozen archipelago"))
    assert "Who lives there" in first
    answered = [player.types(tx, f"tell statue {each}") for each in ANSWERS[1:]][-1]
    assert "Frosthaven" in texts(answered)[0]
    assert answered[0]["data"]["metadata"]["progress"] == 1.0

    [made] = player.types(tx, "tell statue looks good")

    assert made["data"]["metadata"]["completed"]
    assert UUID(made["data"]["metadata"]["world_id"])
    assert "enter Frosthaven" in made["data"]["text"]


def test_the_statue_gives_up_what_it_makes_and_leaves_the_name_free(tx: Tx):
    player = come_to_lobby(tx, "Cid")
    for each in [*ANSWERS, "yes"]:
        player.types(tx, f"tell statue {each}")

    [given_up] = texts(player.types(tx, "tell statue stop"))

    assert given_up == "Frosthaven will not be made, and its name is free again."
    assert tx.execute("SELECT FROM kernel.outside_requests WHERE kind = 'worlds.build'").fetchall() == []
    [begun] = texts(player.types(tx, "tell statue stop"))  # nothing is being made: that is no answer either
    assert "What is your world about?" in begun
    tx.now += timedelta(hours=1)
    assert answer(tx, player.me, [*ANSWERS, "yes"]).world is not None
    assert rebuilding.rebuild(tx).differences == []


def test_create_world_begins_an_interview_and_greetings_are_no_answers(tx: Tx):
    player = come_to_lobby(tx, "Cid")

    [begun] = texts(player.types(tx, "create world"))
    [resumed] = texts(player.types(tx, "tell statue"))

    assert begun == resumed
    assert "What is your world about?" in begun
    assert texts(come_to_lobby(tx, "Dora").types(tx, "tell statue hello")) == [begun]


def test_a_repeated_answer_is_stored_once(tx: Tx):
    player = come_to_lobby(tx, "Cid")

    first = player.types(tx, "tell statue a green world", "one")
    again = player.types(tx, "tell statue a green world", "one")

    assert again == first
    going_on = interviews.find(tx, player.me)
    assert going_on is not None
    assert going_on.answers == {Topic.CONCEPT: "a green world"}


def test_interviews_are_rebuilt_as_they_are(tx: Tx):
    ann, bob = make_someone(tx, "Ann").identity, make_someone(tx, "Bob").identity
    finalize(tx, ann, answer(tx, ann, [*ANSWERS[:3], "magic", *ANSWERS[3:]]).interview)
    answer(tx, bob, [*ANSWERS[:5], "change age to young"])

    assert rebuilding.rebuild(tx).differences == []


@pytest.mark.parametrize(
    ("language", "asked", "understood", "limit"),
    [
        ("de", "Wer lebt dort und denkt?", "Mond", "in 60 Minuten"),
        ("tr", "Orada kimler yaşıyor", "Aylar", "60 dakika sonra"),
    ],
)
def test_interviews_speak_the_readers_language_and_offline_texts_do_so_too(
    tx: Tx, ann: Identity, language: str, asked: str, understood: str, limit: str
):
    with speaking(language):
        begun = answer(tx, ann, ANSWERS[:1])
        assert begun.interview.language == language
        assert asked in begun.text
        reviewed = answer(tx, ann, [*ANSWERS[1:], "yes"])
        assert reviewed.world is not None
        again = answer(tx, ann, [*ANSWERS[:-1], "Another"])
        assert understood in again.text
        with refused(tx, MadeOneLately, limit):
            finalize(tx, ann, again.interview)
