"""What it means for something public that an administrator takes it down, in SQL."""

from __future__ import annotations

from typing import LiteralString

HIDING: LiteralString = """
    was_public = %(hidden)s AND (is_public OR was_public),
    is_public = NOT %(hidden)s AND (is_public OR was_public),
    hidden_at = CASE WHEN %(hidden)s THEN %(now)s::timestamptz END
"""
"""Assignments that hide a row which has these columns, or show it again as it was."""
