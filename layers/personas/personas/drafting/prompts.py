"""What an LLM is asked for a draft. What people wrote stands in it as data. Source: personas 6."""

from __future__ import annotations

from kernel.outside.prompts import Prompt
from kernel.outside.quoting import DATA_ONLY, as_data
from personas.drafting import offline
from personas.people.models import Persona
from personas.people.prompting import LANGUAGE_NAMES, STRICTER, VOICE, data_of
from personas.posts.rules import MAX_POST
from personas.rooms.models import Room


def draft_prompt(persona: Persona, room: Room, variant: int, *, stricter: bool = False) -> Prompt:
    """Return the prompt for a post of a persona in a room.

    Args:
        variant: from 1; another one gives another post.
        stricter: the first attempt said what must not be said.
    """
    system = [
        f"You write one post for the room, in {LANGUAGE_NAMES[persona.preferred_language]}.",
        f"Exactly two sentences, at most 90 words and {MAX_POST} characters: first one practical insight that fits the"
        " room, then one question to its readers. Plain text, without a heading, links, or a pile of hashtags. Promote"
        " nothing.",
        f"There may be several drafts to choose from, and this is number {variant}: take an angle of its own.",
        DATA_ONLY,
        VOICE,
    ]
    if stricter:
        system.append(STRICTER)
    return Prompt(
        operation="draft",
        system="\n".join(system),
        user=as_data(
            persona=data_of(persona), room={"name": room.name, "description": room.description}, variant=variant
        ),
        max_tokens=400,
        offline=offline.draft(persona, room.name, variant),
    )
