"""What the page knows without asking the game: the commands, for completion, and what a new body is made of."""

from __future__ import annotations

from typing import Any

from kernel.texts import translate
from worlds.bodies import rules
from worlds.bodies.content import backgrounds, species
from worlds.bodies.models import ATTRIBUTE_GROUPS
from worlds.commands.grammar import COMMANDS
from worlds.interview.topics import TEXTS, InterviewTopic


def guide() -> dict[str, Any]:
    """Return the commands, what one chooses for a new body, and what an interview about a world is about."""
    return {
        "commands": [
            {
                "name": each.name,
                "syntax": each.syntax,
                "help": translate(each.help),
                "aliases": each.aliases,
                "options": each.options,
            }
            for each in COMMANDS
        ],
        "species": [
            {
                "key": each.key,
                "name": each.name,
                "description": each.description,
                "attributes": {str(name): value for name, value in each.attributes.items()},
            }
            for each in species.by_key.values()
        ],
        "groups": [{"name": translate(name), "attributes": list(names)} for name, names in ATTRIBUTE_GROUPS.items()],
        "questions": [
            {
                "text": question.text,
                "answers": [{"key": answer.key, "text": answer.text} for answer in question.answers],
            }
            for question in backgrounds.document.questions
        ],
        "topics": [
            {"number": int(topic), "key": text.name, "name": translate(text.name)}
            for topic, text in TEXTS.items()
            if topic is not InterviewTopic.BRANCH
        ],
        "budget": rules.BUDGET,
        "most_bought": rules.MOST_BOUGHT,
        "priced_alike": rules.PRICED_ALIKE,
        "longest_name": rules.MAX_NAME,
    }
