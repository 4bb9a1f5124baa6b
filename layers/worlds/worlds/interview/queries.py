"""SQL on worlds.interviews."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, LiteralString
from uuid import UUID

from psycopg.types.json import Jsonb

from kernel.database import Cursor, Tx, declare_race
from kernel.naming import key
from worlds.interview import keys
from worlds.interview.models import Interview
from worlds.interview.topics import InterviewTopic

declare_race("interviews_one_at_a_time")  # of two that begin in the same moment: the second one resumes

_COLUMNS: Final[LiteralString] = """
    i.interview_id, i.version, i.account_id, i.language, i.topic, i.answers, i.clarified, i.wording, i.understood,
    i.missing, i.world_id, i.started_at
"""
_GENERATED: Final[LiteralString] = """,
    (SELECT text FROM worlds.generated_texts WHERE key = i.question_key AND expires_at > %(now)s) AS next_wording,
    (SELECT text FROM worlds.generated_texts WHERE key = i.names_key AND expires_at > %(now)s) AS names
"""
ACCOUNT_OF: Final[LiteralString] = "SELECT account_id::text FROM worlds.connections WHERE connection_id = %(key)s"
"""Whose connection it is, as text: for `lock_active` and `list_taken_of_active`."""
_TAKEN: Final[LiteralString] = """
    SELECT name_key FROM worlds.worlds
    WHERE name_key = ANY (%(keys)s)
       OR name_key = (SELECT coalesce(i.answers ->> 'name_key', lower(i.answers ->> '10'))
                      FROM worlds.interviews AS i WHERE """
_NAME_KEY: Final = "name_key"
"""Beside the answers of a row: the key of the name among them, by which other worlds of that name are found."""


def lock(tx: Tx, interview_id: UUID) -> Cursor:
    """Return an interview with its `next_wording` and `names`, as far as a model has written them; and lock it."""
    return tx.execute(
        "SELECT " + _COLUMNS + _GENERATED + " FROM worlds.interviews AS i WHERE i.interview_id = %(id)s"
        " FOR NO KEY UPDATE OF i",
        {"id": interview_id, "now": tx.now},
    )


def lock_active(tx: Tx, key: str, key_of: LiteralString = "SELECT %(key)s") -> Cursor:
    """Return the interview that is going on of an account, like `lock`; and lock it.

    Args:
        key: of the account; as text, where `key_of` is left out.
        key_of: a query for the account, as text, by `%(key)s`.
    """
    return tx.execute(
        "SELECT "
        + _COLUMNS
        + _GENERATED
        + " FROM worlds.interviews AS i WHERE i.world_id IS NULL AND i.account_id = ("
        + key_of
        + ")::uuid FOR NO KEY UPDATE OF i",
        {"key": key, "now": tx.now},
    )


def find(tx: Tx, interview_id: UUID) -> Cursor:
    """Return an interview."""
    return tx.execute("SELECT " + _COLUMNS + " FROM worlds.interviews AS i WHERE i.interview_id = %s", (interview_id,))


def find_active(tx: Tx, account_id: UUID) -> Cursor:
    """Return the interview that is going on of an account."""
    return tx.execute(
        "SELECT " + _COLUMNS + " FROM worlds.interviews AS i WHERE i.world_id IS NULL AND i.account_id = %s",
        (account_id,),
    )


def list_taken(tx: Tx, names: Sequence[str]) -> Cursor:
    """Return the `name_key` of those of some names that worlds have."""
    return tx.execute(
        "SELECT name_key FROM worlds.worlds WHERE name_key = ANY (%s)", ([*dict.fromkeys(map(key, names))],)
    )


def list_taken_with(tx: Tx, names: Sequence[str], interview_id: UUID) -> Cursor:
    """Return what `list_taken` returns, for some names and the one that an interview has given its world."""
    return tx.execute(
        _TAKEN + "i.interview_id = %(id)s)",
        {"keys": [*dict.fromkeys(map(key, names))], "id": interview_id},
    )


def list_taken_with_active(tx: Tx, names: Sequence[str], connection_id: str) -> Cursor:
    """Return what `list_taken_with` returns, for the interview that is going on of who plays over a connection."""
    return tx.execute(
        _TAKEN + "i.world_id IS NULL AND i.account_id = (" + ACCOUNT_OF + ")::uuid)",
        {"keys": [*dict.fromkeys(map(key, names))], "key": connection_id},
    )


def list_lobby_bodies(tx: Tx, account_id: UUID) -> Cursor:
    """Return the `character_id` of someone's body in the lobby, if it is there now."""
    return tx.execute(
        "SELECT character_id FROM worlds.characters WHERE account_id = %s AND world_id = %s AND is_present",
        (account_id, UUID(int=0)),
    )


def save(tx: Tx, before: Interview | None, after: Interview) -> None:
    """Write an interview as it is now."""
    tx.execute(_INSERT if before is None else _UPDATE, _values(after))


def read(row: dict[str, Any]) -> Interview:
    """Return the interview of a row."""
    return Interview(
        interview_id=row["interview_id"],
        version=row["version"],
        account_id=row["account_id"],
        language=row["language"],
        topic=InterviewTopic(row["topic"]),
        answers=_answers(row["answers"]),
        clarified=frozenset(map(InterviewTopic, row["clarified"])),
        wording=row["wording"],
        understood=row["understood"],
        missing=None if row["missing"] is None else InterviewTopic(row["missing"]),
        world_id=row["world_id"],
        started_at=row["started_at"],
    )


def _answers(stored: Mapping[str, str]) -> dict[InterviewTopic, str]:
    return {topic: stored[number] for topic in InterviewTopic if (number := str(int(topic))) in stored}


def _stored_answers(answers: Mapping[InterviewTopic, str]) -> dict[str, str]:
    stored = {str(int(topic)): answer for topic, answer in answers.items()}
    if InterviewTopic.NAME in answers:
        stored[_NAME_KEY] = key(answers[InterviewTopic.NAME])
    return stored


def _values(interview: Interview) -> dict[str, Any]:
    return {
        "interview_id": interview.interview_id,
        "version": interview.version,
        "account_id": interview.account_id,
        "language": interview.language,
        "topic": int(interview.topic),
        "answers": Jsonb(_stored_answers(interview.answers)),
        "clarified": sorted(map(int, interview.clarified)),
        "wording": interview.wording,
        "understood": None if interview.understood is None else Jsonb(dict(interview.understood)),
        "missing": None if interview.missing is None else int(interview.missing),
        "world_id": interview.world_id,
        "started_at": interview.started_at,
        "question_key": keys.question_key(interview),
        "names_key": keys.names_key(interview),
    }


_INSERT: Final[LiteralString] = """
    INSERT INTO worlds.interviews (
        interview_id, version, account_id, language, topic, answers, clarified, wording, understood, missing, world_id,
        started_at, question_key, names_key
    ) VALUES (
        %(interview_id)s, %(version)s, %(account_id)s, %(language)s, %(topic)s, %(answers)s, %(clarified)s, %(wording)s,
        %(understood)s, %(missing)s, %(world_id)s, %(started_at)s, %(question_key)s, %(names_key)s
    )
"""
_UPDATE: Final[LiteralString] = """
    UPDATE worlds.interviews SET
        version = %(version)s, topic = %(topic)s, answers = %(answers)s, clarified = %(clarified)s,
        wording = %(wording)s, understood = %(understood)s, missing = %(missing)s, world_id = %(world_id)s,
        question_key = %(question_key)s, names_key = %(names_key)s
    WHERE interview_id = %(interview_id)s
"""
