"""What becomes of players' experience when a job is renamed or missing."""

from __future__ import annotations

from community.jobs import queries
from community.jobs.content import JobsSection, jobs
from community.stored_names import missing
from kernel.database import Tx


def move_renamed_jobs(tx: Tx) -> None:
    """Move the experience in renamed jobs to their new keys.

    Raises:
        ContentError: players have experience in a job that the content lacks.
    """
    new_keys = {old: job.key for job in jobs.entries.values() for old in job.renamed_from}
    for row in queries.list_job_keys(tx).fetchall():
        key = row["job_key"]
        if new_key := new_keys.get(key):
            queries.lock_players_in_job(tx, key)
            queries.rename_job(tx, key, new_key)
        elif key not in jobs.entries:
            raise missing(JobsSection.file, "job", key, "has given experience to players")
