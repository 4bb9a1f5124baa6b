"""What the inboxes of `engagement` and `stats` have in common: actions append to them, and rollups empty them."""

from __future__ import annotations

ROLL_UP_EVERY = 256
"""The action whose entry has a number divisible by this rolls the inbox up, behind its COMMIT.

So an inbox stays about this long, however much is written between two runs of the clock, and reports, which read all of
it, stay fast. The number comes with the INSERT, so the other actions pay nothing for it.
"""

LIMIT_BEHIND_COMMIT = 2048
"""Entries that one action rolls up, which takes about 20 ms. It exceeds `ROLL_UP_EVERY`, so a backlog disappears."""
