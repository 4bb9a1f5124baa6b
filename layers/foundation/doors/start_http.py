"""The first import of every HTTP group: `doors.start`, and pydantic builds validators only when they are needed.

Building the validators of all models takes a fifth of a cold start, and an environment needs few of them: FastAPI
describes the OpenAPI format in models, which only `make generated` uses, and most routes are not asked.
"""

from __future__ import annotations

from doors.start import ready

import warnings

from pydantic import BaseModel
from pydantic.warnings import UnsupportedFieldAttributeWarning

BaseModel.model_config["defer_build"] = True
# About validators of parameters; FastAPI ignores it itself, but only where they are built at once.
warnings.simplefilter("ignore", UnsupportedFieldAttributeWarning)

__all__ = ["ready"]
