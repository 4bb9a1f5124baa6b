"""What engagement is worth. Source: rules 9.6."""

from __future__ import annotations

from fractions import Fraction

from brandish.content import content
from brandish.progression.models import World
from brandish.progression.rules import modified

SCHOLAR_XP = 5
_UNLISTED = {"command": Fraction(2)}


def weight(world: World, metric: str) -> Fraction:
    """Points for one of it. What the table leaves out, or lists with 0, weighs 1; a command 2."""
    return world.weights.get(metric) or _UNLISTED.get(metric, Fraction(1))


def score(world: World, metric: str, value: int, scholar_level: int) -> int:
    """Contribution points, truncated once, at the end."""
    weighed = Fraction(modified(world, "progression_rate", value * weight(world, metric)))
    return int(weighed * (1 + content.jobs["scholar"].bonus("engagement_bonus", scholar_level)))
