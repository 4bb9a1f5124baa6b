"""Who may ask for a part of the event log once more: the one list of the notifiers' names."""

from __future__ import annotations

from typing import Literal

Destination = Literal["discord", "streamerbot"]
"""As the notifier, its rule in template.yaml and a replay's `to` call it."""
