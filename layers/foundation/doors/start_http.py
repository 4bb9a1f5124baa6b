"""The first import of every HTTP group: `doors.start`, and FastAPI without the validators for OpenAPI documents.

FastAPI describes the OpenAPI format in pydantic models; building their validators takes a tenth of a cold start. A
function serves no such document; `make generated` builds the validators when it needs them.
"""

from __future__ import annotations

from doors.start import ready

from pydantic import BaseModel

BaseModel.model_config["defer_build"] = True
import fastapi.openapi.models  # noqa: E402, F401  # pyright: ignore[reportUnusedImport]

del BaseModel.model_config["defer_build"]

__all__ = ["ready"]
