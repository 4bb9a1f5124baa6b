"""What Personas asks of the outside: the one table of its kinds."""

from __future__ import annotations

from kernel.outside.models import Kind
from personas.battles.turns import TURN
from personas.digests.daily import DAILY
from personas.threads.replying import REPLYING
from personas.threads.summarising import SUMMARISING

KINDS: tuple[Kind, ...] = (REPLYING, SUMMARISING, TURN, DAILY)
