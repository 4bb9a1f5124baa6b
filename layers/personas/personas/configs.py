"""The product's shipped content files."""

from __future__ import annotations

from kernel.content.library import Library
from kernel.startup import at_startup
from personas.translations import CONFIGS

shipped = Library(CONFIGS)
"""The content files that ship with this code."""

at_startup(shipped.load)
