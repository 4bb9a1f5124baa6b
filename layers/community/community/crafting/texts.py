"""Messages about crafting."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from community.catalog.content import items
from community.catalog.texts import counted, one_or_counted
from community.crafting.models import Crafted, CraftingJob, Salvage
from kernel.texts import listed, translate


def in_words(quantities: Mapping[str, int]) -> str:
    """Describe {internal name: quantity}."""
    return listed([counted(items.stored_by_name(name), quantity) for name, quantity in quantities.items()])


def crafted_text(crafted: Crafted) -> str:
    batch, job = crafted.batch, crafted.job
    things = counted(batch.item, batch.certain if job else batch.produced)
    if job:
        return translate(
            "In the works: {things}, done in {time}.", things=things, time=span(job.due_at - job.started_at)
        )
    if batch.bonus:
        return translate("Masterwork! Made {things}, {bonus} of them on top.", things=things, bonus=batch.bonus)
    return translate("Made {things}.", things=things)


def disassembled_text(salvage: Salvage) -> str:
    taken = counted(salvage.item, salvage.units * salvage.recipe.quantity_consumed)
    parts = in_words(salvage.outputs)
    if salvage.perfect:
        return translate("Perfect salvage! Took {things} apart: {parts}.", things=taken, parts=parts)
    return translate("Took {things} apart: {parts}.", things=taken, parts=parts)


def cancelled_text(job: CraftingJob, refunded: Mapping[str, int]) -> str:
    things = counted(job.item, job.quantity)
    return translate("Called off: {things}. You have back {parts}.", things=things, parts=in_words(refunded))


def learned_text(name: str, item_name: str, *, new: bool) -> str:
    """Tell an administrator that a player knows a recipe."""
    item = one_or_counted(items.by_name[item_name], 1)
    if new:
        return translate("{name} knows how to make {item} now.", name=name, item=item)
    return translate("{name} knows how to make {item} already.", name=name, item=item)


def span(length: timedelta) -> str:
    """Describe a duration, e.g. 1 h 30 min."""
    minutes, seconds = divmod(int(length.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [f"{number} {unit}" for number, unit in ((hours, "h"), (minutes, "min"), (seconds, "s")) if number]
    return " ".join(parts)
