"""Personas: created, read, replaced and deleted by the person they belong to."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID, uuid4

from msgspec.structs import asdict

from kernel.database import Cursor, Tx
from personas import paging
from personas.happenings import service as happenings
from personas.paging import CursorPage, page_of
from personas.people import queries, rules
from personas.people.models import Persona, PersonaFields, PersonaNotFound, TooManyPersonas


def create(tx: Tx, account_id: UUID, fields: PersonaFields) -> Persona:
    """Create a persona; quotas that are not positive become the defaults.

    Raises:
        InvalidField, UnsafeText, TooManyPersonas
    """
    stored = rules.checked(rules.with_default_quotas(fields))
    [found] = queries.lock_and_count(tx, account_id)
    if found["personas"] >= rules.MOST_PERSONAS:
        raise TooManyPersonas(count=found["personas"])
    persona = Persona(**asdict(stored), persona_id=uuid4(), account_id=account_id, created_at=tx.now, updated_at=tx.now)
    queries.insert_persona(tx, persona)
    happenings.record(tx, "persona_created", account_id, {"persona_id": str(persona.persona_id)})
    return persona


def list_own(tx: Tx, account_id: UUID, *, cursor: str = "", limit: int = paging.MOST) -> CursorPage[Persona]:
    """Return the personas of an account, newest first.

    Args:
        cursor: of the page before; "" for the first one.

    Raises:
        InvalidCursor
    """
    found = queries.list_personas(tx, account_id, paging.after(cursor), limit + 1)
    return page_of(_all(found), limit, lambda persona: (persona.created_at, persona.persona_id))


def oldest(tx: Tx, account_id: UUID, limit: int) -> list[Persona]:
    """Return the oldest personas of an account, oldest first."""
    return ask_oldest(tx, account_id, limit)()


def ask_oldest(tx: Tx, account_id: UUID, limit: int) -> Callable[[], list[Persona]]:
    """Ask for the oldest personas of an account; they come with the next round trip."""
    found = queries.list_oldest(tx, account_id, limit)
    return lambda: _all(found)


def owned(tx: Tx, account_id: UUID, persona_id: UUID) -> Persona:
    """Return a persona of this account.

    Raises:
        PersonaNotFound: there is none, or it is another account's.
    """
    return ask_owned(tx, account_id, persona_id)()


def ask_owned(tx: Tx, account_id: UUID, persona_id: UUID) -> Callable[[], Persona]:
    """Ask for a persona; the answer comes with the next round trip.

    Returns:
        Returns the persona, or raises PersonaNotFound.
    """
    asked = ask(tx, persona_id)

    def persona() -> Persona:
        found = asked()
        if found is None or found.account_id != account_id:
            raise PersonaNotFound
        return found

    return persona


def ask(tx: Tx, persona_id: UUID) -> Callable[[], Persona | None]:
    """Ask for any person's persona; the answer comes with the next round trip."""
    found = queries.find_persona(tx, persona_id)

    def persona() -> Persona | None:
        row = found.fetchone()
        return None if row is None else _persona(row)

    return persona


def ask_many(tx: Tx, persona_ids: Iterable[UUID]) -> Callable[[], dict[UUID, Persona]]:
    """Ask for some personas, whomever they belong to; they come with the next round trip, by id."""
    found = queries.list_by_id(tx, list(persona_ids))
    return lambda: {persona.persona_id: persona for persona in _all(found)}


def replace(tx: Tx, account_id: UUID, persona_id: UUID, fields: PersonaFields) -> Persona:
    """Replace everything that a person decides about a persona.

    Raises:
        InvalidField; PersonaNotFound
    """
    row = queries.update_persona(tx, account_id, persona_id, rules.checked(fields)).fetchone()
    if row is None:
        raise PersonaNotFound
    return _persona(row)


def delete(tx: Tx, account_id: UUID, persona_id: UUID) -> None:
    """Delete a persona. Its posts and replies stay, without an author; what it has used of the account's quotas, too.

    Raises:
        PersonaNotFound
    """
    if queries.delete_persona(tx, account_id, persona_id).fetchone() is None:
        raise PersonaNotFound


def _all(rows: Cursor) -> list[Persona]:
    return [_persona(row) for row in rows]


def _persona(row: dict[str, Any]) -> Persona:
    return Persona(
        **{
            **row,
            "writing_samples": tuple(row["writing_samples"]),
            "do_not_say": tuple(row["do_not_say"]),
            "catchphrases": tuple(row["catchphrases"]),
        }
    )
