"""Makes the ground of worlds: a slice for each message of its queue. Nothing else has numpy."""

from __future__ import annotations

from doors.start import ready  # first: see there

from doors import desk
from worlds.building.kinds import KINDS

handler = desk.create_handler(KINDS)
ready()
