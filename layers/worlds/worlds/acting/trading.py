"""Commands by which things go from one person to another. Source: worlds 9 and the design, What a player expects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID, uuid4

from msgspec.structs import replace

from kernel.quantities import resolve
from kernel.texts import listed, translate
from worlds.acting import talking
from worlds.acting.carrying import changed, counted, held_named, held_names, limit_of, used
from worlds.acting.models import CommandOutcome, GameMessage, PlayerPost, Scene
from worlds.carrying.events import InventoryChanged, ItemHandedOver, ItemReceived
from worlds.characters.models import Character
from worlds.characters.practice import NOTHING_LEARNED, practised
from worlds.combat.bodies import hurt_of
from worlds.combat.rules import healed
from worlds.commands.matching import find
from worlds.commands.models import Parsed, PersonNotFound
from worlds.economy.stalls import SellsInstead
from worlds.items import rules as items
from worlds.items.content import WorldItem
from worlds.items.models import Held, ItemNotHeld
from worlds.log.models import WorldEvent
from worlds.skills.models import Skill
from worlds.time.models import milliseconds
from worlds.trading.models import (
    GiftRefused,
    NotOffered,
    NoTrade,
    Offer,
    OfferGone,
    PartnerGone,
    PartnerIgnored,
    Trade,
    TradingAlready,
)

LEARNED: Final = 5
"""Points of experience that a trade is worth to both."""


def give(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """Hand something to someone within reach."""
    partner = find(scene.partners, parsed.recipient, partner_names, PersonNotFound, is_here)
    held = held_named(scene.me, parsed.target)
    quantity = 1 if parsed.quantity is None else resolve(parsed.quantity, held.quantity)
    if not _hears(partner, scene.me):
        raise GiftRefused(name=partner.name)
    _, after, mine, theirs = hand_over(scene.me, partner, held.holding_id, quantity)
    things = counted(held.of(min(quantity, held.item.max_stack)))
    given = translate("You give {things} to {name}.", things=things, name=partner.name)
    outcome = CommandOutcome(events=[mine], messages=[GameMessage("action", given)], others=[(partner, [theirs])])
    if partner.is_npc:
        treated = _treated(scene, after, held.item)
        outcome = replace(outcome, others=[(partner, [theirs, *treated])])
        thanks, impressions = talking.received(scene, partner, held.item.key, mine.quantity, helps=bool(treated))
        return replace(outcome, messages=[*outcome.messages, thanks], impressions=impressions)
    got = GameMessage("action", translate("{name} gives you {things}.", name=scene.me.name, things=things))
    return replace(outcome, posts=[PlayerPost(partner.character_id, got)])


def _treated(scene: Scene, partner: Character, item: WorldItem) -> Sequence[WorldEvent]:
    """Return how someone who is hurt uses what heals as soon as they have it; nothing for anything else."""
    hurt = healed(hurt_of(partner), milliseconds(scene.now))
    if item.effect is None or item.effect.kind != "restore_hp" or not 0 < hurt.points < hurt.maximum:
        return []
    held = next(each for each in partner.inventory.held if each.item.key == item.key and each.slot is None)
    return used(replace(scene, me=partner), held)[0]


def begin(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """Ask someone within reach to trade, or agree to a trade that they have asked for."""
    partner = find(scene.partners, parsed.target, partner_names, PersonNotFound, is_here)
    if partner.is_npc:
        raise SellsInstead(name=partner.name)
    me, trade, is_heard = scene.me, scene.trade, _hears(partner, scene.me)
    if not _hears(me, partner):
        raise PartnerIgnored(name=partner.name)
    asked_me = trade is not None and trade.first_id == partner.character_id and not trade.is_open
    if trade is not None and trade.partner_of(me.character_id) == partner.character_id and (is_heard or not asked_me):
        if trade.is_open or trade.first_id == me.character_id:
            raise TradingAlready
        return _agreed(scene, trade.opened(), partner)
    if trade is not None and (trade.is_open or trade.first_id == me.character_id):
        raise TradingAlready
    asked = Trade(uuid4(), me.character_id, partner.character_id, False, {}, frozenset(), is_heard)
    text = translate("{name} wants to trade with you. Agree with: trade {name}", name=me.name)
    own = translate("You ask {name} to trade. They agree by trading with you.", name=partner.name)
    return CommandOutcome(
        messages=[GameMessage("system", own)],
        posts=_to_the_other(asked, partner.character_id, text),
        trade=asked,
    )


def offer(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """Put something on one's side of the table, or more or less of it than before; 0 takes it back."""
    trade = _open_trade(scene)
    before = trade.offer_of(scene.me.character_id)
    if parsed.quantity == 0:
        offered = [each for each in scene.me.inventory.held if each.holding_id in before]
        taken_back = find(offered, parsed.target, held_names, NotOffered)
        mine = {each: quantity for each, quantity in before.items() if each != taken_back.holding_id}
    else:
        held = held_named(scene.me, parsed.target)
        quantity = 1 if parsed.quantity is None else resolve(parsed.quantity, held.quantity)
        if quantity > held.quantity:
            raise ItemNotHeld(typed=parsed.target)
        mine = {**before, held.holding_id: quantity}
    return _on_the_table(scene, trade.offering(scene.me.character_id, mine))


def accept(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """Agree to a trade as it stands; with both, it happens: whole, or not at all."""
    trade = _open_trade(scene).accepting(scene.me.character_id)
    partner = _partner(scene, trade)
    if not trade.is_agreed:
        text = translate("{name} accepts. Accept, too, and it is done.", name=scene.me.name)
        return CommandOutcome(
            messages=[GameMessage("system", translate("You accept. Now {name} has to.", name=partner.name))],
            posts=_to_the_other(trade, partner.character_id, text),
            trade=trade,
        )
    me, other = scene.me, partner
    mine: list[InventoryChanged] = []
    theirs: list[InventoryChanged] = []
    me, other, given, taken = _all_over(me, other, trade.offer_of(me.character_id))
    mine += given
    theirs += taken
    other, me, given, taken = _all_over(other, me, trade.offer_of(other.character_id))
    theirs += given
    mine += taken
    done = translate("The trade is done.")
    # Who gets something for nothing has not bargained.
    has_bargained = bool(trade.offer_of(me.character_id) and trade.offer_of(other.character_id))
    learned = [
        practised(each, Skill.BARTERING, LEARNED, "trade", scene.now) if has_bargained else NOTHING_LEARNED
        for each in (scene.me, partner)
    ]
    return CommandOutcome(
        events=[*mine, *learned[0].events],
        messages=[GameMessage("system", f"{done} {learned[0].text}".strip())],
        posts=_to_the_other(trade, partner.character_id, f"{done} {learned[1].text}".strip()),
        others=[(partner, [*theirs, *learned[1].events])],
        ended=trade,
    )


def decline(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """Leave a trade; everyone keeps what is theirs."""
    if scene.trade is None:
        raise NoTrade
    return CommandOutcome(
        messages=[GameMessage("system", translate("You do not trade. You keep what is yours."))],
        posts=declined(scene, scene.trade),
        ended=scene.trade,
    )


def declined(scene: Scene, trade: Trade) -> list[PlayerPost]:
    """Return what the other one is told when someone leaves a trade."""
    text = translate("{name} does not trade. You keep what is yours.", name=scene.me.name)
    return _to_the_other(trade, trade.partner_of(scene.me.character_id), text)


def _agreed(scene: Scene, trade: Trade, partner: Character) -> CommandOutcome:
    how = translate("Offer with: offer <item> [n]. Then: accept, or decline.")
    own = translate("You trade with {name}.", name=partner.name)
    told = translate("{name} trades with you.", name=scene.me.name)
    return CommandOutcome(
        messages=[GameMessage("system", f"{own} {how}")],
        posts=_to_the_other(trade, partner.character_id, f"{told} {how}"),
        trade=trade,
    )


def _on_the_table(scene: Scene, trade: Trade) -> CommandOutcome:
    """Show both sides what lies on the table."""
    partner = _partner(scene, trade)
    mine = _listed(scene.me, trade.offer_of(scene.me.character_id))
    theirs = _listed(partner, trade.offer_of(partner.character_id))
    own = translate("On the table: yours {mine}; {name}'s {theirs}.", mine=mine, name=partner.name, theirs=theirs)
    told = translate("On the table: yours {mine}; {name}'s {theirs}.", mine=theirs, name=scene.me.name, theirs=mine)
    return CommandOutcome(
        messages=[GameMessage("system", own)],
        posts=_to_the_other(trade, partner.character_id, told),
        trade=trade,
    )


def _to_the_other(trade: Trade, other_id: UUID, text: str) -> list[PlayerPost]:
    """Return the post to the other one, unless they ignore who acts; who is ignored is not told so."""
    return [PlayerPost(other_id, GameMessage("system", text))] if trade.is_heard else []


def _hears(one: Character, other: Character) -> bool:
    return other.character_id not in one.ignored


def _listed(character: Character, offer: Offer) -> str:
    held = {each.holding_id: each for each in character.inventory.held}
    return listed([counted(held[each].of(quantity)) for each, quantity in offer.items() if each in held]) or translate(
        "nothing"
    )


def _open_trade(scene: Scene) -> Trade:
    if scene.trade is None or not scene.trade.is_open:
        raise NoTrade
    return scene.trade


def _partner(scene: Scene, trade: Trade) -> Character:
    wanted = trade.partner_of(scene.me.character_id)
    found = next((each for each in scene.partners if each.character_id == wanted), None)
    if found is None:
        raise PartnerGone
    return found


def _all_over(
    giver: Character, taker: Character, offer: Offer
) -> tuple[Character, Character, list[InventoryChanged], list[InventoryChanged]]:
    given: list[InventoryChanged] = []
    taken: list[InventoryChanged] = []
    for holding_id, quantity in offer.items():
        held = next((each for each in giver.inventory.held if each.holding_id == holding_id), None)
        if held is None or held.quantity < quantity or held.slot is not None:
            raise OfferGone(name=giver.name)
        giver, taker, gave, took = hand_over(giver, taker, holding_id, quantity)
        given.append(gave)
        taken.append(took)
    return giver, taker, given, taken


def hand_over(
    giver: Character, taker: Character, holding_id: UUID, quantity: int
) -> tuple[Character, Character, InventoryChanged, InventoryChanged]:
    """Return both after something has changed hands, and the event of each.

    Raises:
        CarryLimitReached, TooFewHeld
    """
    left, moved = items.take(giver.inventory, holding_id, quantity, uuid4)
    arriving = Held(uuid4(), moved.item, moved.quantity, moved.durability, None, moved.quality)
    after = items.add(taker.inventory, arriving, limit_of(taker))
    gave = ItemHandedOver(to_id=taker.character_id, **changed(giver, left, moved))
    took = ItemReceived(from_id=giver.character_id, **changed(taker, after, moved))
    return replace(giver, inventory=left), replace(taker, inventory=after), gave, took


def partner_names(character: Character) -> Sequence[str]:
    """Return the names under which someone within reach is found."""
    return (character.name,)


def is_here(character: Character) -> bool:
    """Tell that someone within reach is meant rather than someone elsewhere."""
    return True  # within reach, and no two of them are alike
