"""The order of a debate, its limits and its topic."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from kernel.texts import speaking
from personas import translations as translations
from personas.battles import rules
from personas.battles.models import Speaker

ADA, BOB, CY = (Speaker(UUID(int=number), name) for number, name in enumerate(("Ada", "Bob", "Cy"), 1))


def test_six_turns_alternate_and_have_three_phases():
    turns = range(1, 7)

    assert [rules.side_of(turn) for turn in turns] == ["PRO", "CON", "PRO", "CON", "PRO", "CON"]
    assert [rules.phase_of(turn, 6)[0] for turn in turns] == ["O", "O", "R", "R", "C", "C"]


@pytest.mark.parametrize(("turn_count", "phases"), [(2, "OO"), (3, "OOC"), (4, "OOCC"), (5, "OORCC")])
def test_the_opening_wins_overlaps(turn_count: int, phases: str):
    assert "".join(rules.phase_of(turn, turn_count)[0] for turn in range(1, turn_count + 1)) == phases


@pytest.mark.parametrize(("turn_count", "size"), [(2, 2), (7, 2), (8, 3), (20, 3)])
def test_long_debates_have_a_larger_audience(turn_count: int, size: int):
    assert rules.audience_size(turn_count) == size


@pytest.mark.parametrize(("turns_done", "status"), [(0, "FAILED"), (1, "FAILED"), (2, "HALTED"), (5, "HALTED")])
def test_a_battle_has_failed_if_a_side_has_not_spoken(turns_done: int, status: str):
    assert rules.halted_status(turns_done) == status


def test_the_oldest_personas_speak_unless_others_are_asked_for():
    house_pro, house_con = Speaker(None, "House Pro"), Speaker(None, "House Con")

    assert rules.cast([ADA, BOB, CY], None, None) == (ADA, BOB)
    assert rules.cast([ADA], None, None) == (ADA, house_con)
    assert rules.cast([], None, None) == (house_pro, house_con)
    assert rules.cast([ADA, BOB], BOB, None) == (BOB, ADA)
    assert rules.cast([ADA, BOB], None, ADA) == (BOB, ADA)
    assert rules.cast([ADA], None, ADA) == (house_pro, ADA)


def test_a_turn_over_its_limit_ends_with_the_last_whole_sentence():
    assert rules.fitted("One two three. Four five six. Seven eight.", 7) == "One two three. Four five six."
    assert rules.fitted("It costs 3.5 percent more than before", 4) == "It costs 3.5 percent"
    assert rules.fitted("one two three four", 3) == "one two three"
    assert rules.fitted("One two.", 3) == "One two."


def test_endless_words_are_cut_at_ten_characters_per_word():
    assert rules.fits("x" * 400, 40)
    assert not rules.fits("x" * 401, 40)
    assert rules.fitted("x" * 401, 40) == "x" * 400


def test_dots_between_digits_end_no_sentence():
    assert rules.sentences('It grew by 3.5 percent. "Really?"\nYes! And so') == [
        "It grew by 3.5 percent.",
        '"Really?"',
        "Yes!",
        "And so",
    ]


def test_a_remix_of_a_remix_repeats_neither_label_nor_room():
    line = rules.topic_line("Should we ship weekly?", "go-backend")
    again = rules.topic_line(rules.bare_topic(f"Topic: {line}", "go-backend"), "go-backend")

    assert line == again == "Should we ship weekly? (go-backend)"
    assert rules.topic_line("topic: TOPIC:  Should we ship weekly? (Go-Backend)", "go-backend") == line


def test_the_bracket_of_a_long_topic_survives():
    line = rules.topic_line("ship " * 36, "go-backend")

    assert len(line) <= 96
    assert line.startswith("ship ship ")
    assert line.endswith(" (go-backend)")
    assert rules.topic_line("ab", "x" * 94) == f"a ({'x' * 94})"


def test_a_topic_line_is_one_sentence_and_never_empty():
    assert rules.topic_line("Version 3.5\nis out. We like it.", "") == "Version 3.5 is out."
    assert rules.topic_line("Topic:", "ai") == "An open debate (ai)"
    with speaking("tr"):
        assert rules.topic_line("", "ai") == "Açık bir tartışma (ai)"


def test_no_one_waits_for_failed_replies_for_ever():
    ended = datetime(2026, 2, 18, tzinfo=UTC)

    assert not rules.is_over("RUNNING", 2, 2, ended, ended + timedelta(hours=1))
    assert not rules.is_over("COMPLETED", 1, 2, ended, ended + timedelta(minutes=9))
    assert rules.is_over("COMPLETED", 2, 2, ended, ended)
    assert rules.is_over("HALTED", 1, 2, ended, ended + timedelta(minutes=10))


@pytest.mark.parametrize(
    ("text", "is_id"),
    [
        ("0b1c0000-0000-4000-8000-0000000000AF", True),
        ("0b1c0000-0000-7000-8000-000000000000", False),
        ("0b1c0000-0000-4000-7000-000000000000", False),
        ("0b1c000000004000800000000000000000", False),
        ("x", False),
    ],
)
def test_ids_have_the_form_of_the_contract(text: str, is_id: bool):
    assert rules.is_id(text) is is_id
