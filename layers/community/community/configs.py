"""Where the product's content files are."""

from __future__ import annotations

from pathlib import Path

from kernel.content.library import Library
from kernel.content.reading import find_configs
from kernel.startup import at_startup

shipped = Library(find_configs(Path(__file__).resolve().parent))
"""The files that ship with this code."""

# What a function's modules have asked for is parsed with its start, which SnapStart keeps, not with its first request.
at_startup(shipped.load)
