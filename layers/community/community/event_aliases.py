"""Other names under which listeners may request the community's events. Imports nothing but the frames."""

from __future__ import annotations

from kernel.events.frames import Aliases, Frame


def _is_target_without_vote(frame: Frame) -> bool:
    """Whether the target was set without a vote, because there was only one candidate."""
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
    # This tells listeners who wait for a vote that there is none.
    substitutes={"progression.voting_started": _is_target_without_vote},
)
"""Source: rules 17."""
