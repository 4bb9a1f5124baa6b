"""What of the game administrators can turn off in an emergency: the table of switches, as they are listed."""

from __future__ import annotations

from community.crafting.switches import CRAFTING
from community.economy.switches import SHOP
from community.gambles.switches import GAMBLES
from community.imports.switches import IMPORTS
from community.inventory.switches import GIFTS
from community.items.switches import ITEM_USE, WEAPONS
from community.search.switches import SEARCHES

SWITCHES = (GAMBLES, SHOP, GIFTS, CRAFTING, SEARCHES, ITEM_USE, WEAPONS, IMPORTS)
