"""The first import of every HTTP group: `doors.start`, and FastAPI without what only its documents need.

FastAPI describes the OpenAPI format in pydantic models, and building their validators is a tenth of a cold start. A
function serves no such document; whoever does ask for one (`make generated`) builds them then.
"""

from __future__ import annotations

from doors.start import ready

from pydantic import BaseModel

BaseModel.model_config["defer_build"] = True
import fastapi.openapi.models  # noqa: E402, F401  # pyright: ignore[reportUnusedImport]

del BaseModel.model_config["defer_build"]

__all__ = ["ready"]
