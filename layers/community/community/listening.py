"""Under which other names listeners may ask for the community's events. Loads nothing but the frames."""

from __future__ import annotations

from kernel.events.frames import Aliases, Frame


def _is_target_without_vote(frame: Frame) -> bool:
    """A target that was set because there was nothing to choose from."""
    return (
        frame.type == "progression.target.set"
        and isinstance(frame.payload, dict)
        and bool(frame.payload.get("auto_selected"))
    )


ALIASES = Aliases(
    earlier={
        "progression.cycle_completed": "progression.cycle.completed",
        "gamble.completed": "gamble.complete",
    },
    # A listener that waits for a vote learns in this way that there is none.
    substitutes={"progression.voting_started": _is_target_without_vote},
)
"""Source: rules 17."""
