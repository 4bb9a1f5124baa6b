"""Items that give experience in a job."""

from __future__ import annotations

from community.items.models import ItemUse, JobRequired, UseResult
from community.items.texts import name_with_quantity
from community.jobs.content import Job, jobs
from community.jobs.models import UnknownJob
from community.jobs.reactions import add_xp
from community.jobs.rules import XpAward, find_job
from kernel.database import Tx
from kernel.errors import Refused
from kernel.texts import alternatives, translate

SOURCE = "xp_item"


class UnknownLesson(Refused):
    code = "validation"
    message = "There is no job called {job}: choose {jobs}."


def use(tx: Tx, item_use: ItemUse) -> UseResult:
    """Add experience to the job that the user names.

    Raises:
        JobRequired, UnknownLesson
        FeatureLocked: the community has not unlocked the job.
    """
    job = _job(item_use)
    per_unit = item_use.item.handler_config.xp
    assert per_unit is not None  # the content checks ensure it
    user, award = add_xp(item_use.user, job.key, per_unit * item_use.quantity, SOURCE, tx.now, tx.rng)
    return UseResult(item_use.changed(user).players, item_use.quantity, _describe(item_use, job, award))


def _job(item_use: ItemUse) -> Job:
    target = item_use.request.target
    if target is None:
        raise JobRequired(item=item_use.item.public_name)
    try:
        return find_job(target)
    except UnknownJob:
        raise UnknownLesson(job=target, jobs=alternatives(tuple(jobs.by_key))) from None


def _describe(item_use: ItemUse, job: Job, award: XpAward) -> str:
    text = translate(
        "You study {things} and gain {xp} XP as {job}.",
        things=name_with_quantity(item_use),
        xp=award.gained,
        job=job.display_name,
    )
    if not award.leveled_up:
        return text
    return f"{text} {translate('That makes level {level}!', level=award.progress.level)}"
