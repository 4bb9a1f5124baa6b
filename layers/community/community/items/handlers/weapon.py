"""Items that silence others. Source: rules 6.2."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from community.catalog.rules import listed
from community.items.models import NoTargets, Reach, TargetRequired, Use, Used, Wish
from community.items.texts import so_many
from community.messages import service as messages
from community.shields import service as shields
from community.shields.models import Struck
from community.timeouts.rules import adjusted, in_words
from kernel.database import Tx


def reach(tx: Tx, wish: Wish) -> Reach:
    config, platform = wish.item.handler_config, wish.user.platform
    if config.target == "named":
        return Reach(named=wish.player, facts=(shields.CHARGES,))
    number = 1 if config.target == "random" else tx.rng.randint(config.min_targets, config.max_targets)
    return Reach(crowd=messages.some(tx, platform, number), facts=(shields.CHARGES,))


def use(tx: Tx, use: Use) -> Used:
    """
    Raises:
        TargetRequired, NoTargets
    """
    config, platform = use.item.handler_config, use.wish.user.platform
    targets = (use.target,) if use.target else use.crowd
    if not targets:
        raise TargetRequired(item=use.item.public_name, who="a player") if config.target == "named" else NoTargets
    added = adjusted(config.seconds, use.slot.quality)
    reason = f"{so_many(use)} of {use.user.links[platform].username}'s"
    struck = shields.attack(tx, platform, use.user, targets, added, reason)
    if config.target != "named":
        messages.leave(tx, platform, targets)
    message = f"You use {so_many(use)}. {_told(struck, added, 'you')}"
    if all(target.id == use.user.id for target in targets):
        return Used(use.players, use.quantity, message)
    return Used(
        use.players, use.quantity, message, lambda user: f"{user} uses {so_many(use)}. {_told(struck, added, user)}"
    )


def _told(struck: Sequence[Struck], added: timedelta, user: str) -> str:
    hit, shielded, mirrored = (
        sorted(each.username for each in struck if each.met == met) for met in (None, "block", "reflect")
    )
    told: list[str] = []
    if hit:
        told.append(f"{in_words(added)} of silence{' each' if len(hit) > 1 else ''} for {listed(hit)}.")
    if shielded:
        told.append(f"No effect on {listed(shielded)}, behind {'shields' if len(shielded) > 1 else 'a shield'}.")
    if mirrored:
        mirrors = "hold mirrors" if len(mirrored) > 1 else "holds a mirror"
        told.append(f"{listed(mirrored)} {mirrors}: {in_words(added * len(mirrored))} of silence for {user}.")
    return " ".join(told)
