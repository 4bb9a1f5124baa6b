"""A real Chromium in front of a running stack."""

from tests.support.browser import browser
from tests.support.browser_stack import database, stack, state, visit

__all__ = ["browser", "database", "stack", "state", "visit"]
