"""Who had which player: triggers note every player's accounts, and what was in the works of one who was forgotten."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from community.catalog.content import items
from kernel.database import Connection
from tests.promises.calls import person

_NOTES = """
    CREATE TABLE noted_accounts (user_id uuid, platform_user_id text, PRIMARY KEY (user_id, platform_user_id));
    CREATE TABLE noted_departures (user_id uuid, transaction_id xid8, works jsonb);

    CREATE FUNCTION note_account() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
    BEGIN
        INSERT INTO noted_accounts VALUES (NEW.user_id, NEW.platform_user_id) ON CONFLICT DO NOTHING;
        RETURN NULL;
    END $$;
    CREATE TRIGGER note_account AFTER INSERT OR UPDATE ON user_platform_links
    FOR EACH ROW EXECUTE FUNCTION note_account();

    CREATE FUNCTION note_departure() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
    BEGIN
        INSERT INTO noted_departures
        SELECT OLD.user_id, pg_current_xact_id(),
               coalesce(jsonb_agg(jsonb_build_array(delivery_id, slots)) FILTER (WHERE delivery_id IS NOT NULL), '[]')
        FROM deliveries WHERE user_id = OLD.user_id AND source = 'crafting' AND NOT no_room;
        RETURN OLD;
    END $$;
    CREATE TRIGGER note_departure BEFORE DELETE ON users FOR EACH ROW EXECUTE FUNCTION note_departure();
"""


@dataclass(frozen=True)
class Identities:
    """Whom the ids of players stand for.

    Attributes:
        people: {user id: person} of all players there ever were, and of those who stand for the forgotten.
        forgotten: the ids of players who were forgotten.
        stand_ins: the ids that stand for them in what is left.
        works: {crafting job: (person, {internal name: quantity})} of those who were forgotten before it was done.
    """

    people: Mapping[UUID, str]
    forgotten: frozenset[UUID]
    stand_ins: frozenset[UUID]
    works: Mapping[str, tuple[str, Counter[str]]]


def take_notes(conn: Connection) -> None:
    """From now on; the players of the database so far included."""
    for statement in _NOTES.split(";\n\n"):
        conn.execute(statement)
    conn.execute("INSERT INTO noted_accounts SELECT user_id, platform_user_id FROM user_platform_links")


def read_identities(conn: Connection) -> Identities:
    rows = conn.execute("SELECT user_id, platform_user_id FROM noted_accounts").fetchall()
    people = {row["user_id"]: person(row["platform_user_id"]) for row in rows}
    departures = conn.execute(
        """
        SELECT d.user_id, d.works, e.user_id AS stand_in
        FROM noted_departures d JOIN events e USING (transaction_id) WHERE e.event_type = 'user.forgotten'
        """
    ).fetchall()
    people |= {row["stand_in"]: people[row["user_id"]] for row in departures}
    return Identities(
        people,
        frozenset(row["user_id"] for row in departures),
        frozenset(row["stand_in"] for row in departures),
        {job: (people[row["user_id"]], made) for row in departures for job, made in _works(row["works"])},
    )


def _works(noted: list[list[object]]) -> Iterator[tuple[str, Counter[str]]]:
    for job, slots in noted:
        made: Counter[str] = Counter()
        assert isinstance(slots, list)
        for item_id, quantity, _ in slots:
            made[items.by_id[item_id].internal_name] += quantity
        yield str(job), made
