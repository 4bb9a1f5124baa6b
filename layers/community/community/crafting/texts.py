"""Messages about crafting."""

from __future__ import annotations

from datetime import timedelta

from community.catalog.english import plural
from community.crafting.models import Crafted, Salvage
from community.crafting.rules import in_words


def crafted_text(crafted: Crafted) -> str:
    batch, job = crafted.batch, crafted.job
    quantity = batch.certain if job else batch.produced
    result = f"{quantity} × {plural(batch.item.public_name, quantity)}"
    if job:
        return f"In the works: {result}, done in {span(job.due_at - job.started_at)}."
    return f"Masterwork! Made {result}, {batch.bonus} of them on top." if batch.bonus else f"Made {result}."


def disassembled_text(salvage: Salvage) -> str:
    taken = salvage.units * salvage.recipe.quantity_consumed
    luck = "Perfect salvage! " if salvage.perfect else ""
    return f"{luck}Took {taken} × {plural(salvage.item.public_name, taken)} apart: {in_words(salvage.outputs)}."


def span(length: timedelta) -> str:
    """Describe a duration, e.g. 1 h 30 min."""
    minutes, seconds = divmod(int(length.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [f"{number} {unit}" for number, unit in ((hours, "h"), (minutes, "min"), (seconds, "s")) if number]
    return " ".join(parts)
