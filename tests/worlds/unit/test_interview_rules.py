"""The interview's state machine, without a database. Source: worlds 10.2, 30 trap 15."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from kernel.naming import key
from worlds.interview.conversation import InterviewTurn, advance, names_in, question_of
from worlds.interview.events import InterviewStarted
from worlds.interview.evolution import evolve
from worlds.interview.models import Interview
from worlds.interview.names import checked, free_ones, similar, thought_of
from worlds.interview.topics import TEXTS, named
from worlds.interview.topics import InterviewTopic as Topic
from worlds.log.models import Recorded

ID = UUID(int=1)
NOW = datetime(2030, 1, 1, tzinfo=UTC)
SAID = {
    Topic.CONCEPT: "A green world of old forests",
    Topic.SPECIES: "elves",
    Topic.ENVIRONMENT: "temperate",
    Topic.TECHNOLOGY: "medieval",
    Topic.CONFLICT: "none",
    Topic.AGE: "old",
    Topic.MOONS: "one",
    Topic.SIMULATION: "everything",
    Topic.BRANCH: "continue",
    Topic.FACTIONS: "no one",
    Topic.NAME: "Sylva",
}


def begun() -> Interview:
    return evolve(None, Recorded(ID, 1, NOW, InterviewStarted(interview_id=ID, account_id=ID, language="en")))


def after(interview: Interview, turn: InterviewTurn) -> Interview:
    for event in turn.events:
        interview = evolve(interview, Recorded(ID, interview.version + 1, NOW, event))
    return interview


def at(topic: Topic, *said: str) -> Interview:
    """Return an interview at a topic, and what was said there."""
    interview = begun()
    while interview.topic is not topic:
        interview = after(interview, advance(interview, SAID[interview.topic]))
    for each in said:
        interview = after(interview, advance(interview, each))
    return interview


@pytest.mark.parametrize("topic", [each for each in Topic if each < Topic.BRANCH])
def test_an_answer_leads_to_the_next_question(topic: Topic):
    interview = at(topic, SAID[topic])

    assert (interview.topic, interview.answers[topic]) == (topic + 1, SAID[topic])


@pytest.mark.parametrize(
    ("said", "leads_to"),
    [
        ("continue", Topic.FACTIONS),
        ("Weiter!", Topic.FACTIONS),
        ("continuar", Topic.FACTIONS),
        ("the name is Sylva", Topic.REVIEW),
        ("Der Name ist Sylva", Topic.REVIEW),
        ("finish", Topic.BRANCH),
        ("Sylva", Topic.BRANCH),
        ("the name is S/lva", Topic.BRANCH),
    ],
)
def test_the_branch_goes_deeper_or_finishes_or_asks_again(said: str, leads_to: Topic):
    assert at(Topic.BRANCH, said).topic is leads_to


@pytest.mark.parametrize("topic", [each for each in Topic if each < Topic.BRANCH])
def test_before_the_branch_a_world_is_not_named(topic: Topic):
    assert advance(at(topic), "the name is Sylva") == InterviewTurn(note="We come to the name later.")


@pytest.mark.parametrize("topic", [Topic.FACTIONS, Topic.NAME, Topic.REVIEW])
def test_from_the_branch_on_a_name_leads_to_review(topic: Topic):
    interview = at(topic, 'the name is "New Sylva".')

    assert (interview.topic, interview.answers[Topic.NAME]) == (Topic.REVIEW, "New Sylva")


@pytest.mark.parametrize("typed", ["S*lva", "x" * 101, "  ", "---", "<b>Sylva</b>"])
def test_a_name_that_no_world_can_have_is_asked_for_again(typed: str):
    assert advance(at(Topic.NAME), typed) == InterviewTurn(note="A world cannot be called that.")


def test_three_other_names_are_offered_for_one_that_is_taken_and_none_of_them_is():
    taken = {key(each) for each in ["Sylva", "new sylva", "Elder-Sylva"]}

    turn = advance(at(Topic.NAME), "sYLVA", taken=taken)

    assert turn.events == ()
    assert '"sYLVA Reborn", "sYLVA Beyond" or "Far sYLVA"' in turn.note
    assert set(names_in("sYLVA")) >= {"sYLVA", "sYLVA Reborn", "sYLVA Beyond", "Far sYLVA"}


@pytest.mark.parametrize("topic", [Topic.BRANCH, Topic.FACTIONS, Topic.NAME, Topic.REVIEW])
def test_the_short_way_to_a_name_has_the_checks_of_the_long_one(topic: Topic):
    """The original had neither."""
    taken = advance(at(topic), "the name is Aether", taken={key("AETHER")})
    invalid = advance(at(topic), "the name is Ae/ther")

    assert taken.events == invalid.events == ()
    assert taken.note.startswith("There is a world called Aether already. What about")
    assert invalid.note == "A world cannot be called that."


def test_there_are_names_left_for_the_longest_and_the_commonest_name():
    everything_but_numbers = {key(each) for each in similar("Aether")[:8]}

    assert free_ones(similar("Aether"), everything_but_numbers) == ["Aether 2", "Aether 3", "Aether 4"]
    assert len(free_ones(similar("x" * 98), ())) == 3
    assert len(free_ones(thought_of(""), ())) == 3


@pytest.mark.parametrize("said", ["yes", "Create", "confirm", "looks good", "Ja!", "sí"])
def test_review_is_confirmed(said: str):
    assert advance(at(Topic.REVIEW), said).is_confirmed


@pytest.mark.parametrize("said", ["no", "yes but larger", "what?"])
def test_anything_else_in_review_shows_the_summary_again(said: str):
    interview = at(Topic.REVIEW)
    turn = advance(interview, said)

    assert turn == InterviewTurn(note="That was neither a yes nor a change that I understand.")
    assert "Name: Sylva" in question_of(after(interview, turn))


def test_an_answer_is_changed_by_a_part_of_its_topics_name_at_any_time():
    interview = at(Topic.SIMULATION, "change conflict to a war of bees")

    assert (interview.topic, interview.answers[Topic.CONFLICT]) == (Topic.SIMULATION, "a war of bees")
    assert at(Topic.REVIEW, "change environment to a cold desert").answers[Topic.ENVIRONMENT] == "a cold desert"
    assert at(Topic.REVIEW, "ändere Klima zu heiß").answers[Topic.ENVIRONMENT] == "heiß"


def test_a_change_that_says_too_little_is_followed_by_what_can_be_said():
    turn = advance(at(Topic.REVIEW), "change tools to bronze")

    assert turn.note.startswith("I have changed that: Magic and technology. Choose one: stone age, ")


def test_what_sounds_like_a_change_but_names_no_topic_is_an_answer():
    assert at(Topic.CONFLICT, "change everything to fire").answers[Topic.CONFLICT] == "change everything to fire"


def test_the_name_is_changed_with_the_checks_that_a_name_has():
    assert at(Topic.TECHNOLOGY, "change name to Sylva").answers.keys() == {0, 1, 2}
    assert at(Topic.REVIEW, "change world name to Mara").answers[Topic.NAME] == "Mara"
    assert at(Topic.REVIEW, "change name to M/ra").answers[Topic.NAME] == "Sylva"


@pytest.mark.parametrize(
    ("topic", "said"),
    [
        (Topic.CONCEPT, "idk"),
        (Topic.SPECIES, "no one"),
        (Topic.ENVIRONMENT, "Whatever!"),
        (Topic.TECHNOLOGY, "lots of things"),
        (Topic.AGE, "keine Ahnung"),
        (Topic.FACTIONS, "no sé"),
    ],
)
def test_a_vague_answer_earns_one_question_more_and_never_two(topic: Topic, said: str):
    once = at(topic, said)
    assert (once.topic, question_of(once)) == (topic, TEXTS[topic].again)

    twice = at(topic, said, said)

    assert twice.topic == topic + 1
    assert twice.answers[topic].startswith(said)


def test_what_was_said_first_counts_beside_what_was_asked_for():
    interview = at(Topic.SPECIES, "the people who live beneath the hills and weave light", "call them Lumen")

    assert interview.answers[Topic.SPECIES].startswith("the people who live")
    assert interview.answers[Topic.SPECIES].endswith("call them Lumen")


def test_progress_is_the_share_of_the_questions_rounded_to_two_digits():
    assert [at(Topic(number)).progress for number in range(12)] == [
        0.0, 0.09, 0.18, 0.27, 0.36, 0.45, 0.55, 0.64, 0.73, 0.82, 0.91, 1.0,
    ]  # fmt: skip


def test_every_topic_with_an_answer_is_found_by_its_name_and_by_all_others():
    for topic, text in TEXTS.items():
        for name in (text.name, *text.others):
            assert named(name) is (None if topic is Topic.BRANCH else topic), name
    assert named("a") is None
    assert checked("Sylva") == "Sylva"
