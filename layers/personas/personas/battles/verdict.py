"""Who argued better, and what is worth remembering: a heuristic that reads the turns. Pure. Source: personas 9.4.

A side's score is 40 E + 35 R + 15 W + 10 U:

- E: the share of its turns with evidence, which is a digit or a word such as "because";
- R: how much it answers: for each turn after one of the opponent's, the number of content words that both share,
  out of five;
- W: the share of its turns that kept the word limit;
- U: distinct content words among all of its content words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import chain
from typing import Final

from kernel.texts import to_translate, translate
from personas.battles.models import Side, Turn, Verdict, Winner
from personas.battles.rules import sentences
from personas.safety.rules import cut, first_sentence

EVIDENCE: Final = (
    *("because", "example", "data", "measured", "study", "result"),
    *("çünkü", "örneğin", "veri", "ölçüm", "sonuç"),
)
"""A word that begins like one of these supports a claim."""

SHARED_WORDS: Final = 5
"""Content words shared with the opponent's last turn that count as a full answer."""
WINNING_MARGIN: Final = Fraction(5)
TURNS_NEEDED: Final = 2

TAKEAWAYS: Final = 3
MAX_TAKEAWAY: Final = 90

_CANNED: Final = (
    to_translate("Both sides want the same thing and weigh it differently."),
    to_translate("A claim with an example is easier to check."),
    to_translate("The next step is to try it on a small scale."),
    to_translate("A good question is worth asking twice."),
)

_TOKEN: Final = re.compile(r"[^\W_]+")
_SHORTEST_CONTENT_WORD: Final = 4
_DIGIT: Final = re.compile(r"\d")


def decide(turns: Sequence[Turn], pro_name: str, con_name: str) -> Verdict | None:
    """Return the verdict on a debate; None before both sides have spoken."""
    if len(turns) < TURNS_NEEDED:
        return None
    pro, con = rounded(score(turns, "PRO")), rounded(score(turns, "CON"))
    winner: Winner = "DRAW"
    if abs(pro - con) >= WINNING_MARGIN:
        winner = "PRO" if pro > con else "CON"
    return Verdict(winner, float(pro), float(con), pro_name, con_name)


def pending_line() -> str:
    """Return what stands in the verdict's place before there is one."""
    return translate("The verdict comes when both sides have spoken.")


def score(turns: Sequence[Turn], side: Side) -> Fraction:
    """Return a side's score, not rounded; 0 for a side that has not spoken."""
    own = [turn for turn in turns if turn.side == side]
    if not own:
        return Fraction(0)
    evidence = Fraction(sum(has_evidence(turn.content) for turn in own), len(own))
    in_limits = Fraction(sum(not turn.trimmed for turn in own), len(own))
    answers = [
        min(Fraction(1), Fraction(len(set(content_words(turn.content)) & set(content_words(said))), SHARED_WORDS))
        for turn in own
        if (said := _said_before(turns, turn)) is not None
    ]
    answered = sum(answers, Fraction(0)) / len(answers) if answers else Fraction(0)
    words = list(chain.from_iterable(content_words(turn.content) for turn in own))
    variety = Fraction(len(set(words)), len(words)) if words else Fraction(0)
    return 40 * evidence + 35 * answered + 15 * in_limits + 10 * variety


def _said_before(turns: Sequence[Turn], turn: Turn) -> str | None:
    """Return what the opponent has said right before a turn."""
    earlier = [each for each in turns if each.side != turn.side and each.turn_index < turn.turn_index]
    return max(earlier, key=lambda each: each.turn_index).content if earlier else None


def rounded(value: Fraction) -> Fraction:
    """Return the value with one decimal, rounded half up."""
    return Fraction((value * 10 + Fraction(1, 2)).__floor__(), 10)


def tokens(text: str) -> list[str]:
    """Return the words of a text in lower case, digits included."""
    # In lower case, İ would become an i and a dot that is no letter.
    return _TOKEN.findall(text.replace("İ", "i").lower())


def content_words(text: str) -> list[str]:
    """Return the words of at least four letters, in their order, with repetitions."""
    return [token for token in tokens(text) if len(token) >= _SHORTEST_CONTENT_WORD]


def has_evidence(text: str) -> bool:
    """Whether a text has a digit or a word that introduces evidence."""
    return _evidence_in(text) > 0


def _evidence_in(text: str) -> int:
    return sum(token.startswith(EVIDENCE) or _DIGIT.search(token) is not None for token in tokens(text))


def takeaways(turns: Sequence[Turn], verdict: Verdict | None, topic: str) -> tuple[str, ...]:
    """Return three sentences that are worth remembering: the best supported one of each side, and the winner's last.

    After a draw, the debate's last sentence takes the winner's place. Before anyone has spoken, there are none.
    """
    if not turns:
        return ()
    sides: tuple[Side, ...] = ("PRO", "CON")
    best = [_best_supported(turns, side) for side in sides]
    winner = verdict.winner if verdict else "DRAW"
    last = [sentences(turn.content)[-1:] for turn in turns if winner in (turn.side, "DRAW")]
    return pick_takeaways([*filter(None, best), *(last[-1] if last else [])], topic)


def pick_takeaways(candidates: Iterable[str], topic: str) -> tuple[str, ...]:
    """Return three different sentences of at most 90 characters: the first candidates, and then fixed ones.

    Args:
        topic: no takeaway repeats it.
    """
    known = {_shortened(topic).casefold(), ""}
    chosen: list[str] = []
    for candidate in chain(candidates, map(translate, _CANNED)):
        text = _shortened(candidate)
        if text.casefold() not in known and len(chosen) < TAKEAWAYS:
            known.add(text.casefold())
            chosen.append(text)
    return tuple(chosen)


def _shortened(text: str) -> str:
    return cut(first_sentence(text), MAX_TAKEAWAY)


def _best_supported(turns: Sequence[Turn], side: Side) -> str | None:
    """Return the side's sentence with the most evidence, of several the one that says most, of those the first."""
    said = [sentence for turn in turns if turn.side == side for sentence in sentences(turn.content)]
    best = max(said, key=lambda sentence: (_evidence_in(sentence), len(content_words(sentence))), default=None)
    return best if best and has_evidence(best) else None
