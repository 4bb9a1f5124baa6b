"""Where the migrations are."""

from __future__ import annotations

from pathlib import Path
from typing import Final

MIGRATIONS: Final = Path(__file__).parents[2] / "migrations"
