"""The product's shipped content files."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from kernel import texts
from kernel.content.folders import find_configs
from kernel.content.library import Library
from kernel.startup import at_startup

shipped = Library(find_configs(Path(__file__).resolve().parent))
"""The content files that ship with this code."""

TEXTS: Final = "texts"
"""The folder of the translations."""

texts.use(shipped.root / TEXTS)

# The sections that a function's modules use are parsed at its start, which SnapStart keeps, not at its first request.
at_startup(shipped.load)
at_startup(texts.load)
