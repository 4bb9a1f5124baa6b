"""What a model is asked about an interview. What players have said stands in it as data. Source: worlds 24."""

from __future__ import annotations

import json
from typing import Final

from kernel import texts
from kernel.outside.prompts import Prompt
from kernel.outside.quoting import DATA_ONLY, as_data
from kernel.texts import translate
from worlds.interview.configuration import WorldConfiguration
from worlds.interview.extraction import extract
from worlds.interview.keys import names_inputs, question_inputs
from worlds.interview.models import Interview
from worlds.interview.names import thought_of
from worlds.interview.topics import TEXTS, InterviewTopic

LANGUAGES: Final = {"en": "English", "de": "German", "es": "Spanish", "tr": "Turkish"}


def question_prompt(interview: Interview, topic: InterviewTopic) -> Prompt:
    """Return the prompt for the question about a topic, in the player's language."""
    text = TEXTS[topic]
    system = [
        "You are an old statue that listens to a player who describes a world, which will be made of the answers.",
        f"Ask about one thing: {text.name}. The usual question is: {text.question}",
        "Ask for the same in one or two sentences, and take up what the player has said so far. Keep the choices that"
        f" the usual question offers. At most 350 characters, plain text, in {_language(interview)}.",
        DATA_ONLY,
    ]
    return Prompt(
        operation="interview_question",
        system="\n".join(system),
        user=as_data(**question_inputs(interview)),
        max_tokens=200,
        offline=_spoken(interview, text.question),
    )


def extraction_prompt(interview: Interview, problem: str = "") -> Prompt:
    """Return the prompt for the configuration that the answers describe.

    Args:
        problem: what was wrong with the first answer; "" for the first one.
    """
    system = [
        "You read an interview with a player about a world, and return what the player wants as one JSON object. No"
        " other text.",
        "Every field but these may be empty: theme, techLevel, planetSize, sentientSpecies. planetSize has one of the"
        " words tiny, small, medium, large, huge. climateRange has words of: frozen, cold, temperate, warm, tropical,"
        " hot, desert, varied; and arid, dry, moderate, wet. landWaterRatio is like 30% land. waterLevel is high, low,"
        " medium, or in metres. Fields whose values are listed have one of them. Write texts in English, short.",
        "The JSON Schema: " + json.dumps(_SCHEMA, separators=(",", ":")),
        DATA_ONLY,
    ]
    if problem:
        system.append(f"Your last answer could not be used: {problem}. Return only a JSON object that fits the schema.")
    answers = {TEXTS[topic].name: answer for topic, answer in interview.answers.items()}
    return Prompt(
        operation="interview_extraction",
        system="\n".join(system),
        user=as_data(**answers),
        max_tokens=1500,
        offline=json.dumps(extract(interview.answers).as_json()),
        temperature=0,
    )


def names_prompt(interview: Interview) -> Prompt:
    """Return the prompt for names of a world."""
    system = [
        "Invent six names for a world, one per line and nothing else. Each has one or two words of letters, and fits"
        f" the theme that a player has described. A reader of {_language(interview)} can pronounce them.",
        DATA_ONLY,
    ]
    return Prompt(
        operation="world_names",
        system="\n".join(system),
        user=as_data(**names_inputs(interview)),
        max_tokens=100,
        offline="\n".join(thought_of(interview.answers.get(InterviewTopic.CONCEPT, ""))),
    )


def _language(interview: Interview) -> str:
    return LANGUAGES.get(interview.language, "English")


def _spoken(interview: Interview, text: str) -> str:
    with texts.speaking(interview.language):
        return translate(text)


_SCHEMA: Final = {
    name: {key: value for key, value in field.items() if key not in ("title", "default")}
    for name, field in WorldConfiguration.model_json_schema(by_alias=True)["properties"].items()
    if name != "worldName"
}
