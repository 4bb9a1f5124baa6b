"""What every test of an HTTP group or a handler may ask for."""

from tests.support.api import call, discord, environment, event_bridge

__all__ = ["call", "discord", "environment", "event_bridge"]
