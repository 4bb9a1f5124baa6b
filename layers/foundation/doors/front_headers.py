"""The headers that the front, CloudFront, adds to requests."""

from __future__ import annotations

from typing import Final

SECRET: Final = "x-front-secret"
ADDRESS: Final = "x-viewer-address"
HOST: Final = "x-viewer-host"
