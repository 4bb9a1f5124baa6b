"""Messages to administrators about imports."""

from __future__ import annotations

from community.imports.models import ImportPlan, Undone
from kernel.texts import translate, translate_n


def planned(plan: ImportPlan) -> str:
    would = translate_n(
        "{n} balance would be imported, {total} money in all; {known} of them at once.",
        "{n} balances would be imported, {total} money in all; {known} of them at once.",
        len(plan.entries),
        total=plan.total,
        known=plan.known,
    )
    return would + _left_out(plan)


def imported(plan: ImportPlan) -> str:
    done = translate_n(
        "{n} balance is imported, {total} money in all; {known} of them at once.",
        "{n} balances are imported, {total} money in all; {known} of them at once.",
        len(plan.entries),
        total=plan.total,
        known=plan.known,
    )
    return done + _left_out(plan)


def _left_out(plan: ImportPlan) -> str:
    parts: list[str] = []
    if plan.problems:
        parts.append(translate_n("{n} line is left out.", "{n} lines are left out.", len(plan.problems)))
    if plan.warnings:
        text = translate_n(
            "{n} balance does not fit into an inventory.",
            "{n} balances do not fit into an inventory.",
            len(plan.warnings),
        )
        parts.append(text)
    return "".join(f" {part}" for part in parts)


def undone(result: Undone) -> str:
    if result.remaining:
        return translate_n(
            "{n} balance is still to be taken back. Repeat the request.",
            "{n} balances are still to be taken back. Repeat the request.",
            result.remaining,
        )
    return translate(
        "The import is undone. Waiting balances removed: {removed}. Money taken back: {money}.",
        removed=result.removed,
        money=result.taken_back,
    )
