"""Errors of the help texts."""

from __future__ import annotations

from kernel.errors import NotFound


class NoSuchText(NotFound):
    code = "not_found"
    message = 'There is nothing to read about "{name}".'
