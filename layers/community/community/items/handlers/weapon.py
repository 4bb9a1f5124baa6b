"""Items that time out other players. Source: rules 6.2."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from community.items.models import ItemUse, NoTargets, Targeting, TargetRequired, UseRequest, UseResult
from community.items.rules import require_attackable
from community.items.texts import name_with_quantity, reason
from community.messages import service as messages
from community.shields import service as shields
from community.shields.immunity import is_immune
from community.shields.models import AttackOutcome
from community.timeouts.rules import adjusted
from community.timeouts.texts import in_words
from kernel.database import Tx
from kernel.texts import listed, translate, translate_n


def choose_targets(tx: Tx, request: UseRequest) -> Targeting:
    config, platform = request.item.handler_config, request.user.platform
    if config.target == "named":
        return Targeting(named=request.player, facts=(shields.CHARGES,))
    number = 1 if config.target == "random" else tx.rng.randint(config.min_targets, config.max_targets)
    return Targeting(crowd=messages.random_chatters(tx, platform, number), facts=(shields.CHARGES,))


def use(tx: Tx, item_use: ItemUse) -> UseResult:
    """Attack the named player, a random chatter or several of them.

    Raises:
        TargetRequired, NoTargets, TargetImmune
    """
    config, platform = item_use.item.handler_config, item_use.request.user.platform
    targets = (item_use.target,) if item_use.target else item_use.crowd
    if not targets:
        raise TargetRequired(item=item_use.item.public_name) if config.target == "named" else NoTargets
    if item_use.target:
        require_attackable(item_use, item_use.target, tx.now)
    added = adjusted(config.seconds, item_use.quality)
    outcomes = shields.attack(tx, platform, item_use.user, targets, added, reason(item_use, platform))
    effects = partial(_effects, outcomes, added, protected=is_immune(item_use.user, tx.now))
    if config.target != "named":
        messages.remove_chatters(tx, platform, targets)
    message = translate("You use {things}. {effects}", things=name_with_quantity(item_use), effects=effects())
    if all(target.id == item_use.user.id for target in targets):
        return UseResult(item_use.players, item_use.quantity, message)
    return UseResult(
        item_use.players,
        item_use.quantity,
        message,
        lambda user: translate(
            "{user} uses {things}. {effects}",
            user=user,
            things=name_with_quantity(item_use),
            effects=effects(user),
        ),
    )


def _effects(outcomes: Sequence[AttackOutcome], added: timedelta, user: str = "", *, protected: bool) -> str:
    """Say whom the attack has hit.

    Args:
        user: the attacker's name, in a message to everyone.
        protected: whether mirrors do not harm the attacker.
    """
    hit, shielded, mirrored = (
        sorted(each.username for each in outcomes if each.stopped_by == met) for met in (None, "block", "reflect")
    )
    sentences: list[str] = []
    if hit:
        sentences.append(
            translate_n(
                "{time} of silence for {names}.",
                "{time} of silence each for {names}.",
                len(hit),
                time=in_words(added),
                names=listed(hit),
            )
        )
    if shielded:
        sentences.append(
            translate_n(
                "No effect on {names}, behind a shield.",
                "No effect on {names}, behind shields.",
                len(shielded),
                names=listed(shielded),
            )
        )
    if mirrored:
        time = None if protected else in_words(added * len(mirrored))
        sentences.append(_mirrored(mirrored, time, user))
    return " ".join(sentences)


def _mirrored(names: Sequence[str], time: str | None, user: str) -> str:
    if time is None:
        return translate_n(
            "{names} holds a mirror, without effect.",
            "{names} hold mirrors, without effect.",
            len(names),
            names=listed(names),
        )
    if not user:
        return translate_n(
            "{names} holds a mirror: {time} of silence for you.",
            "{names} hold mirrors: {time} of silence for you.",
            len(names),
            names=listed(names),
            time=time,
        )
    return translate_n(
        "{names} holds a mirror: {time} of silence for {user}.",
        "{names} hold mirrors: {time} of silence for {user}.",
        len(names),
        names=listed(names),
        time=time,
        user=user,
    )
