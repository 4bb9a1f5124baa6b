"""Makes the ground of worlds and lets them grow old: a slice for each message of its queue. Nothing else has numpy."""

from __future__ import annotations

from doors.start import ready  # first: see there

from doors import desk
from worlds.building.kinds import KINDS as BUILDING
from worlds.deep_time import limits
from worlds.deep_time.chat import KINDS as CHAT
from worlds.deep_time.kinds import KINDS as DEEP_TIME

handler = desk.create_handler((*BUILDING, *DEEP_TIME, *CHAT), most_at_once=limits.AT_ONCE)
ready()
