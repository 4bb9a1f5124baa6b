"""A persona as data for a prompt."""

from __future__ import annotations

from typing import Any, Final

from personas.people.models import Persona

LANGUAGE_NAMES: Final = {"en": "English", "tr": "Turkish"}

VOICE: Final = (
    "Write as the persona that the document describes: in its tone, at its formality (0 is casual, 3 is formal), in the"
    " manner of its writing samples, and in its language only. Use a catchphrase only where it fits. Never use a phrase"
    " of do_not_say."
)
"""The sentences of a system text that say how the data is used."""

STRICTER: Final = (
    "Your last attempt contained a phrase that this persona never says. Write another one without any phrase of"
    " do_not_say."
)
"""The sentence that is added when the first answer said what must not be said."""


def data_of(persona: Persona) -> dict[str, Any]:
    """Return the calibration of a persona, for `as_data`."""
    return {
        "name": persona.name,
        "bio": persona.bio,
        "tone": persona.tone,
        "language": LANGUAGE_NAMES[persona.preferred_language],
        "formality": persona.formality,
        "writing_samples": list(persona.writing_samples),
        "catchphrases": list(persona.catchphrases),
        "do_not_say": list(persona.do_not_say),
    }
