"""Commands by which one buys, sells and barters with the game's own people. Source: worlds 23.3."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor
from typing import Final
from uuid import UUID

from msgspec.structs import replace

from kernel.errors import DomainError
from kernel.naming import key
from kernel.quantities import resolve
from kernel.texts import listed, translate
from worlds.acting.carrying import counted, held_named, held_names
from worlds.acting.models import CommandOutcome, GameMessage, Scene
from worlds.acting.needs import Needs
from worlds.acting.trading import hand_over, is_here, partner_names
from worlds.acting.villagers import is_young, sound_asleep
from worlds.characters.models import Character
from worlds.characters.practice import Practice, practised
from worlds.commands.matching import find, find_leading
from worlds.commands.models import IncompleteCommand, Parsed, PersonNotFound
from worlds.commands.parsing import read_counted
from worlds.demand.events import PurchaseAttempted
from worlds.demand.models import WINDOW_DAYS
from worlds.economy import bartering, stalls
from worlds.economy.bartering import BarterOffer, BarterVerdict
from worlds.economy.content import COIN
from worlds.economy.stalls import (
    PAID,
    CounterExpired,
    CounterGone,
    CounterOffer,
    NoCounterOffer,
    NoSeller,
    NotASeller,
    NotForSale,
    NothingForSale,
    OfferRejected,
    PartnerLaden,
    SellerTooPoor,
    TooFewCoins,
    TooYoungToTrade,
    WorthTooLittle,
)
from worlds.items.content import WorldItem
from worlds.items.content import items as catalogue
from worlds.items.models import CarryLimitReached, Held, TooFewHeld
from worlds.log.models import WorldEvent
from worlds.minds.rules import settled
from worlds.npcs.rounds import Habit
from worlds.skills.models import Skill

BARGAINING: Final = Needs(partners=True, locks_partners=True, market=True)
LOOKING: Final = Needs(partners=True, market=True)
FOR: Final = "for"
"""Between what is offered and what is wanted."""
MOST_LISTED: Final = 20
LEARNED: Final = 5
"""Points of experience that a deal is worth."""


def prices(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """Read what someone sells, and what they would pay for what one carries."""
    seller = _seller(scene, parsed.target)
    sold = [
        translate("{things} at {coins}", things=counted(each), coins=_coins(_price(scene, seller, each, 1)))
        for each in _for_sale(seller)
        if _has_price(each)
    ]
    bought = [
        translate("{item} {coins}", item=each.item.name, coins=_coins(_payment(scene, each, 1)))
        for each in _for_sale(scene.me)
        if _has_price(each) and _payment(scene, each, 1)
    ]
    if not sold and not bought:
        raise NothingForSale(name=seller.name)
    lines: list[str] = []
    if sold:
        lines.append(translate("{name} sells: {things}.", name=seller.name, things=listed(sold[:MOST_LISTED])))
    else:
        lines.append(translate("{name} has nothing to sell.", name=seller.name))
    if bought:
        lines.append(translate("For yours they pay: {things}.", things=listed(bought[:MOST_LISTED])))
    return CommandOutcome(messages=[GameMessage("system", " ".join(lines))])


def buy(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """Buy something of what someone has. What one cannot have is wanted nevertheless, and counts as demand."""
    seller = _seller(scene, parsed.recipient, parsed.target)
    try:
        held = find(_for_sale(seller), parsed.target, held_names, NotForSale)
    except NotForSale as refusal:
        return _refused(scene, _item_named(parsed.target), refusal)
    quantity = _quantity(parsed, held)
    total = _price(scene, seller, held, quantity)
    if total > (coins := _coins_of(scene.me)):
        return _refused(scene, held.item, TooFewCoins(total=total, coins=coins, name=seller.name))
    deal = _Deal(scene.me, seller)
    deal.give_coins(total)
    deal.take(held.holding_id, quantity)
    attempted = _attempted(scene, held.item, quantity)
    learned = _learned(scene, f"buy/{held.item.key}")
    text = translate(
        "You buy {things} from {name} for {coins}. You have {left} left.",
        things=counted(held.of(quantity)),
        name=seller.name,
        coins=_coins(total),
        left=_coins(coins - total),
    )
    return deal.outcome(text, learned, [attempted])


def _refused(scene: Scene, item: WorldItem | None, refusal: DomainError) -> CommandOutcome:
    """Return what comes of a purchase that is refused: it counts as one, however many were asked for.

    Only as long as no more are wanted than there are: it costs nothing, and would drive up prices.
    """
    if item is None or item.key == COIN:
        raise refusal
    demand, supply = _wants(scene, item)
    attempted = [_attempted(scene, item, 1, is_refused=True)] if demand <= supply else []
    return CommandOutcome(events=attempted, refusal=refusal)


def _attempted(scene: Scene, item: WorldItem, quantity: int, *, is_refused: bool = False) -> PurchaseAttempted:
    return PurchaseAttempted(
        character_id=scene.me.character_id,
        world_id=scene.world.world_id,
        item=item.key,
        quantity=quantity,
        position=scene.me.position,
        day=_day(scene),
        is_refused=is_refused,
    )


def _item_named(typed: str) -> WorldItem | None:
    """Return what one means that no one here has; None where there is no such thing, or several."""
    try:
        return find([*catalogue.by_key.values()], typed, lambda each: (each.name, each.plural), NotForSale)
    except DomainError:
        return None


def sell(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """Sell something of what one has."""
    buyer = _seller(scene, parsed.recipient)
    held = held_named(scene.me, parsed.target)
    quantity = _quantity(parsed, held)
    total = _payment(scene, held, quantity)
    if held.item.key == COIN or total < 1:
        raise WorthTooLittle(name=buyer.name)
    if total > (coins := _coins_of(buyer)):
        raise SellerTooPoor(name=buyer.name, total=total, coins=coins)
    deal = _Deal(scene.me, buyer)
    deal.give(held.holding_id, quantity)
    deal.take_coins(total)
    text = translate(
        "You sell {things} to {name} for {coins}.",
        things=counted(held.of(quantity)),
        name=buyer.name,
        coins=_coins(total),
    )
    return deal.outcome(text, _learned(scene, f"sell/{held.item.key}"))


def possible_deal(scene: Scene, npc_id: UUID) -> str:
    """Return a command by which one sells something to someone, or else buys something of theirs; "" for none."""
    partner = next((each for each in scene.partners if each.character_id == npc_id), None)
    if partner is None or not _is_open(scene, partner):
        return ""
    coins = _coins_of(partner)
    mine = [each for each in _for_sale(scene.me) if _has_price(each) and each.item.fit is None]
    if sold := next((each for each in mine if 1 <= _payment(scene, each, 1) <= coins), None):
        return f"sell {sold.item.name} to {partner.name}"
    # A single one may be worth less than a coin.
    if sold := next((each for each in mine if 1 <= _payment(scene, each, each.quantity) <= coins), None):
        return f"sell {sold.item.name} {sold.quantity} to {partner.name}"
    theirs = [each for each in _for_sale(partner) if _has_price(each)]
    if bought := next((each for each in theirs if _price(scene, partner, each, 1) <= _coins_of(scene.me)), None):
        return f"buy {bought.item.name} from {partner.name}"
    return ""


def barter(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """Offer things for things; or, without any, agree to what one was offered instead."""
    npcs = _npcs(scene)
    seller, rest = find_leading(npcs, parsed.rest, partner_names, PersonNotFound, is_here)
    _require_open(scene, seller)
    if not rest:
        return _agree(scene, seller)
    words = rest.split()
    place = next((index for index, each in enumerate(words) if key(each) == FOR), 0)
    if not 0 < place < len(words) - 1:
        raise IncompleteCommand(syntax=parsed.command.syntax)
    offered_name, offered_wanted = read_counted(" ".join(words[:place]))
    wanted_name, wanted_wanted = read_counted(" ".join(words[place + 1 :]))
    offered = held_named(scene.me, offered_name)
    wanted = find(_for_sale(seller), wanted_name, held_names, NotForSale)
    given = 1 if offered_wanted is None else resolve(offered_wanted, offered.quantity)
    got = 1 if wanted_wanted is None else resolve(wanted_wanted, wanted.quantity)
    _require(offered, given)
    _require(wanted, got)
    answer = bartering.answer(
        BarterOffer({offered.item.key: given}, {wanted.item.key: got}),
        _usual(scene, offered) * given,
        _usual(scene, wanted) * got,
        bartering.needed_ratio(_affection(scene, seller), stalls.greed_of(_kindness(scene, seller))),
    )
    if answer.verdict is BarterVerdict.REJECTED:
        raise OfferRejected(name=seller.name, things=counted(wanted.of(got)))
    if answer.counter is not None:
        more = answer.counter.offered[offered.item.key]
        text = translate(
            "{name} wants more: {more} for {things}. To agree within five minutes: barter {name}",
            name=seller.name,
            more=f"{offered.item.name_of(more)} × {more}",
            things=counted(wanted.of(got)),
        )
        counter = CounterOffer(
            seller_id=seller.character_id,
            offered=offered.holding_id,
            offered_quantity=more,
            requested=wanted.holding_id,
            requested_quantity=got,
            made_at=scene.now,
        )
        return CommandOutcome(messages=[GameMessage("system", text)], counter=counter)
    return _exchange(scene, seller, offered, given, wanted, got)


def _agree(scene: Scene, seller: Character) -> CommandOutcome:
    counter = scene.market.counter
    if counter is None or counter.seller_id != seller.character_id:
        raise NoCounterOffer(name=seller.name)
    if not counter.is_open(scene.now):
        raise CounterExpired(name=seller.name)
    offered = _held_by(scene.me, counter.offered, counter.offered_quantity)
    wanted = _held_by(seller, counter.requested, counter.requested_quantity)
    if offered is None or wanted is None:
        raise CounterGone(name=seller.name)
    return _exchange(scene, seller, offered, counter.offered_quantity, wanted, counter.requested_quantity)


def _exchange(scene: Scene, seller: Character, offered: Held, given: int, wanted: Held, got: int) -> CommandOutcome:
    deal = _Deal(scene.me, seller)
    deal.give(offered.holding_id, given)
    deal.take(wanted.holding_id, got)
    text = translate(
        "You give {name} {given} for {got}.",
        name=seller.name,
        given=counted(offered.of(given)),
        got=counted(wanted.of(got)),
    )
    outcome = deal.outcome(text, _learned(scene, f"barter/{wanted.item.key}"))
    return replace(outcome, bartered=scene.market.counter is not None)


class _Deal:
    """What goes from one to the other and back, with the events of both."""

    def __init__(self, me: Character, other: Character) -> None:
        self.me, self.other = me, other
        self._before = other
        self._mine: list[WorldEvent] = []
        self._theirs: list[WorldEvent] = []

    def give(self, holding_id: UUID, quantity: int) -> None:
        """Hand over something of mine.

        Raises:
            PartnerLaden, TooFewHeld
        """
        try:
            self.me, self.other, gave, took = hand_over(self.me, self.other, holding_id, quantity)
        except CarryLimitReached:
            raise PartnerLaden(name=self.other.name) from None
        self._mine.append(gave)
        self._theirs.append(took)

    def take(self, holding_id: UUID, quantity: int) -> None:
        """Get something of theirs.

        Raises:
            CarryLimitReached, TooFewHeld
        """
        self.other, self.me, gave, took = hand_over(self.other, self.me, holding_id, quantity)
        self._theirs.append(gave)
        self._mine.append(took)

    def give_coins(self, total: int) -> None:
        """Pay so many coins, which I have."""
        for holding_id, quantity in _purse(self.me, total):
            self.give(holding_id, quantity)

    def take_coins(self, total: int) -> None:
        """Be paid so many coins, which they have."""
        for holding_id, quantity in _purse(self.other, total):
            self.take(holding_id, quantity)

    def outcome(self, text: str, learned: Practice, more: Sequence[WorldEvent] = ()) -> CommandOutcome:
        """Return what comes of it."""
        return CommandOutcome(
            events=[*self._mine, *more, *learned.events],
            messages=[GameMessage("action", f"{text} {learned.text}".strip())],
            others=[(self._before, self._theirs)],
        )


def _npcs(scene: Scene) -> list[Character]:
    """Return those of the game's own people who are within reach, the nearest first.

    Raises:
        NoSeller
    """
    found = [each for each in scene.partners if each.is_npc]
    if not found:
        raise NoSeller
    return found


def _seller(scene: Scene, typed: str, thing: str = "") -> Character:
    """Return who is meant; without a name, the nearest who has the thing, or the nearest one, who deals now.

    Raises:
        NoSeller, NotASeller, PersonNotFound, SoundAsleep, TargetUnclear, TooYoungToTrade
    """
    if typed:
        found = find(scene.partners, typed, partner_names, PersonNotFound, is_here)
        if not found.is_npc:
            raise NotASeller(name=found.name)
        _require_open(scene, found)
        return found
    npcs = _npcs(scene)
    able = [each for each in npcs if _is_open(scene, each)]
    if not able:
        _require_open(scene, npcs[0])
    for each in able if thing else ():
        try:
            find(_for_sale(each), thing, held_names, NotForSale)
        except NotForSale:
            continue
        return each
    return able[0]


def _is_open(scene: Scene, seller: Character) -> bool:
    """Tell whether someone deals now: not a child, and not asleep."""
    known = scene.market.sellers.get(seller.character_id)
    return known is None or not (known.doing == Habit.SLEEPS or is_young(scene, known.born, seller.species))


def _require_open(scene: Scene, seller: Character) -> None:
    """Refuse what one does not do with children, nor with someone who sleeps.

    Raises:
        SoundAsleep, TooYoungToTrade
    """
    known = scene.market.sellers.get(seller.character_id)
    if known is None:
        return
    if is_young(scene, known.born, seller.species):
        raise TooYoungToTrade(name=seller.name)
    if known.doing == Habit.SLEEPS:
        raise sound_asleep(scene, seller.name, seller.species, known.born, known.personality)


def _for_sale(someone: Character) -> list[Held]:
    """Return what someone has in the bag, but for coins, by name."""
    bag = (each for each in someone.inventory.held if each.slot is None and each.item.key != COIN)
    return sorted(bag, key=lambda each: (each.item.name, -each.quality, each.holding_id))


def _has_price(held: Held) -> bool:
    try:
        stalls.worth(held)
    except stalls.NoPrice:
        return False
    return True


def _held_by(someone: Character, holding_id: UUID, quantity: int) -> Held | None:
    found = next((each for each in _for_sale(someone) if each.holding_id == holding_id), None)
    return found if found is not None and found.quantity >= quantity else None


def _quantity(parsed: Parsed, held: Held) -> int:
    quantity = 1 if parsed.quantity is None else resolve(parsed.quantity, held.quantity)
    _require(held, quantity)
    return quantity


def _require(held: Held, quantity: int) -> None:
    if quantity > held.quantity:
        raise TooFewHeld(there=held.quantity, item=held.name, wanted=quantity)


def _price(scene: Scene, seller: Character, held: Held, quantity: int) -> int:
    """Return what someone asks for so many: as dear as they are when these are sold, so that no one can buy much at the
    price of one, and sell it back at another."""
    demand, supply = _wants(scene, held.item)
    each = stalls.asked(
        held,
        demand + quantity,
        max(1, supply - quantity),
        kindness=_kindness(scene, seller),
        affection=_affection(scene, seller),
    )
    return max(1, round(each * quantity))


def _payment(scene: Scene, held: Held, quantity: int) -> int:
    """Return what people pay for so many: as cheap as they are when there are these, too."""
    demand, supply = _wants(scene, held.item)
    return floor(stalls.usual(held, demand, supply + quantity) * PAID * quantity)


def _usual(scene: Scene, held: Held) -> float:
    demand, supply = _wants(scene, held.item)
    return stalls.usual(held, demand, supply)


def _wants(scene: Scene, item: WorldItem) -> tuple[int, int]:
    return scene.market.demand(item.key, _day(scene), WINDOW_DAYS), scene.market.supply.get(item.key, 0)


def _kindness(scene: Scene, seller: Character) -> float:
    known = scene.market.sellers.get(seller.character_id)
    return stalls.MIDDLING if known is None else known.kindness


def _affection(scene: Scene, seller: Character) -> float:
    known, time = scene.market.opinions.get(seller.character_id), scene.world.time
    return 0.0 if known is None else settled(known, time.at(scene.now), time.day_length).affection


def _day(scene: Scene) -> int:
    time = scene.world.time
    return time.at(scene.now) // time.day_length


def _coins_of(someone: Character) -> int:
    return someone.inventory.count(catalogue.by_key[COIN])


def _purse(someone: Character, total: int) -> list[tuple[UUID, int]]:
    """Return of which stacks so many coins are taken."""
    taken: list[tuple[UUID, int]] = []
    for each in someone.inventory.held:
        if each.item.key == COIN and total:
            taken.append((each.holding_id, min(total, each.quantity)))
            total -= taken[-1][1]
    return taken


def _coins(number: int) -> str:
    return f"{number} {catalogue.by_key[COIN].name_of(number)}"


def _learned(scene: Scene, action: str) -> Practice:
    return practised(scene.me, Skill.BARTERING, LEARNED, action, scene.now)
