"""Two who begin, or have a world made, in the same moment: there is one interview, and one world. Source: worlds 10."""

from __future__ import annotations

from functools import partial
from uuid import UUID

import pytest

from kernel.accounts.models import Identity
from kernel.database import Connection, transaction
from tests.support.people import make_someone
from tests.support.races import race_of
from tests.worlds.integration.test_interviews import ANSWERS, answer
from worlds.founding import service as founding
from worlds.founding.models import MadeOneLately, NewWorld
from worlds.interview import service as interviews
from worlds.interview.models import InterviewCompletedAlready
from worlds.interview.service import InterviewReply, MadeOfInterview
from worlds.space.models import LOBBY as ROOM
from worlds.world.models import WorldNameTaken


@pytest.fixture
def ann(conn: Connection) -> Identity:
    with transaction(conn) as tx:
        return make_someone(tx, "Ann").identity


def in_review(conn: Connection, me: Identity) -> UUID:
    with transaction(conn) as tx:
        return answer(tx, me, ANSWERS).interview.interview_id


def names(conn: Connection) -> list[str]:
    with transaction(conn) as tx:
        rows = tx.execute("SELECT name FROM worlds.worlds WHERE NOT is_system ORDER BY name").fetchall()
    return [row["name"] for row in rows]


def test_two_who_begin_at_once_are_in_the_same_interview(conn: Connection, database_url: str, ann: Identity):
    with race_of(4, database_url) as race:
        begun = race(*[partial(interviews.start, me=ann)] * 4)

    replies = [each for each in begun if isinstance(each, InterviewReply)]
    assert len(replies) == 4
    assert len({each.interview.interview_id for each in replies}) == 1
    assert [each.is_new for each in replies].count(True) == 1


def test_a_world_is_made_once_however_often_it_is_confirmed_at_once(conn: Connection, database_url: str, ann: Identity):
    interview_id = in_review(conn, ann)
    finalize = partial(interviews.finalize, me=ann, interview_id=interview_id)
    confirm = partial(interviews.respond, me=ann, interview_id=interview_id, text="yes")
    with race_of(4, database_url) as race:
        made = race(finalize, finalize, finalize, confirm)

    assert names(conn) == ["Frosthaven"]
    assert len({each.world.world_id for each in made if isinstance(each, MadeOfInterview)}) == 1
    assert isinstance(made[3], InterviewReply | InterviewCompletedAlready)


def test_of_two_worlds_that_someone_makes_at_once_in_two_ways_there_is_one(
    conn: Connection, database_url: str, ann: Identity
):
    interview_id = in_review(conn, ann)
    with race_of(2, database_url) as race:
        made = race(
            partial(interviews.finalize, me=ann, interview_id=interview_id),
            partial(founding.create, account_id=ann.account_id, wanted=NewWorld(name="Room", space=ROOM)),
        )

    assert [isinstance(each, MadeOneLately) for each in made].count(True) == 1
    assert len(names(conn)) == 1


def test_of_two_worlds_of_one_name_the_second_is_refused_and_can_be_renamed(
    conn: Connection, database_url: str, ann: Identity
):
    with transaction(conn) as tx:
        bob = make_someone(tx, "Bob").identity
    with race_of(2, database_url) as race:
        made = race(
            *(
                partial(interviews.finalize, me=me, interview_id=interview_id)
                for me, interview_id in [(each, in_review(conn, each)) for each in (ann, bob)]
            )
        )

    assert sorted(type(each).__name__ for each in made) == ["MadeOfInterview", "WorldNameTaken"]
    second = ann if isinstance(made[0], WorldNameTaken) else bob
    with transaction(conn) as tx:
        assert answer(tx, second, ["change name to Icehaven", "yes"]).world is not None
    assert names(conn) == ["Frosthaven", "Icehaven"]
