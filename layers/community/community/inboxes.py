"""The inboxes of `engagement` and `stats`: actions append to them and keep them short between runs of the clock."""

from __future__ import annotations

from random import randrange

from kernel.database import FollowUp, Question, Tx

LONG = 256
"""Entries from which an inbox is rolled up at once. Reports read the whole inbox, so it must stay short."""

ASK_EVERY = 64
"""Entries that an environment appends before it asks, behind a COMMIT, whether the inbox is long."""

LIMIT_BEHIND_COMMIT = 2048
"""Entries that one action rolls up, which takes about 20 ms. It exceeds `ASK_EVERY`, so that a backlog shrinks."""


class Inbox:
    """Decides when an action rolls up an inbox behind its COMMIT: now and then, if the inbox has become long."""

    def __init__(self, is_long: Question, roll_up: FollowUp) -> None:
        """Prepare to watch an inbox.

        Args:
            is_long: returns a row if the inbox is long.
            roll_up: rolls up at most `LIMIT_BEHIND_COMMIT` entries, and does not wait for another rollup.
        """
        self._is_long = is_long
        self._roll_up = roll_up
        # Environments that start together should not ask together.
        self._unasked = randrange(ASK_EVERY)

    def appended(self, tx: Tx, entries: int) -> None:
        """Note that a transaction appends entries."""
        # The threads of the local stack share this number. That one of them may overwrite it does no harm.
        self._unasked += entries
        if self._unasked >= ASK_EVERY:
            self._unasked %= ASK_EVERY
            tx.after_commit(self._is_long, self._roll_up)
