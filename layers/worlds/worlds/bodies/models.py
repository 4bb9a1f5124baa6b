"""The values and refusals of bodies."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from msgspec import Struct

from kernel.errors import NotAllowed, Refused


class Attribute(StrEnum):
    """The attributes, by the names under which they are stored, sent and shown."""

    MIGHT = "Might"
    AGILITY = "Agility"
    ENDURANCE = "Endurance"
    REFLEXES = "Reflexes"
    VITALITY = "Vitality"
    INTELLECT = "Intellect"
    CUNNING = "Cunning"
    WILLPOWER = "Willpower"
    PRESENCE = "Presence"
    INTUITION = "Intuition"
    SIGHT = "Sight"
    HEARING = "Hearing"
    SMELL = "Smell"
    TASTE = "Taste"
    TOUCH = "Touch"


_ALL = tuple(Attribute)

ATTRIBUTE_GROUPS: Final[Mapping[str, tuple[Attribute, ...]]] = {
    "Physical": _ALL[:5],
    "Mental": _ALL[5:10],
    "Sensory": _ALL[10:],
}
"""{group: its attributes}, in the order of a character sheet."""

Attributes = Mapping[Attribute, int]
"""{attribute: its value, 1 to 100}; all fifteen of them."""


class Role(StrEnum):
    """What a character may do in a world."""

    PLAYER = "player"
    WATCHER = "watcher"
    ADMIN = "admin"


class Derived(Struct, frozen=True):
    """What follows from a body's attributes: the most that it can have of each."""

    hp: int
    stamina: int
    focus: int
    mana: int
    nerve: int


class GeneratedBody(Struct, frozen=True):
    """A new body, and how it came about.

    Attributes:
        species: its key.
        seed: makes the same variance again.
        variance: {attribute: what chance added to the species' value}; all fifteen.
        bought: {attribute: points added by the player}; without zeros.
        attributes: the result.
    """

    species: str
    seed: int
    variance: Attributes
    bought: Attributes
    attributes: Attributes


class UnknownSpecies(Refused):
    code = "invalid_input"
    message = "There is no species {typed} here. Choose one of: {names}."


class UnknownAttribute(Refused):
    code = "invalid_input"
    message = "{typed} is not an attribute. The attributes are: {names}."


class AttributeRepeated(Refused):
    code = "invalid_input"
    message = "{attribute} appears twice. Give each attribute once."


class NegativePurchase(Refused):
    code = "invalid_input"
    message = "{attribute} cannot be lowered. Points can only be added."


class PurchaseTooHigh(Refused):
    code = "invalid_input"
    message = "{attribute} can be raised by {most} points at most, not {points}."


class BudgetExceeded(Refused):
    code = "invalid_input"
    message = "These purchases cost {cost} points and you have {budget}. Take some back."


class UnknownBackgroundAnswer(Refused):
    code = "invalid_input"
    message = "{typed} is not an answer to any of the questions about the past."


class QuestionAnsweredTwice(Refused):
    code = "invalid_input"
    message = 'Give one answer to "{question}", not two.'


class CharacterNameInvalid(Refused):
    code = "character_name_invalid"
    message = "A character's name has 1 to {most} visible characters, no colon, and no number with a dot before it."


class CharacterNameOfManyScripts(Refused):
    code = "character_name_invalid"
    message = "A character's name has letters of one script, such as Latin or Cyrillic. Choose another name."


class CharacterNameReserved(Refused):
    """A line of the game would look like one of this character, or the other way round."""

    code = "character_name_invalid"
    message = "The game itself is called so, or those who run it. Choose another name."


class DescriptionTooLong(Refused):
    code = "invalid_input"
    message = "A description has at most {most} characters; this one has {length}."


class OccupationTooLong(Refused):
    code = "invalid_input"
    message = "An occupation has at most {most} characters; this one has {length}."


class UnknownRole(Refused):
    code = "invalid_input"
    message = "{typed} is not a role. Choose player or watcher."


class AdminRoleForbidden(NotAllowed):
    """A client asked for a right that its account does not have."""

    code = "forbidden"
    message = "Only administrators can enter as one. Choose player or watcher."
