"""The product's texts in other languages. Apart from its content (`configs`), which needs pydantic."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from kernel import texts
from kernel.content.folders import find_configs
from kernel.startup import at_startup

CONFIGS: Final = find_configs(Path(__file__).resolve().parent)
"""The folder of all that ships with this code."""

texts.use(CONFIGS / "texts", announces=False)

at_startup(texts.load)
