"""What keywords tell of answers: all that the offline provider does, and what counts when a model fails. Pure.

Source: worlds 10.3 and 11.1.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, Literal

from worlds.generation.parameters import land_share
from worlds.interview import words
from worlds.interview.configuration import LONGEST, MOST, GeologicalAge, MagicLevel, TechLevel, WorldConfiguration
from worlds.interview.matching import every, first, first_beside, is_denied, mentions, parts_of, plain, says, words_of
from worlds.interview.topics import InterviewTopic

Answers = Mapping[InterviewTopic, str]

_SHORT: Final = 4
"""Words: a part of an answer that is no longer is taken for a name."""
_ARTICLES: Final = re.compile(
    r"^(?:(?:the|a|an|some|only|just|mostly|many|there are|there is|maybe|also|der|die|das|ein|eine|einige|nur|es gibt"
    r"|los|las|el|la|un|una|unos|unas|solo|hay)\s+)+",
    re.IGNORECASE,
)
_TELLS_MORE: Final = re.compile(r"(?:who|that|which|whose|they|die|deren|que|quienes)\b", re.IGNORECASE)
"""How a part begins that tells more of a people, and names none."""
_CALLED: Final = re.compile(
    r"\b(?:called|named|namens|genannt|llamad[oa]s?|se llaman)\s+(?:the\s+|die\s+|los\s+|las\s+)?"
    r"([^\W\d_][\w'-]{1,30})",
    re.IGNORECASE,
)
_LIKE: Final = re.compile(
    r"\b(?:inspired by|inspiriert von|inspirado en|inspirada en|reminds me of|think of|similar to|as in)\s+"
    r"([^.,;!?\n]{2,80})",
    re.IGNORECASE,
)
_PERCENT: Final = re.compile(
    r"(\d+(?:[.,]\d+)?)\s*(?:%|per\s*cent|prozent|por ciento)\s*(?:of\s+|de\s+)?"
    r"(?:the\s+)?(?:surface\s+(?:is\s+)?)?(\w*)",
    re.IGNORECASE,
)
_TENS: Final = {word: number for number, listed in words.TENS.items() for word in listed.split(", ")}
_UNITS: Final = {word: number for number, word in words.UNITS.items()}
_SPELLED: Final = re.compile(
    rf"\b({'|'.join(sorted([*_TENS, 'fünfzig', 'dreißig'], key=len, reverse=True))})"
    rf"(?:[\s-]+({'|'.join(_UNITS)}))?(?=\s*(?:%|per\s*cent|prozent|por ciento))",
    re.IGNORECASE,
)
"""A number as a word, before a per cent."""
_SIDES: Final = {
    "land": "land",
    "tierra": "land",
    "erde": "land",
    "kara": "land",
    "deniz": "water",
    "su": "water",
    "ground": "land",
    "water": "water",
    "wasser": "water",
    "agua": "water",
    "ocean": "water",
    "sea": "water",
    "meer": "water",
    "mar": "water",
    "oceano": "water",
    "ozean": "water",
}
_LEVEL: Final = re.compile(
    r"\b(?:sea|water)\s*level\s*(?:is|of|at|:)?\s*(?:about\s+)?(high|low|medium|[-−]?\d+\s*(?:%|m\b|metres\b|meters\b))",
    re.IGNORECASE,
)
_CLAUSES: Final = re.compile(
    r"[,;.!?\n]+|\b(?:but|aber|pero|and|und|y)\b(?=[^,;.]*\b(?:no|not|without|kein|keine|ohne|nicht|sin|yes|ja)\b)",
    re.IGNORECASE,
)
_BLANKS: Final = re.compile(r"\s+")


def extract(answers: Answers) -> WorldConfiguration:
    """Return what keywords tell. It may lack something: see `WorldConfiguration.missing`."""
    concept, nature = _of(answers, InterviewTopic.CONCEPT), _of(answers, InterviewTopic.ENVIRONMENT)
    skills, powers = _of(answers, InterviewTopic.TECHNOLOGY), _of(answers, InterviewTopic.FACTIONS)
    told = f"{nature}. {concept}"
    features = every(told, words.FEATURES)[:MOST]
    level = tech_level(skills) or tech_level(concept)
    geology, life, diseases = _simulated(_of(answers, InterviewTopic.SIMULATION))
    return WorldConfiguration(
        theme="" if is_vague(concept) else _line(concept),
        tone=" and ".join(every(concept, words.TONES)[:2]),
        unique_aspect=_line(concept.partition(".")[2]),
        inspirations=_lines(_LIKE.findall(concept)),
        conflicts=_listed(_of(answers, InterviewTopic.CONFLICT)),
        tech_level=level,
        magic_level=_magic(skills, concept),
        advanced_tech=_line(skills) if level == "futuristic" else "",
        magic_impact=_sentence_about(f"{skills}. {concept}", words.MAGICAL),
        planet_size=_size(nature, concept),
        climate_range=_climate(nature, concept),
        land_water_ratio=_land(nature) or _land(concept),
        water_level=_water_level(told),
        unique_features=tuple(features),
        extreme_environments=tuple(each for each in features if each in words.EXTREME),
        geological_age=_age(_of(answers, InterviewTopic.AGE)),
        natural_satellites=_moons(_of(answers, InterviewTopic.MOONS), told),
        simulate_geology=geology,
        simulate_life=life,
        disable_diseases=not diseases,
        sentient_species=species(_of(answers, InterviewTopic.SPECIES)) or tuple(every(concept, words.SPECIES)[:MOST]),
        political_structure=", ".join(every(powers, words.POLITICS)[:3]),
        economic_system=", ".join(every(powers, words.ECONOMIES)[:3]),
        cultural_values=tuple(every(f"{powers}. {concept}", words.VALUES)[:MOST]),
        religions=_parts_about(powers, words.RELIGIOUS),
        taboos=_parts_about(powers, words.FORBIDDEN),
        world_name=_of(answers, InterviewTopic.NAME),
    )


def is_vague(answer: str) -> bool:
    """Tell whether an answer says nothing."""
    typed = plain(answer)
    return (len(typed) < 2 and typed.isascii()) or says(answer, words.VAGUE)


def species(answer: str) -> tuple[str, ...]:
    """Return the peoples that an answer names: known ones, and names that someone has made up.

    Made-up names are found in lists only: of whole sentences, one cannot tell what is a name.
    """
    found: dict[str, None] = {}
    parts = parts_of(answer)
    is_list = all(
        len(words_of(part)) <= _SHORT or _TELLS_MORE.match(part) or every(part, words.SPECIES) for part in parts
    )
    for part in parts:
        known = every(part, words.SPECIES)
        if known:
            found |= dict.fromkeys(known)
        elif called := _CALLED.search(part):
            found[called[1]] = None
        elif is_list and not _TELLS_MORE.match(part) and (name := _made_up(part)):
            found[name] = None
    return tuple(found)[:MOST]


def tech_level(answer: str) -> TechLevel | Literal[""]:
    """Return how far tools are that an answer is about; "" if it does not say."""
    return first(answer, words.TECHNOLOGY)


def _made_up(part: str) -> str:
    name = _ARTICLES.sub("", part.strip(" \"'-:")).strip()
    typed = words_of(name)
    has_letters = any(each.isalpha() and not (len(each) == 1 and each.isascii()) for each in typed)
    is_name = has_letters and len(typed) <= _SHORT
    if not is_name or is_vague(name) or says(name, words.NEGATIVE) or is_denied([*typed, ""], len(typed)):
        return ""
    return "" if is_denied([typed[0], ""], 1) else _BLANKS.sub(" ", name)[:100]


def _of(answers: Answers, topic: InterviewTopic) -> str:
    return answers.get(topic, "")


def _line(text: str) -> str:
    return _BLANKS.sub(" ", text).strip()[:LONGEST]


def _lines(found: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line[:100] for each in found if (line := _line(each))))[:MOST]


def _listed(answer: str) -> tuple[str, ...]:
    if is_vague(answer) or says(answer, words.NEGATIVE):
        return ()
    return _lines([each for each in re.split(r"[;\n.]+", answer) if plain(each)])


def _sentence_about(text: str, listed: str) -> str:
    return next((_line(each) for each in re.split(r"[.;\n!?]+", text) if mentions(each, listed)), "")


def _parts_about(text: str, listed: str) -> tuple[str, ...]:
    return _lines([each for each in re.split(r"[,.;\n!?]+", text) if mentions(each, listed)])


def _magic(skills: str, concept: str) -> MagicLevel:
    for text in (skills, concept):
        parts = [each for each in parts_of(text) if _is_about_magic(each)]
        if any(first(each, {"none": words.MAGIC_ABSENT}) for each in parts):
            return "none"
        for each in (*parts, text if parts or text is skills else ""):
            if found := first(each, words.MAGIC):
                return found
        if any(mentions(each, words.MAGICAL) for each in parts):
            return "common"
    return "none"


def _is_about_magic(part: str) -> bool:
    return bool(first(part, {"magic": words.MAGICAL, "none": words.MAGIC_ABSENT}))


def _size(nature: str, concept: str) -> str:
    beside = first_beside(nature, words.SIZES, words.WORLDS) or first_beside(concept, words.SIZES, words.WORLDS)
    return beside or first(nature, words.SIZES) or "medium"


def _climate(nature: str, concept: str) -> str:
    told = every(nature, words.CLIMATES) or every(concept, words.CLIMATES)
    if "desert" in told:  # a hot desert is a desert first
        told = ["desert", *(each for each in told if each != "desert")]
    return " ".join([*told[:3], *(every(nature, words.RAINS) or every(concept, words.RAINS))[:1]])


def _land(text: str) -> str:
    stated = _PERCENT.findall(_SPELLED.sub(_as_digits, text))
    found = {_SIDES[side]: number for number, kind in stated if (side := plain(kind).rstrip("s")) in _SIDES}
    if found:
        share = land_share(" ".join(f"{number.replace(',', '.')}% {side}" for side, number in found.items()))
        return "" if share is None else f"{share * 100:g}% land"
    return first(text, words.LAND)


def _as_digits(spelled: re.Match[str]) -> str:
    """Return a number that is written as a word: thirty-five as 35."""
    tens, unit = _TENS[plain(spelled[1])], _UNITS.get(plain(spelled[2] or ""), 0)
    return str(min(100, tens + unit))


def _water_level(text: str) -> str:
    stated = _LEVEL.search(text)
    return stated[1].lower() if stated else first(text, words.SEAS)


def _age(answer: str) -> GeologicalAge:
    return first(answer, words.AGES) or "mature"


def _moons(answer: str, told: str) -> str:
    digits = re.search(r"\b\d+\b", answer)
    if digits:
        return _as_moons(str(min(int(digits[0][:9]), MOST_NUMBERED)))
    beside = first_beside(answer, words.NUMBERS, words.MOONS)
    found = beside or first(answer, words.NUMBERS) or first_beside(told, words.NUMBERS, words.MOONS)
    return _as_moons(found or "random")


MOST_NUMBERED: Final = 99
"""Moons that a configuration can have as a number; a world has fewer."""


def _as_moons(found: str) -> str:
    return {"0": "none", "1": "one"}.get(found, found)


def _simulated(answer: str) -> tuple[bool, bool, bool]:
    """Return whether the ground, life and diseases go on by themselves."""
    subjects = {"geology": words.GROUND, "life": words.LIFE, "diseases": words.DISEASES}
    on = dict.fromkeys(subjects, True)
    if says(answer, words.NOTHING):
        return False, False, False
    denied = False
    for clause in _CLAUSES.split(answer):
        typed = words_of(clause)
        about = [name for name, listed in subjects.items() if first(" ".join(_without_denials(typed)), {name: listed})]
        if any(is_denied([word, ""], 1) for word in typed):
            denied = True
        elif mentions(clause, words.EVERYTHING) or len(about) != len(typed):
            denied = False
        on |= dict.fromkeys(about, not denied)
    return on["geology"], on["life"], on["diseases"]


def _without_denials(typed: list[str]) -> list[str]:
    return [word for word in typed if not is_denied([word, ""], 1)]
