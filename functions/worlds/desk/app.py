"""The desk of Worlds: what its requests to the outside need of the database, and what becomes of the answers."""

from __future__ import annotations

from doors.start import ready  # first: see there

from doors import desk
from worlds import configs as configs  # the translations
from worlds.conversing.service import KINDS as CONVERSING
from worlds.describing.service import KINDS as DESCRIBING
from worlds.interview.kinds import KINDS as INTERVIEW
from worlds.wording.models import MOST_AT_ONCE

handler = desk.create_handler([*INTERVIEW, *DESCRIBING, *CONVERSING], most_at_once=MOST_AT_ONCE)
ready()
