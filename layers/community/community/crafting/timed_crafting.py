"""Recipes that take time. A pending batch is a delivery to its maker that also holds the data for a refund."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from community.catalog.content import items
from community.crafting import rules
from community.crafting.events import CraftingCancelled, CraftingStarted
from community.crafting.models import Batch, CraftingJob, NoCraftingJobs, NoSuchJob, WorkshopFull
from community.crafting.reactions import SOURCE
from community.deliveries.models import Delivery
from community.deliveries.pending_deliveries import awaiting, pending, sent_by, withdraw
from community.deliveries.rules import receive, send
from community.inventory.models import Inventory, Quality, Slot
from community.players import service as players
from community.players.models import Player, PlayerRef
from kernel.database import Tx
from kernel.events import service as events

REFUND = "crafting_refund"
"""Source of the deliveries of ingredients that found no room."""

MAX_BATCHES = 20
"""Limit of pending batches per player, because all of them are read together."""

PENDING_BATCHES = sent_by(SOURCE)
"""Fact with the player's pending batches, for `start`."""


def start(player: Player, batch: Batch, duration_seconds: int, now: datetime) -> tuple[Player, CraftingJob]:
    """Queue the delivery of a batch whose ingredients have already been taken.

    Args:
        player: loaded with `PENDING_BATCHES`.

    Raises:
        WorkshopFull
    """
    if len(pending(player, now)) >= MAX_BATCHES:
        raise WorkshopFull(most=MAX_BATCHES)
    recipe = batch.recipe
    delivery = Delivery(
        delivery_id=uuid4(),
        source=SOURCE,
        slots=(rules.slot_of(recipe.target_item, batch.produced, batch.quality),),
        sent_at=now,
        due_at=now + timedelta(seconds=duration_seconds),
        # For `crafting.reactions` when it arrives, and for `cancel`.
        details={
            "recipe_key": recipe.recipe_key,
            "item_name": recipe.target_item,
            "units": batch.units,
            "certain": batch.certain,
            "bonus": batch.bonus,
            "consumed": [list(slot) for slot in batch.consumed],
        },
    )
    job = _job(delivery)
    player = send(player, delivery).record(
        CraftingStarted(
            user_id=player.id,
            job_id=job.job_id,
            recipe_key=job.recipe_key,
            item_name=job.item.internal_name,
            quantity=job.quantity,
            due_at=int(job.due_at.timestamp()),
            timestamp=int(now.timestamp()),
        )
    )
    return player, job


def jobs_of(tx: Tx, ref: PlayerRef) -> list[CraftingJob]:
    """List a player's pending batches, the earliest due first. One round trip.

    Raises:
        NoSuchPlayer
    """
    player = players.get_player(tx, ref, PENDING_BATCHES)
    return [_job(delivery) for delivery in pending(player, tx.now)]


def cancel(tx: Tx, ref: PlayerRef, job_id: UUID | None = None) -> tuple[CraftingJob, dict[str, int]]:
    """Cancel a batch that is not done yet, and give back all ingredients in their original qualities.

    Args:
        job_id: None for the batch that was started last.

    Returns:
        The job, and {internal name: quantity given back}.

    Raises:
        UnknownPlayer, NoCraftingJobs, NoSuchJob
        InventoryFull: there is no room for the ingredients; the batch continues.
    """
    player = players.load(tx, ref, PENDING_BATCHES)
    delivery = _find_batch(_unfinished(player, tx.now), job_id)
    inventory = player[Inventory]
    for slot in _consumed(delivery):
        inventory = inventory.give(*slot)
    event = _cancelled(player, delivery, tx.now)
    players.save(tx, withdraw(player, delivery).having(inventory).record(event))
    return _job(delivery), event.refunded


def refund_retired(tx: Tx) -> int:
    """Cancel all pending batches of retired items. Returns how many players had any."""
    gone = [item.item_id for item in items.by_name.values() if item.retired]
    refs = [PlayerRef("", user_id=user_id) for user_id in awaiting(tx, SOURCE, gone)] if gone else []
    found = [player for player in players.load_all(tx, tuple(refs), PENDING_BATCHES) if player] if refs else []
    refunded: list[Player] = []
    for player in found:
        for delivery in _unfinished(player, tx.now):
            if all(items.stored(slot.item_id).retired for slot in delivery.slots):
                # Not recorded with the player, who has given no command.
                events.announce(tx, _cancelled(player, delivery, tx.now))
                player = receive(withdraw(player, delivery), _consumed(delivery), REFUND, tx.now)
        refunded.append(player)
    if refunded:
        players.save(tx, *refunded)
    return len(found)


def _unfinished(player: Player, now: datetime) -> list[Delivery]:
    return [delivery for delivery in pending(player, now) if not delivery.overflow]


def _consumed(delivery: Delivery) -> list[Slot]:
    return [Slot(item_id, quantity, Quality(quality)) for item_id, quantity, quality in delivery.details["consumed"]]


def _cancelled(player: Player, delivery: Delivery, now: datetime) -> CraftingCancelled:
    refunded: dict[str, int] = {}
    for slot in _consumed(delivery):
        name = items.stored(slot.item_id).internal_name
        refunded[name] = refunded.get(name, 0) + slot.quantity
    job = _job(delivery)
    return CraftingCancelled(
        user_id=player.id,
        job_id=job.job_id,
        recipe_key=job.recipe_key,
        item_name=job.item.internal_name,
        refunded=refunded,
        timestamp=int(now.timestamp()),
    )


def _find_batch(unfinished: list[Delivery], job_id: UUID | None) -> Delivery:
    if job_id is None:
        if not unfinished:
            raise NoCraftingJobs
        return max(unfinished, key=lambda delivery: (delivery.sent_at, delivery.delivery_id))
    for delivery in unfinished:
        if delivery.delivery_id == job_id:
            return delivery
    raise NoSuchJob


def _job(delivery: Delivery) -> CraftingJob:
    waiting = sum(slot.quantity for slot in delivery.slots)
    return CraftingJob(
        job_id=delivery.delivery_id,
        recipe_key=delivery.details["recipe_key"],
        item=items.stored_by_name(delivery.details["item_name"]),
        quantity=waiting if delivery.overflow else delivery.details["certain"],
        started_at=delivery.sent_at,
        due_at=delivery.due_at,
        waiting_for_room=delivery.overflow,
    )
