"""What administrators can turn off in an emergency: the switches of the house and of all products."""

from __future__ import annotations

from community.switches import SWITCHES as COMMUNITY
from doors.discord.switches import DISCORD_COMMANDS
from kernel.accounts.switches import SIGN_UPS
from kernel.outside.switches import AI_TEXTS
from kernel.switches.models import FREEZE
from personas.switches import SWITCHES as PERSONAS

SWITCHES = (FREEZE, DISCORD_COMMANDS, SIGN_UPS, AI_TEXTS, *COMMUNITY, *PERSONAS)
