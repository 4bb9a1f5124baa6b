"""What of Personas administrators can turn off in an emergency: the table of switches, as they are listed."""

from __future__ import annotations

from personas.battles.switches import BATTLES

SWITCHES = (BATTLES,)
