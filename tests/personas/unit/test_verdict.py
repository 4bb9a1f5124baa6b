"""The verdict of a debate, and what is worth remembering of it."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction

import pytest

from kernel.texts import speaking
from personas import translations as translations
from personas.battles import verdict
from personas.battles.models import Turn, Verdict, VerdictPayload
from personas.battles.rules import count_words, phase_of, side_of


def said(*texts: str, trimmed: tuple[int, ...] = ()) -> list[Turn]:
    """A debate of these turns."""
    return [
        Turn(
            turn_index=index,
            side=side_of(index),
            persona_id=None,
            speaker_name="Ada" if index % 2 else "Bob",
            phase=phase_of(index, len(texts)),
            content=text,
            word_count=count_words(text),
            trimmed=index in trimmed,
            created_at=datetime(2026, 2, 18, tzinfo=UTC),
        )
        for index, text in enumerate(texts, 1)
    ]


RELEASES = said(
    "Weekly releases cut our rollback time by 40 percent.",
    "Weekly releases also doubled review pressure on a small team.",
    "Review pressure fell once we capped each release at 5 changes.",
    "That feels risky to me.",
)


def test_the_numbers_of_the_contract():
    decided = verdict.decide(RELEASES, "Ada", "Bob")

    assert decided is not None
    assert decided.as_json() == {
        "winner": "PRO",
        "pro_score": 79.0,
        "con_score": 32.0,
        "line": "",
        "method": "heuristic-v1",
    }
    assert verdict.Verdict.of(decided.as_json(), "Ada", "Bob") == decided


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("en", "Ada wins, 79.0 to 32.0."),
        ("de", "Ada gewinnt mit 79,0 zu 32,0."),
        ("tr", "Ada kazandı: 79,0 - 32,0."),
    ],
)
def test_a_verdict_is_put_into_words_when_it_is_read(language: str, line: str):
    # Stored by a release that stored the sentence, too.
    stored = {"winner": "PRO", "pro_score": 79.0, "con_score": 32.0, "line": "Old words.", "method": "heuristic-v1"}
    found = Verdict.of(stored, "Ada", "Bob")
    assert found is not None

    with speaking(language):
        assert found.line == line


def test_what_is_announced_of_a_verdict_is_in_the_communitys_language():
    with speaking("tr"):
        payload = VerdictPayload.of(Verdict("DRAW", 25.0, 25.0, "Ada", "Bob"))

    assert payload is not None
    assert payload.line == "A draw: Ada 25.0, Bob 25.0."


def test_a_trimmed_turn_costs_its_share_of_fifteen_points():
    turns = said(*(turn.content for turn in RELEASES), trimmed=(1, 4))

    assert verdict.score(turns, "PRO") == Fraction(143, 2)
    assert verdict.score(turns, "CON") == Fraction(49, 2)


def test_a_margin_below_five_points_is_a_draw():
    decided = verdict.decide(said("Blue seems nice.", "Green seems nice."), "Ada", "Bob")

    assert decided is not None
    # The second turn shares two words of five with the first: 14 points more.
    assert (decided.winner, decided.pro_score, decided.con_score) == ("CON", 25.0, 39.0)
    draw = verdict.decide(said("Blue.", "Teal."), "Ada", "Bob")
    assert draw is not None
    assert (draw.winner, draw.pro_score, draw.con_score) == ("DRAW", 25.0, 25.0)


def test_exactly_five_points_win():
    # Both say the same but for 5 points: half of the ten for variety.
    decided = verdict.decide(said("Blue blue.", "Teal gray."), "Ada", "Bob")

    assert decided is not None
    assert (decided.winner, decided.pro_score, decided.con_score) == ("CON", 20.0, 25.0)


def test_there_is_no_verdict_before_both_sides_have_spoken():
    assert verdict.decide(RELEASES[:1], "Ada", "Bob") is None
    assert verdict.decide([], "Ada", "Bob") is None


def test_scores_are_rounded_half_up():
    assert verdict.rounded(Fraction(2005, 100)) == Fraction(201, 10)
    assert verdict.rounded(Fraction(20049, 1000)) == Fraction(20)


@pytest.mark.parametrize(
    ("text", "evidence"),
    [
        ("It is 4 times faster", True),
        ("Databases are slow", True),
        ("Çünkü öyle", True),
        ("ÖRNEĞİN bu", True),
        ("A becausal chain", False),
        ("The undata", False),
        ("Trust me", False),
    ],
)
def test_evidence_is_a_digit_or_the_beginning_of_a_word(text: str, evidence: bool):
    assert verdict.has_evidence(text) is evidence


def test_content_words_have_four_letters_in_any_alphabet():
    assert verdict.content_words("İyileşme, ÇOK hızlı_geldi: 2026 abc") == ["iyileşme", "hızlı", "geldi", "2026"]


def test_takeaways_are_the_supported_sentences_and_the_winners_last():
    chosen = verdict.takeaways(RELEASES, verdict.decide(RELEASES, "Ada", "Bob"), "Should we ship weekly?")

    assert chosen == (
        # Both have one digit, and the second one says more.
        "Review pressure fell once we capped each release at 5 changes.",
        "Both sides want the same thing and weigh it differently.",
        "A claim with an example is easier to check.",
    )


def test_takeaways_are_three_different_short_sentences_and_never_the_topic():
    topic = "Data shows it, because we measured it."
    turns = said(f"{topic} We like it.", f"{topic.upper()} It is 3.5 times " + "longer " * 20)

    chosen = verdict.takeaways(turns, None, topic)

    assert len({line.casefold() for line in chosen}) == 3
    assert all(0 < len(line) <= 90 and line.casefold() != topic.casefold() for line in chosen)
    assert chosen[0].startswith("It is 3.5 times longer")


def test_there_are_no_takeaways_before_the_first_turn():
    assert verdict.takeaways([], None, "Anything") == ()
    assert len(verdict.takeaways(said("Yes."), None, "Anything")) == 3


@pytest.mark.parametrize("language", ["en", "de", "tr"])
def test_fixed_takeaways_do_not_repeat_the_topic(language: str):
    with speaking(language):
        first, *_ = verdict.pick_takeaways([], "Anything")

        assert first not in verdict.pick_takeaways([], first)
