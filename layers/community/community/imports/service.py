"""Importing points from other bots, and undoing it."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from uuid import UUID, uuid4

from community.catalog.content import items
from community.deliveries import pending_deliveries as deliveries
from community.imports import queries, rules
from community.imports.crediting import credit_known
from community.imports.events import ImportUndone
from community.imports.formats import read_points
from community.imports.models import (
    AccountMatch,
    DecimalSign,
    Format,
    ImportBatch,
    ImportedAlready,
    ImportPlan,
    NoSuchImport,
    NotTakenBack,
    PointsFile,
    Undone,
)
from community.imports.switches import IMPORTS
from community.inventory.models import Inventory
from community.players import service as players
from community.players.models import Player, PlayerRef
from community.progression import service as progression
from kernel.database import Tx
from kernel.errors import TryAgain
from kernel.switches.service import require_on

MOST_LISTED = 100
PLAYERS_AT_ONCE = 500
"""How many players a call to `undo` takes money from."""


def preview(
    tx: Tx,
    platform: str,
    content: str,
    wanted: Format | None = None,
    rate: str = "1",
    currency: str | None = None,
    decimal_sign: DecimalSign | None = None,
) -> ImportPlan:
    """Return what an import would do; it changes nothing.

    Args:
        wanted: whose file it is; None to find out.
        rate: money for a point, as in `rules.parse_rate`.
        currency, decimal_sign: as in `formats.read_points`.

    Raises:
        UnreadableFile, InvalidRate
    """
    file = read_points(content, wanted, currency, decimal_sign)
    return _plan(tx, platform, file, rules.parse_rate(rate))


def import_points(
    tx: Tx,
    platform: str,
    content: str,
    imported_by: str,
    wanted: Format | None = None,
    rate: str = "1",
    currency: str | None = None,
    decimal_sign: DecimalSign | None = None,
) -> tuple[ImportPlan, ImportBatch]:
    """Import a file: players who are known get their money at once, the others with their first line.

    Args:
        imported_by: the name of the administrator's key.
        wanted, rate, currency, decimal_sign: as in `preview`.

    Raises:
        UnreadableFile, InvalidRate, ImportedAlready
    """
    require_on(tx, IMPORTS)
    exact = rules.parse_rate(rate)
    file = read_points(content, wanted, currency, decimal_sign)
    plan = _plan(tx, platform, file, exact)
    file_hash = rules.hash_of(file.rows)
    if row := queries.find_imported(tx, platform, file_hash).fetchone():
        raise ImportedAlready(batch_id=row["batch_id"])
    batch_id = uuid4()
    batch = ImportBatch(batch_id, platform, plan.format, str(exact), imported_by, tx.now, None, 0, 0, 0, 0, 0)
    queries.insert_batch(tx, batch, file_hash)
    queries.lock_new_accounts(tx)  # before the community's state, which changes when entries begin to wait
    queries.insert_entries(tx, batch, plan.entries)
    credit_known(tx, batch_id)
    return plan, get_batch(tx, batch_id)


def get_batch(tx: Tx, batch_id: UUID) -> ImportBatch:
    """Return an import.

    Raises:
        NoSuchImport
    """
    row = queries.find_batch(tx, batch_id).fetchone()
    if row is None:
        raise NoSuchImport
    return ImportBatch(**row)


def list_batches(tx: Tx) -> list[ImportBatch]:
    """List the latest imports, the latest first."""
    return [ImportBatch(**row) for row in queries.list_batches(tx, MOST_LISTED)]


def undo(tx: Tx, batch_id: UUID, most: int = PLAYERS_AT_ONCE) -> Undone:
    """Undo an import: remove what waits, and take back what players still have of it.

    A large import takes several calls, until none remains. Calling it again for an import that is undone changes
    nothing.

    Args:
        most: how many players this call takes money from.

    Raises:
        NoSuchImport
        TryAgain: someone has got what waited for them, or was merged into another player, meanwhile.
    """
    if queries.lock_batch(tx, batch_id).fetchone() is None:
        raise NoSuchImport
    owed = _owed(tx, batch_id, most)
    refs = tuple(PlayerRef("", user_id=user_id) for user_id in owed)
    found = players.load_all(tx, refs, deliveries.sent_by(queries.SOURCE)) if refs else []
    removed = len(queries.delete_waiting(tx, batch_id).fetchall())  # after the players, who lock what they get
    # Someone may have got theirs until then, or have been merged into another player, who has it now.
    if _owed(tx, batch_id, most) != owed:
        raise TryAgain
    changed: list[Player] = []
    short: list[NotTakenBack] = []
    taken: dict[UUID, int] = {}
    for player, entries in zip(found, owed.values(), strict=True):
        if player is None:
            taken |= dict.fromkeys(entries, 0)
            continue
        player, back = _take_back(tx, player, entries)
        taken |= back
        amount, missing = sum(back.values()), sum(entries.values()) - sum(back.values())
        if missing:
            short.append(NotTakenBack(player.username, missing))
        event = ImportUndone(user_id=player.id, batch_id=batch_id, amount=amount, missing=missing)
        changed.append(player.record(event))
    if changed:
        players.save(tx, *changed)
    queries.mark_taken_back(tx, taken)
    row = queries.count_to_take_back(tx, batch_id).fetchone()
    assert row is not None
    if not row["remaining"]:
        queries.mark_undone(tx, batch_id)
    return Undone(removed, sum(taken.values()), short, row["remaining"])


def _owed(tx: Tx, batch_id: UUID, most: int) -> dict[UUID, dict[UUID, int]]:
    """{player: {entry: amount}} of so many players who still have to give it back."""
    return {
        row["user_id"]: dict(zip(row["entry_ids"], row["amounts"], strict=True))
        for row in queries.list_to_take_back(tx, batch_id, most)
    }


def _take_back(tx: Tx, player: Player, entries: Mapping[UUID, int]) -> tuple[Player, dict[UUID, int]]:
    """Take from a player what entries {id: amount} have given, as far as it is there; return how much for each.

    Money that has not fitted into the inventory yet waits as a delivery with the entry's id, and is taken first; other
    money that waits for room, as after a merge, is taken last.
    """
    money = items.money.item_id
    taken: dict[UUID, int] = dict.fromkeys(entries, 0)
    for delivery in deliveries.pending(player, tx.now):
        if delivery.delivery_id in entries:
            taken[delivery.delivery_id] = sum(slot.quantity for slot in delivery.slots)
            player = deliveries.withdraw(player, delivery)
    for entry_id, amount in entries.items():
        inventory = player[Inventory]
        more = min(amount - taken[entry_id], inventory.count(money))
        player = player.having(inventory.spend(money, more))
        player, waiting = deliveries.take_waiting(player, money, amount - taken[entry_id] - more)
        taken[entry_id] += more + waiting
    return player, taken


def _plan(tx: Tx, platform: str, file: PointsFile, rate: Fraction) -> ImportPlan:
    matches = {
        row["line"]: AccountMatch(row["players"], row["platform_id"], row["username"], row["money"])
        for row in queries.list_matches(tx, platform, file.rows)
    }
    cover = progression.current_state(tx).exclusions.cover
    return rules.plan(file, rate, matches, lambda platform_id, name: cover(platform, platform_id, name), platform)
