"""Items that teach a job."""

from __future__ import annotations

from community.catalog.rules import listed
from community.items.models import TargetRequired, Use, Used
from community.items.texts import so_many
from community.jobs.content import Job, jobs
from community.jobs.models import UnknownJob
from community.jobs.reactions import awarded
from community.jobs.rules import XpAward, find_job
from kernel.database import Tx
from kernel.errors import Refused

SOURCE = "xp_item"


class NoSuchLesson(Refused):
    code = "validation"
    message = "There is no job called {job}: choose {jobs}."


def use(tx: Tx, use: Use) -> Used:
    """
    Raises:
        TargetRequired, NoSuchLesson
        FeatureLocked: the community has not unlocked the job.
    """
    job = _job(use)
    per_unit = use.item.handler_config.xp
    assert per_unit is not None  # the content sees to it
    user, award = awarded(use.user, job.key, per_unit * use.quantity, SOURCE, tx.now, tx.rng)
    return Used(use.changed(user).players, use.quantity, _told(use, job, award))


def _job(use: Use) -> Job:
    target = use.wish.target
    if target is None:
        raise TargetRequired(item=use.item.public_name, who="a job")
    try:
        return find_job(target.strip().lower())
    except UnknownJob:
        raise NoSuchLesson(job=target, jobs=listed(tuple(jobs.by_key), "or")) from None


def _told(use: Use, job: Job, award: XpAward) -> str:
    text = f"You study {so_many(use)} and gain {award.gained} XP as {job.display_name}."
    return f"{text} That makes level {award.progress.level}!" if award.leveled_up else text
