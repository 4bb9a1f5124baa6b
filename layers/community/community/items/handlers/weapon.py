"""Items that time out other players. Source: rules 6.2."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from community.items.models import ItemUse, NoTargets, Targeting, TargetRequired, UseRequest, UseResult
from community.items.texts import name_with_quantity
from community.messages import service as messages
from community.shields import service as shields
from community.shields.models import AttackOutcome
from community.timeouts.rules import adjusted, in_words
from kernel.database import Tx
from kernel.texts import listed


def choose_targets(tx: Tx, request: UseRequest) -> Targeting:
    config, platform = request.item.handler_config, request.user.platform
    if config.target == "named":
        return Targeting(named=request.player, facts=(shields.CHARGES,))
    number = 1 if config.target == "random" else tx.rng.randint(config.min_targets, config.max_targets)
    return Targeting(crowd=messages.random_chatters(tx, platform, number), facts=(shields.CHARGES,))


def use(tx: Tx, item_use: ItemUse) -> UseResult:
    """Attack the named player, a random chatter or several of them.

    Raises:
        TargetRequired, NoTargets
    """
    config, platform = item_use.item.handler_config, item_use.request.user.platform
    targets = (item_use.target,) if item_use.target else item_use.crowd
    if not targets:
        raise TargetRequired(item=item_use.item.public_name, who="a player") if config.target == "named" else NoTargets
    added = adjusted(config.seconds, item_use.quality)
    reason = f"{name_with_quantity(item_use)} of {item_use.user.links[platform].username}'s"
    outcomes = shields.attack(tx, platform, item_use.user, targets, added, reason)
    if config.target != "named":
        messages.remove_chatters(tx, platform, targets)
    message = f"You use {name_with_quantity(item_use)}. {_describe(outcomes, added, 'you')}"
    if all(target.id == item_use.user.id for target in targets):
        return UseResult(item_use.players, item_use.quantity, message)
    return UseResult(
        item_use.players,
        item_use.quantity,
        message,
        lambda user: f"{user} uses {name_with_quantity(item_use)}. {_describe(outcomes, added, user)}",
    )


def _describe(outcomes: Sequence[AttackOutcome], added: timedelta, user: str) -> str:
    hit, shielded, mirrored = (
        sorted(each.username for each in outcomes if each.stopped_by == met) for met in (None, "block", "reflect")
    )
    sentences: list[str] = []
    if hit:
        sentences.append(f"{in_words(added)} of silence{' each' if len(hit) > 1 else ''} for {listed(hit)}.")
    if shielded:
        sentences.append(f"No effect on {listed(shielded)}, behind {'shields' if len(shielded) > 1 else 'a shield'}.")
    if mirrored:
        mirrors = "hold mirrors" if len(mirrored) > 1 else "holds a mirror"
        sentences.append(f"{listed(mirrored)} {mirrors}: {in_words(added * len(mirrored))} of silence for {user}.")
    return " ".join(sentences)
