"""A village as a market: who lives there, what they have, and what the land around gives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct, field

from worlds.demand.models import WINDOW_DAYS
from worlds.economy.prices import SALES_DAYS

Goods = dict[str, int]
"""{good: how many}"""


class Dweller(Struct, kw_only=True):
    """Someone who lives of what a village makes. `live_day` works on copies.

    Attributes:
        key: tells them from all others.
        skill: at what they do, 0 to 100.
        conscientiousness, agreeableness: 0 to 100.
        goods: what they have at home, and sell unless they need it.
        hunger, gathering, work: needs, 0 to 100. Source: worlds 18.1.
        modifiers: of a merchant: {good: by how much they ask more or less for it}.
        sales: of a merchant: {good: units sold on each of the last days, today's last}.
        wear: the share of a tool that has worn off, 0 to 1.
        hungry_days: days on end on which they had less to eat than they needed.
    """

    key: str
    occupation: str
    skill: float
    conscientiousness: float
    agreeableness: float
    coins: int
    goods: Goods = field(default_factory=dict)
    hunger: float = 0.0
    gathering: float = 50.0
    work: float = 40.0
    modifiers: dict[str, float] = field(default_factory=dict)
    sales: dict[str, tuple[int, ...]] = field(default_factory=dict)
    wear: float = 0.0
    hungry_days: int = 0


class Plot(Struct, kw_only=True):
    """Land that something can be gathered from.

    Attributes:
        metres: from the village.
        stock: with fractions.
        regrowth: in a day.
    """

    good: str
    metres: int
    stock: float
    most: float
    regrowth: float


class Caravan(Struct, frozen=True, kw_only=True):
    """A merchant's goods on the way to another village, or what was earned with them on the way home.

    Attributes:
        merchant: the key of their village, "/", and their own.
        arrives: the day on which it is at its destination.
    """

    merchant: str
    home: str
    destination: str
    good: str
    units: int
    coins: int
    arrives: int


class VillageMarket(Struct, kw_only=True):
    """A village at the end of a day.

    Attributes:
        day: the last one that it has lived.
        chest: coins of all: what is taken from people goes there, and what is done for all is paid from it.
        wanted: {good: units that people wanted to buy on each of the last days, today's last}.
    """

    key: str
    day: int
    people: tuple[Dweller, ...]
    plots: tuple[Plot, ...]
    chest: int = 0
    wanted: dict[str, tuple[int, ...]] = field(default_factory=dict)

    @property
    def coins(self) -> int:
        """All coins that there are."""
        return self.chest + sum(each.coins for each in self.people)

    @property
    def goods(self) -> Goods:
        """All goods that people have."""
        return total_of(each.goods for each in self.people)

    def demand(self, good: str) -> int:
        """Return what people wanted to buy in the last week."""
        return sum(self.wanted.get(good, ()))


class DayBook(Struct, kw_only=True):
    """What a village did on a day: every good and every coin is accounted for.

    Attributes:
        gathered, made: goods that there are since that day.
        used, eaten, spoiled, worn: goods that there are no more: made into others, eaten or burnt, gone bad, worn out.
        trades: how often goods changed hands for coins; `barters`: for other goods.
        prices: {good: what one of it cost in the mean}, of those that were sold.
        taxes, dues, repairs: coins that went to the chest.
        wages: coins that came from it.
        hungry: people who had less to eat than they needed, and `starved`: those who would have died of it.
    """

    day: int = 0
    gathered: Goods = field(default_factory=dict)
    made: Goods = field(default_factory=dict)
    used: Goods = field(default_factory=dict)
    eaten: Goods = field(default_factory=dict)
    spoiled: Goods = field(default_factory=dict)
    worn: Goods = field(default_factory=dict)
    trades: int = 0
    barters: int = 0
    prices: dict[str, float] = field(default_factory=dict)
    taxes: int = 0
    dues: int = 0
    repairs: int = 0
    wages: int = 0
    hungry: int = 0
    starved: int = 0

    @property
    def balance(self) -> Mapping[str, int]:
        """By how much a village has more than the day before, without what caravans bring and take: {good: units}."""
        goods = total_of((self.gathered, self.made))
        for good, quantity in total_of((self.used, self.eaten, self.spoiled, self.worn)).items():
            add(goods, good, -quantity)
        return goods


def add(goods: Goods, good: str, quantity: int) -> None:
    """Put something to goods."""
    goods[good] = goods.get(good, 0) + quantity


def take(goods: Goods, good: str, quantity: int) -> None:
    """Take something out of goods, which have that much.

    Raises:
        ValueError: they have not.
    """
    left = goods.get(good, 0) - quantity
    if left < 0:
        raise ValueError(f"{-left} {good} too few")
    if left:
        goods[good] = left
    else:
        goods.pop(good, None)


def total_of(parts: Iterable[Mapping[str, int]]) -> Goods:
    """Return all goods of several."""
    total: Goods = {}
    for part in parts:
        for good, quantity in part.items():
            add(total, good, quantity)
    return total


def week(days: tuple[int, ...], today: int) -> tuple[int, ...]:
    """Return the last days with one more, without what is older than a week."""
    return (*days, today)[-WINDOW_DAYS:]


def latest_sales(days: tuple[int, ...], today: int) -> tuple[int, ...]:
    """Return the sales of the last days with one more, as far as they count for a merchant."""
    return (*days, today)[-SALES_DAYS:]
