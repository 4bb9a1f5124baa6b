"""What is known of demand."""

from __future__ import annotations

from typing import Final

WINDOW_DAYS: Final = 7
"""Of the world's time, in which what people wanted to buy counts as demand."""
