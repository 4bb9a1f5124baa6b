"""Refusals about making things, experimenting and teaching."""

from __future__ import annotations

from kernel.errors import NotFound, Refused, TooSoon


class UnknownRecipe(NotFound):
    """Nothing is called so, or one does not know how it is made."""

    code = "not_found"
    message = "You do not know how to make {typed}. Write recipes to see what you know."


class IngredientsMissing(Refused):
    """Not all that it takes is there."""

    code = "invalid_input"
    message = "{recipe} needs {needed}. You lack {missing}."


class StationMissing(Refused):
    """There is nothing near at which it could be made."""

    code = "invalid_input"
    message = "You have {things}, but this needs {station} within 3 m."


class ToolMissing(Refused):
    """One has nothing to make it with."""

    code = "invalid_input"
    message = "You have {things}, but this needs {tool} in your hands or your bag."


class SkillTooLow(Refused):
    """One is not good enough yet."""

    code = "invalid_input"
    message = "You have {things}, but this needs {skill} {level}; yours is {yours}."


class PupilReserved(Refused):
    """One of the game's own people who does not know one well enough, or has no reason to like one."""

    code = "invalid_input"
    message = "{name} does not trust your advice yet. Bring gifts, keep promises, and come back."


class TeacherReserved(Refused):
    """One of the game's own people who does not know one well enough, or has no reason to like one."""

    code = "invalid_input"
    message = "{name} teaches friends, not strangers. Bring gifts, keep promises, and come back."


class NothingToTeach(NotFound):
    """Someone knows nothing that one does not know."""

    code = "not_found"
    message = "{name} has nothing to teach you."


class NotTaught(NotFound):
    """Someone does not know how to make that."""

    code = "not_found"
    message = "{name} cannot teach you that, but may teach you this: {recipes}."


class TeacherBusy(Refused):
    """Someone is still busy with the last lesson."""

    code = "invalid_input"
    message = "{name} is busy for another {time}. Ask again then."


class HandsBusy(TooSoon):
    """What was made lately takes its time."""

    code = "action_cooldown"
    message = "You have worked ahead. Your hands are free for more in {time}."


class StillAtWork(Refused):
    """One thing after the other."""

    code = "invalid_input"
    message = "You are busy with {subject} for another {time}. To give it up, walk away from it."


class WorkReady(Refused):
    """What was begun first has to be taken first."""

    code = "invalid_input"
    message = "Your work on {subject} is done. Take it first: {command}"


class NotAtWork(NotFound):
    """Nothing was begun."""

    code = "not_found"
    message = "You are not making anything. Write recipes to see what you could make."


class WorkLeft(Refused):
    """One has walked away from it."""

    code = "invalid_input"
    message = "You have walked away from your work on {subject}, and lost nothing but time. Begin anew: {command}"


class NothingToFindOut(Refused):
    """All that could be made of these things is known."""

    code = "invalid_input"
    message = "You can think of nothing new to make of {one} and {other}."


class TooFewToTry(Refused):
    """An experiment uses up one of each."""

    code = "item_not_found"
    message = "You need two of these to try them with each other: {item}."


class TooUnskilledToTry(Refused):
    """Without any skill, nothing comes of it."""

    code = "invalid_input"
    message = "You would only spoil {one} and {other}. To try this, you have to know a little {skill}."


class PupilKnows(Refused):
    """There is nothing to teach."""

    code = "invalid_input"
    message = "{name} knows already how to make this: {recipe}."


class LessonRefused(Refused):
    """Someone does not listen to this teacher."""

    code = "invalid_input"
    message = "{name} does not want to learn from you."
