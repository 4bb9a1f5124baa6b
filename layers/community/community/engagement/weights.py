"""Reloading the engagement weights from their file."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import ClassVar

from community.configs import shipped
from community.engagement import queries
from community.engagement.content import WeightsFile, WeightsSection
from community.progression import service as progression
from kernel.content.errors import ContentError
from kernel.content.reading import parse
from kernel.database import Tx
from kernel.errors import Refused
from kernel.events import service as events
from kernel.events.models import Event


class WeightsReloaded(Event):
    """The engagement weights were reloaded. `weights` is {metric: points for one}."""

    type: ClassVar[str] = "progression.weights_reloaded"
    weights: dict[str, float]


class UnusableWeights(Refused):
    code = "validation"
    message = "The old weights stay, because of a mistake in {problem}."


def reload_weights(tx: Tx) -> Mapping[str, Fraction]:
    """Reload the weights file from disk. Returns {metric: points for one}.

    Raises:
        UnusableWeights: the file is invalid; nothing has changed.
    """
    try:
        weights = _shipped_weights()
    except ContentError as error:
        raise UnusableWeights(problem=error) from error
    replace_weights(tx, weights)
    events.announce(tx, WeightsReloaded(weights=_as_json(weights)))
    return weights


def _shipped_weights() -> Mapping[str, Fraction]:
    try:
        raw = (shipped.root / WeightsSection.file).read_bytes()
    except FileNotFoundError:
        raise ContentError(WeightsSection.file, "", "the file is missing") from None
    return parse(raw, WeightsFile, WeightsSection.file).weights


def replace_weights(tx: Tx, weights: Mapping[str, Fraction]) -> None:
    """Queue new weights, for future scores and for the leaderboard's stored scores."""
    progression.replace_weights(tx, _as_json(weights))
    # After the community state's lock, as everywhere. A rollup that is already running has used the old weights.
    queries.lock_sums(tx)
    queries.upsert_all_scores(tx)


def _as_json(weights: Mapping[str, Fraction]) -> dict[str, float]:
    return {metric: float(weight) for metric, weight in weights.items()}
