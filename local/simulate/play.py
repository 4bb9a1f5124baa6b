"""A community in memory: the game's own rules and reactions, without a database."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any, Final
from uuid import UUID

from msgspec.structs import replace

from community.catalog.content import Item, items
from community.catalog.models import Names
from community.crafting import rules as crafting
from community.crafting.events import ItemUpgraded
from community.crafting.service import UPGRADE_FEATURE
from community.economy import rules as economy
from community.economy import service as shop
from community.economy.events import ItemBought, ItemSold
from community.engagement.content import weights
from community.engagement.models import NewEngagements
from community.gambles import rules as gambles
from community.gambles.events import BetView, GambleJoined, GamblePlayed, GambleStarted
from community.gambles.models import Bet
from community.inventory.models import Inventory, Quality
from community.items.events import ItemUsed
from community.lootboxes.models import DropView, LootboxOpened, add_up, best_quality, total_value
from community.lootboxes.rules import open_boxes
from community.messages.models import MessageReceived
from community.parts import PARTS
from community.players.models import Link, Player
from community.progression import pacing
from community.progression.content import tree
from community.progression.models import CommunityState, Pacing
from community.progression.pacing import Activity
from community.progression.rules import item_unlocked
from community.reactions import apply_reactions
from community.search import rules as searching
from community.search.models import SearchPerformed
from community.search.queries import WINDOW
from community.search.service import BOX
from community.search.service import FEATURE as SEARCH
from community.stats import streaks
from community.stats.models import Streak
from community.voting import rules as voting_rules
from community.voting.ballot_events import VoteRecorded
from community.voting.models import VotingState
from community.voting.transitions import Transition, advance
from kernel.errors import DomainError
from kernel.events.models import Event
from local.simulate.chat import BOUGHT, GAMBLERS, OPENED, STAKED, Action, Viewer

PLATFORM: Final = "twitch"
START_LEVELS: Final = {node.key: 1 for node in tree.nodes.values() if node.auto_unlock}


@dataclass(slots=True)
class Played:
    """A viewer's player, and what the database would know about them.

    Attributes:
        searches: when they searched within the last day.
        voted: the last round that they voted in.
    """

    player: Player
    searches: list[datetime] = field(default_factory=list[datetime])
    voted: int = 0


class PlayedCommunity:
    """A community that plays by the true rules.

    Attributes:
        points: all contribution points.
        unlocked: the number of levels unlocked so far, without automatic ones.
    """

    def __init__(self, rng: Random, now: datetime, fixed_pace: Decimal | None) -> None:
        self.rng = rng
        self.now = now
        self.pacing = pacing.fixed(Pacing(), fixed_pace)
        self.points = 0
        self.unlocked = 0
        self.players: dict[int, Played] = {}
        self._stakes: dict[int, tuple[Any, ...]] = {}
        self.voting = VotingState(START_LEVELS, 0, None, None, None, self.pacing)
        self.state = self._state_of(START_LEVELS)
        self._advance()

    # ------------------------------------------------------------------------------------------------ the community

    def _state_of(self, levels: Mapping[str, int]) -> CommunityState:
        return CommunityState(
            UUID(int=self.rng.getrandbits(128)), levels, Names({}, {}), weights.by_metric, pacing=self.pacing
        )

    def measure(self) -> None:
        """Measure the players of the last seven days, as the clock does at midnight."""
        today = streaks.day_of(self.now)
        days = [played.player[Streak].last_on for played in self.players.values()]
        week = [day for day in days if day >= today - pacing.MEASURED_DAYS]
        self._set_pacing(pacing.measured(self.pacing, Activity(len(week), min(week, default=None)), today))

    def fix_pace(self, pace: Decimal | None) -> None:
        self._set_pacing(pacing.fixed(self.pacing, pace))

    def _set_pacing(self, changed: Pacing) -> None:
        self.pacing = changed
        self.voting = replace(self.voting, pacing=changed)
        self.state = dataclasses.replace(self.state, pacing=changed)

    def _advance(self) -> bool:
        """Make all due steps of the vote and the target; tell whether anything was unlocked."""
        transition = advance(Transition(replace(self.voting, points=self.points), self.now, self.rng))
        self.voting = transition.voting
        self.unlocked += len(transition.unlocked)
        if transition.unlocked:
            self.state = self._state_of(self.voting.levels)
        progress, target = self.voting.progress, voting_rules.target_of(self.voting)
        self._reached_at = None
        if progress and target:
            self._reached_at = progress.starts_at_points + voting_rules.cost_of(target, self.voting)
        return bool(transition.unlocked)

    @property
    def money(self) -> int:
        return sum(self.money_of(played) for played in self.players.values())

    def money_of(self, played: Played) -> int:
        return played.player[Inventory].count(items.money.item_id)

    # -------------------------------------------------------------------------------------------------- the players

    def do(self, viewer: Viewer, action: Action, now: datetime) -> bool:
        """Let a viewer act, unless the rules refuse it; tell whether that unlocked anything."""
        self.now = now
        played = self.players.get(viewer.number)
        if played is None:
            played = self.players[viewer.number] = Played(self._newcomer(viewer))
        played.player = dataclasses.replace(played.player, state=self.state)
        try:
            _ACTIONS[action](self, played)
        except DomainError:
            return False
        return self._reached_at is not None and self.points >= self._reached_at and self._advance()

    def _newcomer(self, viewer: Viewer) -> Player:
        name = f"viewer{viewer.number}"
        return Player(UUID(int=viewer.number + 1), name, {PLATFORM: Link(name, name)}, self.state, self.now, self.now)

    def _save(self, played: Played, player: Player, *events: Event) -> None:
        """Apply the reactions, count the points, and keep what lasts, as a save does."""
        for event in events:
            player = player.record(event)
        player = apply_reactions(player, self.now, self.rng)
        self.points += sum(each.score for each in player[NewEngagements])
        played.player = dataclasses.replace(player, parts=PARTS.lasting(player), events=())

    def _seconds(self) -> int:
        return int(self.now.timestamp())

    def _line(self, played: Played) -> None:
        self._save(played, played.player, MessageReceived(user_id=played.player.id, platform=PLATFORM))

    def _vote(self, played: Played) -> None:
        voting_round = self.voting.voting_round
        if voting_round is None or played.voted == voting_round.session_id:
            return
        option = self.rng.choice(voting_round.options)
        voting_round, option = voting_rules.count_ballot(voting_round, option, Decimal(1), self.now)
        self.voting = replace(self.voting, voting_round=voting_round)
        played.voted = voting_round.session_id
        event = VoteRecorded(
            session_id=voting_round.session_id,
            option_id=option.option_id,
            node_key=option.node_key,
            target_level=option.target_level,
            vote_count=option.vote_count,
            weighted_votes=float(option.weighted_votes),
            user_id=played.player.id,
        )
        self._save(played, played.player, event)

    def _search(self, played: Played) -> None:
        player = played.player
        played.searches = [each for each in played.searches if each > self.now - WINDOW]
        resting = played.searches and self.now < played.searches[-1] + searching.cooldown(player.state)
        if resting or not player.state.has(SEARCH):
            return
        outcome = searching.search(
            player.state,
            self.rng,
            earlier=len(played.searches),
            streak_days=streaks.continued(player[Streak], self.now).days,
        )
        played.searches.append(self.now)
        inventory = player[Inventory].give(items.by_name[BOX].item_id, outcome.quantity, outcome.quality)
        event = SearchPerformed(user_id=player.id, success=outcome.success, timestamp=self._seconds(), outcome=outcome)
        self._save(played, player.having(inventory), event)

    def _open(self, played: Played) -> None:
        """Open a box of the kind that the player has most of."""
        box = self._most_boxes(played.player)
        if box is None or not item_unlocked(self.state, box):
            return
        player = played.player
        inventory, taken = player[Inventory].take_lowest(box, OPENED)
        drops = add_up(
            drop for slot in taken for drop in open_boxes(box, slot.quantity, slot.quality, self.state, self.rng)
        )
        for drop in drops:
            inventory = inventory.give(drop.item.item_id, drop.quantity, drop.quality)
        opened = LootboxOpened(
            user_id=player.id,
            item_name=box.internal_name,
            quantity=OPENED,
            drops=tuple(
                DropView(item_name=drop.item.internal_name, quantity=drop.quantity, quality_level=drop.quality)
                for drop in drops
            ),
            value=total_value(drops),
            best=best_quality(drops),
            timestamp=self._seconds(),
        )
        used = ItemUsed(
            user_id=player.id,
            username=player.username,
            platform=PLATFORM,
            item_name=box.internal_name,
            quantity=OPENED,
            timestamp=self._seconds(),
        )
        self._save(played, player.having(inventory), opened, used)

    def _most_boxes(self, player: Player) -> Item | None:
        held = player[Inventory]
        boxes = [item for name, item in items.by_name.items() if name.startswith(gambles.BOX_PREFIX)]
        most = max(boxes, key=lambda box: held.count(box.item_id))
        return most if held.count(most.item_id) else None

    def _shop(self, played: Played) -> None:
        """Sell something that the shop takes, else buy something that one can pay for."""
        player = played.player
        if not player.state.has(shop.FEATURE):
            return
        for_sale = [item for item, _ in shop.list_sellable(self.state) if player[Inventory].count(item.item_id)]
        if for_sale:
            self._sell(played, self.rng.choice(for_sale))
        else:
            self._buy(played)

    def _sell(self, played: Played, item: Item) -> None:
        player = played.player
        sale = economy.quote_sale(
            item,
            player[Inventory].count(item.item_id),
            1,
            unit_price=shop.resale_price(self.state, item),
            merchant_bonus=shop.merchant_bonus(player),
        )
        inventory, _ = player[Inventory].take_lowest(item, sale.quantity)
        event = ItemSold(
            user_id=player.id,
            item_name=item.internal_name,
            quantity=sale.quantity,
            money_gained=sale.total,
            timestamp=self._seconds(),
        )
        self._save(played, player.having(inventory.give(items.money.item_id, sale.total)), event)

    def _buy(self, played: Played) -> None:
        player = played.player
        offered = [item for item in items.by_name.values() if item.buyable and item_unlocked(self.state, item)]
        balance = player[Inventory].count(items.money.item_id, Quality.COMMON)
        affordable = [item for item in offered if economy.discounted_price(item, None) <= balance]
        if not affordable:
            return
        item = self.rng.choice(affordable)
        purchase = economy.quote_purchase(
            item,
            balance,
            BOUGHT,
            unit_price=economy.discounted_price(item, None),
            merchant_bonus=shop.merchant_bonus(player),
        )
        inventory = player[Inventory].spend(items.money.item_id, purchase.total).give(item.item_id, purchase.quantity)
        event = ItemBought(
            user_id=player.id,
            item_name=item.internal_name,
            quantity=purchase.quantity,
            cost=purchase.total,
            timestamp=self._seconds(),
        )
        self._save(played, player.having(inventory), event)

    def _craft(self, played: Played) -> None:
        """Make a better box of several."""
        player, box = played.player, self._most_boxes(played.player)
        if box is None or not player.state.has(UPGRADE_FEATURE):
            return
        recipe = crafting.upgrades.by_key.get(box.internal_name)
        if recipe is None:
            return
        inventory, batch = crafting.upgrade(player[Inventory], recipe, 1, self.state, self.rng)
        made = crafting.slot_of(recipe.target_item, batch.produced, batch.quality)
        event = ItemUpgraded(
            user_id=player.id,
            item_name=recipe.target_item,
            quantity=batch.produced,
            units=batch.units,
            recipe_key=recipe.recipe_key,
            is_masterwork=batch.masterworks > 0,
            bonus_quantity=batch.bonus,
            timestamp=self._seconds(),
        )
        self._save(played, player.having(inventory.give(*made)), event)

    def _gamble(self, played: Played) -> None:
        """Start a gamble for a box against others who have one."""
        box = self._most_boxes(played.player)
        if box is None or not self.state.has(gambles.FEATURE):
            return
        others = [
            each for each in self.players.values() if each is not played and each.player[Inventory].count(box.item_id)
        ]
        joining = self.rng.sample(others, min(GAMBLERS - 1, len(others)))
        if not joining:
            return
        gamble_id = UUID(int=self.rng.getrandbits(128))
        bets = (Bet(box, STAKED),)
        openings: dict[UUID, tuple[Any, ...]] = {}
        for index, each in enumerate((played, *joining)):
            player = dataclasses.replace(each.player, state=self.state)
            inventory, stake = gambles.take_stake(player[Inventory], bets)
            openings[player.id] = gambles.open_stake(stake, self.state, self.rng)
            event: Event = GambleJoined(
                user_id=player.id,
                username=player.username,
                gamble_id=gamble_id,
                boxes=STAKED,
                timestamp=self._seconds(),
            )
            if index == 0:
                event = GambleStarted(
                    id=gamble_id,
                    initiator_id=player.id,
                    initiator_username=player.username,
                    platform=PLATFORM,
                    state="Joining",
                    created_at=self.now,
                    join_deadline=self.now + timedelta(minutes=2),
                    bets=(BetView(item_name=box.internal_name, quantity=STAKED),),
                )
            self._save(each, player.having(inventory), event)
        settlement = gambles.settle(openings, self.rng)
        for each in (played, *joining):
            player = each.player
            if player.id == settlement.winner_id:
                player = player.having(player[Inventory].give_all(settlement.prize))
            event = GamblePlayed(
                user_id=player.id,
                gamble_id=gamble_id,
                boxes=STAKED,
                score=settlement.scores[player.id],
                won=player.id == settlement.winner_id,
                near_miss=player.id in settlement.near_misses,
                critical_fail=player.id in settlement.critical_fails,
                tie_break_lost=player.id in settlement.tie_losers,
            )
            self._save(each, player, event)


_ACTIONS: Final[Mapping[Action, Callable[[PlayedCommunity, Played], None]]] = {
    "line": PlayedCommunity._line,
    "vote": PlayedCommunity._vote,
    "search": PlayedCommunity._search,
    "open": PlayedCommunity._open,
    "shop": PlayedCommunity._shop,
    "craft": PlayedCommunity._craft,
    "gamble": PlayedCommunity._gamble,
}
