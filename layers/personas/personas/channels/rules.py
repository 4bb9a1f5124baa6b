"""Who debates in a channel. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Final

from personas.battles.models import Language, Speaker
from personas.battles.rules import HOUSE
from personas.channels.models import NoDebate, SamePersona
from personas.profiles.models import PublicPersona

MOST_FOLLOWED: Final = 10
"""Among so many of the most followed personas the dice choose."""


def cast(
    pro: PublicPersona | None, con: PublicPersona | None, most_followed: Sequence[PublicPersona], rng: Random
) -> tuple[PublicPersona | None, PublicPersona | None]:
    """Return who speaks for which side: those asked for, else some of the most followed; None for the house.

    Args:
        most_followed: best first.

    Raises:
        SamePersona; NoDebate: both were asked for, and a block stands between their owners.
    """
    taken = {each.persona_id for each in (pro, con) if each is not None}
    if pro is not None and con is not None and len(taken) < 2:
        raise SamePersona
    if pro is not None and con is not None and pro.account_id in con.blocks:
        raise NoDebate
    free = [each for each in most_followed if each.persona_id not in taken][:MOST_FOLLOWED]
    rng.shuffle(free)
    pro = pro or _opponent(con, free)
    return pro, con or _opponent(pro, free)


def _opponent(of: PublicPersona | None, free: list[PublicPersona]) -> PublicPersona | None:
    """Take one that may debate with someone: no block stands between their owners."""
    for persona in reversed(free):
        if of is None or of.account_id not in persona.blocks:
            free.remove(persona)
            return persona
    return None


def speakers(pro: PublicPersona | None, con: PublicPersona | None) -> tuple[Speaker, Speaker]:
    """Return the speakers of both sides; the house speaks where there is no persona."""
    return (
        Speaker(pro.persona_id, pro.name) if pro else Speaker(None, HOUSE["PRO"]),
        Speaker(con.persona_id, con.name) if con else Speaker(None, HOUSE["CON"]),
    )


def language_of(*personas: PublicPersona | None) -> Language:
    """Return the language of a battle: Turkish if all its personas speak it."""
    return "tr" if {each.preferred_language for each in personas if each} == {"tr"} else "en"
