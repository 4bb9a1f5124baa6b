"""The product's shipped content files."""

from __future__ import annotations

from pathlib import Path

from kernel.content.folders import find_configs
from kernel.content.library import Library
from kernel.startup import at_startup

shipped = Library(find_configs(Path(__file__).resolve().parent))
"""The content files that ship with this code."""

at_startup(shipped.load)
