"""Interviews: begun and resumed, answered, and turned into a world. Source: worlds 10."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

from msgspec import Struct

from kernel import texts
from kernel.accounts.models import Identity
from kernel.database import Cursor, Tx
from kernel.naming import key
from kernel.texts import alternatives, number, translate
from worlds.building import service as building
from worlds.founding import service as founding
from worlds.founding.models import NewWorld
from worlds.interview import asking, conversation, queries, words
from worlds.interview.conversation import InterviewTurn, confirms, names_in, question_of
from worlds.interview.deriving import generation_of, in_order, space_of, stored_configuration
from worlds.interview.events import AnswersUnderstood, InterviewCompleted, InterviewStarted
from worlds.interview.evolution import evolve
from worlds.interview.matching import says
from worlds.interview.models import (
    AGGREGATE,
    LONGEST_ANSWER,
    AnswerEmpty,
    AnswerMissing,
    AnswerTooLong,
    Interview,
    InterviewCompletedAlready,
    InterviewNotCompleted,
    InterviewNotFound,
    NotYourInterview,
)
from worlds.interview.topics import InterviewTopic
from worlds.interview.understanding import understood_of
from worlds.log import service as log
from worlds.log.models import WorldEvent
from worlds.world import queries as worlds_sql
from worlds.world.models import World, WorldNameTaken


class InterviewReply(Struct, frozen=True):
    """What someone reads after they have said something.

    Attributes:
        text: what they are told, and the open question.
        world: that was made of the interview; None if it is going on.
        is_new: the interview has begun with this.
    """

    interview: Interview
    text: str
    world: World | None = None
    is_new: bool = False


class MadeOfInterview(Struct, frozen=True):
    """A world that was made of an interview, and what it was made to be like."""

    world: World
    configuration: Mapping[str, Any]


class _Open(Struct, frozen=True):
    """An interview that is locked.

    Attributes:
        wording: of its next question, if a model has found one.
        names: that a model has found for the world.
        taken: keys of those names that worlds have: of names in what someone says, and of the world's own.
        permit: to make a world now; None if what someone says does not ask for it.
        given_up: gives up the world that is being made, and returns it; None if what someone says does not ask for it.
    """

    interview: Interview | None
    wording: str
    names: Sequence[str]
    taken: Collection[str]
    permit: founding.Permit | None
    given_up: Callable[[], World | None] | None = None


Opened = Callable[[], _Open]
"""Returns an interview that was asked for; the answer comes with the next round trip."""


def start(tx: Tx, me: Identity) -> InterviewReply:
    """Begin an interview, or resume the one that is going on: its open question is asked again."""
    row = queries.lock_active(tx, str(me.account_id)).fetchone()
    if row is not None:
        interview = queries.read(row)
        return InterviewReply(interview, question_of(interview))
    interview = _begin(tx, me.account_id)
    return InterviewReply(interview, question_of(interview), is_new=True)


def find(tx: Tx, me: Identity) -> Interview | None:
    """Return someone's interview that is going on, if there is one."""
    return ask(tx, me)()


def ask(tx: Tx, me: Identity) -> Callable[[], Interview | None]:
    """Ask for someone's interview that is going on; the answer comes with the next round trip."""
    found = queries.find_active(tx, me.account_id)

    def interview() -> Interview | None:
        row = found.fetchone()
        return None if row is None else queries.read(row)

    return interview


def respond(tx: Tx, me: Identity, interview_id: UUID, text: str) -> InterviewReply:
    """Answer the open question of an interview, change an earlier answer, or have the world made.

    Raises:
        AnswerEmpty, AnswerTooLong, InterviewNotFound, NotYourInterview, InterviewCompletedAlready
        WorldNameTaken, MadeOneLately: the world cannot be made now.
    """
    _require_answer(text)
    locked, taken = queries.lock(tx, interview_id), queries.list_taken_with(tx, names_in(text), interview_id)
    permit = founding.ask_permit(tx, str(me.account_id)) if confirms(text) else None
    opened = _read(locked, taken, permit)()
    interview = _owned(opened.interview, me)
    if interview.is_completed:
        raise InterviewCompletedAlready
    return _say(tx, interview, opened, text)


def finalize(tx: Tx, me: Identity, interview_id: UUID) -> MadeOfInterview:
    """Make the world of an interview; again, return the one that was made.

    Raises:
        InterviewNotFound, NotYourInterview, InterviewNotCompleted, AnswerMissing
        WorldNameTaken, MadeOneLately: the world cannot be made now.
    """
    locked, taken = queries.lock(tx, interview_id), queries.list_taken_with(tx, (), interview_id)
    opened = _read(locked, taken, founding.ask_permit(tx, str(me.account_id)))()
    interview = _owned(opened.interview, me)
    if interview.world_id is not None:
        asked = worlds_sql.find_configuration(tx, interview.world_id)
        row = worlds_sql.find(tx, interview.world_id).fetchone()
        configured = asked.fetchone()
        if row is None or configured is None:
            raise InterviewNotFound  # its world was deleted
        return MadeOfInterview(worlds_sql.read(row), in_order(configured["configuration"]))
    if interview.topic is not InterviewTopic.REVIEW:
        raise InterviewNotCompleted(question=question_of(interview))
    turn = conversation.confirm(interview)
    if not turn.is_confirmed:
        raise AnswerMissing(question=question_of(_apply(tx, interview, turn.events)))
    _, world = _complete(tx, interview, opened)
    return MadeOfInterview(world, stored_configuration(understood_of(interview)))


def ask_of_connection(tx: Tx, connection_id: str, text: str) -> Opened:
    """Ask for the interview of who plays over a connection; the answer comes with the next round trip."""
    locked = queries.lock_active(tx, connection_id, queries.ACCOUNT_OF)
    taken = queries.list_taken_with_active(tx, names_in(text), connection_id)
    permit = founding.ask_permit(tx, connection_id, queries.ACCOUNT_OF) if confirms(text) else None
    given_up = building.ask_cancelled(tx, connection_id, queries.ACCOUNT_OF) if says(text, words.STOP) else None
    return _read(locked, taken, permit, given_up)


def talk(tx: Tx, account_id: UUID, opened: Opened, text: str) -> InterviewReply | World:
    """Tell the statue something: what is said first, but for a greeting or a yes, answers its first question.

    Args:
        text: "" to hear the open question again; "stop" to give up the world that is being made.

    Returns:
        What the statue says; or the world that was given up.

    Raises:
        AnswerTooLong
        WorldNameTaken, MadeOneLately: the world cannot be made now.
    """
    found = opened()
    if found.given_up is not None and (world := found.given_up()) is not None:
        return world
    if found.interview is not None:
        if not text.strip():
            return InterviewReply(found.interview, question_of(found.interview))
        _require_answer(text)
        return _say(tx, found.interview, found, text)
    interview = _begin(tx, account_id)
    if not text.strip() or says(text, f"{words.GREETINGS}, {words.CONFIRM}, {words.STOP}"):
        return InterviewReply(interview, question_of(interview), is_new=True)
    _require_answer(text)
    return _say(tx, interview, found, text)


def understand(tx: Tx, interview: Interview, event: AnswersUnderstood) -> Interview:
    """Store what a model has understood of an interview that is locked."""
    return _apply(tx, interview, [event])


def _begin(tx: Tx, account_id: UUID) -> Interview:
    interview_id = uuid4()
    event = InterviewStarted(interview_id=interview_id, account_id=account_id, language=texts.spoken())
    [recorded] = log.record(tx, AGGREGATE, interview_id, 0, [event], {"actor": str(account_id)})
    interview = evolve(None, recorded)
    queries.save(tx, None, interview)
    asking.ask_ahead(tx, interview)
    return interview


def _say(tx: Tx, interview: Interview, opened: _Open, text: str) -> InterviewReply:
    turn = conversation.advance(interview, text, taken=opened.taken, wording=opened.wording)
    if turn.is_confirmed:
        after, world = _complete(tx, interview, opened)
        made = translate(
            "{world} is being made. I tell you how far it is; when its ground is there, write: enter {world}\n"
            "If you do not want it after all: tell statue stop",
            world=world.name,
        )
        return InterviewReply(after, made, world)
    after = _apply(tx, interview, turn.events)
    if after.topic is not interview.topic or after.answers != interview.answers:
        asking.ask_ahead(tx, after)
    return InterviewReply(after, _told(after, turn, opened))


def _told(after: Interview, turn: InterviewTurn, opened: _Open) -> str:
    lines = [turn.note, question_of(after)]
    if after.topic is InterviewTopic.NAME and opened.names and not turn.note:
        lines.append(translate("What about {names}?", names=alternatives([f'"{each}"' for each in opened.names])))
    return "\n".join(each for each in lines if each)


def _apply(tx: Tx, interview: Interview, events: Sequence[WorldEvent]) -> Interview:
    if not events:
        return interview
    metadata = {"actor": str(interview.account_id)}
    after = interview
    for recorded in log.record(tx, AGGREGATE, interview.interview_id, interview.version, events, metadata):
        after = evolve(after, recorded)
    queries.save(tx, interview, after)
    return after


def _complete(tx: Tx, interview: Interview, opened: _Open) -> tuple[Interview, World]:
    """Make the world, with its configuration; only then is the interview completed. Source: worlds 10.3, 30."""
    wanted = understood_of(interview)
    assert opened.permit is not None, "a world is made only where a permit was asked for"
    opened.permit()
    if key(wanted.world_name) in opened.taken:
        raise WorldNameTaken(name=wanted.world_name)
    world = founding.make(
        tx,
        interview.account_id,
        NewWorld(
            name=wanted.world_name,
            space=space_of(wanted),
            generation=generation_of(wanted, tx.rng.getrandbits(31)),
            configuration=stored_configuration(wanted),
        ),
    )
    completed = InterviewCompleted(interview_id=interview.interview_id, world_id=world.world_id)
    return _apply(tx, interview, [completed]), world


def _owned(interview: Interview | None, me: Identity) -> Interview:
    if interview is None:
        raise InterviewNotFound
    if interview.account_id != me.account_id:
        raise NotYourInterview
    return interview


def _require_answer(text: str) -> None:
    if not text.strip():
        raise AnswerEmpty
    if len(text) > LONGEST_ANSWER:
        raise AnswerTooLong(most=number(LONGEST_ANSWER))


def _read(
    locked: Cursor,
    taken: Cursor,
    permit: founding.Permit | None,
    given_up: Callable[[], World | None] | None = None,
) -> Opened:
    def opened() -> _Open:
        row = locked.fetchone()
        keys = frozenset(each["name_key"] for each in taken)
        if row is None:
            return _Open(None, "", (), keys, permit, given_up)
        names = [*filter(None, (row["names"] or "").split("\n"))]
        return _Open(queries.read(row), row["next_wording"] or "", names, keys, permit, given_up)

    return opened
