"""What an interview is about. Source: worlds 10.1."""

from __future__ import annotations

from enum import IntEnum
from pathlib import Path
from typing import Final

from msgspec import Struct

from kernel import texts
from kernel.content.folders import find_configs
from kernel.naming import key
from kernel.texts import to_translate, translate

# Interviews are read on pages, in the reader's language, and so have texts of their own: the game speaks English.
texts.use(find_configs(Path(__file__).resolve().parents[1]) / "texts", announces=False)


class InterviewTopic(IntEnum):
    """The topics, in their order."""

    CONCEPT = 0
    SPECIES = 1
    ENVIRONMENT = 2
    TECHNOLOGY = 3
    CONFLICT = 4
    AGE = 5
    MOONS = 6
    SIMULATION = 7
    BRANCH = 8
    FACTIONS = 9
    NAME = 10
    REVIEW = 11


QUESTIONS: Final = InterviewTopic.REVIEW.value
"""How many topics have a question of their own."""


class TopicText(Struct, frozen=True):
    """How a topic is talked about.

    Attributes:
        name: that "change <topic> to <value>" finds by a part of it; so it does by the other names.
        again: the question after an answer that says too little; "" where any answer will do.
    """

    name: str
    question: str
    again: str = ""
    others: tuple[str, ...] = ()


TEXTS: Final[dict[InterviewTopic, TopicText]] = {
    InterviewTopic.CONCEPT: TopicText(
        to_translate("Core concept"),
        to_translate("What is your world about? Tell me its idea, and the mood that it has."),
        to_translate("Say it in a few words: a frozen archipelago, a desert of ruins, a green world of old forests?"),
        ("theme", "idea", "world", "thema", "idee", "tema", "welt", "mundo"),
    ),
    InterviewTopic.SPECIES: TopicText(
        to_translate("Sentient species"),
        to_translate("Who lives there and thinks? Humans, elves, dwarves, orcs, or others that you name."),
        to_translate("Name at least one people, such as humans, or a name that you make up."),
        ("people", "races", "völker", "volk", "especies", "pueblos"),
    ),
    InterviewTopic.ENVIRONMENT: TopicText(
        to_translate("Environment"),
        to_translate(
            "What is the land like? Say how warm and how wet it is, how large the world is (small, medium or large),"
            " and how much of it is land or water: 30% land, say."
        ),
        to_translate("Frozen, cold, temperate, warm, tropical or desert? Small, medium or large? How much land?"),
        ("geography", "climate", "size", "land", "water", "umwelt", "klima", "clima", "entorno"),
    ),
    InterviewTopic.TECHNOLOGY: TopicText(
        to_translate("Magic and technology"),
        to_translate(
            "How far are its tools: stone age, medieval, renaissance, industrial, modern, futuristic or mixed? And is"
            " magic absent, rare, common or dominant?"
        ),
        to_translate("Choose one: stone age, medieval, renaissance, industrial, modern, futuristic or mixed."),
        ("tools", "magie", "technik", "werkzeuge", "magia", "tecnología", "herramientas"),
    ),
    InterviewTopic.CONFLICT: TopicText(
        to_translate("Conflict"),
        to_translate("What do they quarrel about, and what is in danger?"),
        to_translate("Is there a war, a rivalry, a threat? No conflict at all is an answer, too."),
        ("war", "streit", "krieg", "conflicto", "guerra"),
    ),
    InterviewTopic.AGE: TopicText(
        to_translate("Geological age"),
        to_translate("How old is the ground: young with sharp mountains, mature, or old and worn?"),
        to_translate("Young, mature or old?"),
        ("alter", "edad"),
    ),
    InterviewTopic.MOONS: TopicText(
        to_translate("Natural satellites"),
        to_translate("How many moons are in its sky: none, one, two, many, or shall chance decide?"),
        to_translate("None, one, many, a number, or random?"),
        ("moons", "monde", "lunas", "sky"),
    ),
    InterviewTopic.SIMULATION: TopicText(
        to_translate("Simulation preferences"),
        to_translate("Shall its ground and its life go on changing by themselves, and shall there be diseases?"),
        to_translate("Say yes or no to geology, to life, and to diseases. Everything is an answer, too."),
        ("diseases", "geology", "life", "krankheiten", "enfermedades"),
    ),
    InterviewTopic.BRANCH: TopicText(
        to_translate("Go deeper or finish"),
        to_translate(
            "I have enough to make it. Say continue, and I ask about those who rule and about the name; or finish with:"
            " the name is <name>"
        ),
    ),
    InterviewTopic.FACTIONS: TopicText(
        to_translate("Factions"),
        to_translate("Who holds power there, what do they live on, and what do they believe in?"),
        to_translate("Kings, councils, clans, guilds, temples? No one at all is an answer, too."),
        ("politics", "religion", "economy", "fraktionen", "facciones"),
    ),
    InterviewTopic.NAME: TopicText(
        to_translate("World name"),
        to_translate("What is your world called? Letters, digits, spaces, hyphens and apostrophes, 100 at most."),
        "",
        ("nombre",),
    ),
}


def named(part: str) -> InterviewTopic | None:
    """Return the topic whose name has a part; None if there is none with an answer that can be changed."""
    typed = key(part)
    if len(typed) < 3:
        return None
    for topic, text in TEXTS.items():
        names = [key(each) for each in (text.name, translate(text.name), *text.others)]
        if topic is not InterviewTopic.BRANCH and any(typed in name for name in names):
            return topic
    return None
