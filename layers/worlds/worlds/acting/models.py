"""What a command sees, and what comes of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from random import Random
from typing import Any
from uuid import UUID

from msgspec import Struct, field

from kernel.errors import DomainError, NotFound, Refused, TooSoon
from worlds.characters.events import CharacterCreated
from worlds.characters.models import Character
from worlds.characters.naming import FreeNames
from worlds.combat.models import Fight
from worlds.conversing.models import Address
from worlds.crafting.models import UNSKILLED, Craftsmanship
from worlds.describing.asking import WantedText, WrittenTexts
from worlds.economy.stalls import UNKNOWN as UNKNOWN_MARKET
from worlds.economy.stalls import CounterOffer, LocalMarket
from worlds.ecosystem.creatures import Creature
from worlds.entities.models import Entity
from worlds.ground.models import Terrain
from worlds.log.models import WorldEvent
from worlds.minds.models import NOTHING as NO_IMPRESSIONS
from worlds.minds.models import Impressions, Mind
from worlds.posts.envelopes import MessageKind
from worlds.prospecting.models import UNKNOWN, Prospect
from worlds.resources.models import Stock
from worlds.space.models import Position
from worlds.trading.models import Trade
from worlds.villages.chatter import Talker
from worlds.villages.models import Village
from worlds.world.models import Admission, ListedWorld, World


class GameMessage(Struct, frozen=True):
    """A line that a player reads.

    Attributes:
        kind: Source: worlds 4.2.
        metadata: what programs read of it.
    """

    kind: MessageKind
    text: str
    metadata: Mapping[str, Any] = field(default_factory=dict)


class SeenPerson(Struct, frozen=True, kw_only=True):
    """Another character, as one sees it.

    Attributes:
        squared_distance: in dm²; None where it does not matter, as for someone in another world.
        hears_me: does not ignore who acts, nor another character of theirs.
        born: milliseconds of the world's own time; of people of the game only.
        is_reported: by who acts, and that report is still open; known of those only whom a command names.
        ignored: which characters of this person who acts ignores; known of the same.
        doing: of one of the game's own people, as `npcs.doing` stores it; `sleeps` of a player who is asleep, else "".
    """

    character_id: UUID
    name: str
    species: str
    role: str
    description: str
    world_id: UUID
    position: Position
    squared_distance: float | None
    hears_me: bool
    account_id: UUID
    born: int | None = None
    is_reported: bool = False
    ignored: frozenset[UUID] = frozenset()
    doing: str = ""


class Bystander(Struct, frozen=True, kw_only=True):
    """One of the game's own people who may take part in a fight, and is in none.

    Attributes:
        personality: {trait: 0 to 100}.
        parents: as far as they are known; `spouse_id` is None for no one.
        affection: for who acts, as it was when they met last.
    """

    character_id: UUID
    personality: Mapping[str, float]
    village: str
    parents: frozenset[UUID] = frozenset()
    spouse_id: UUID | None = None
    affection: float = 0.0

    def is_kin_of(self, other: Bystander) -> bool:
        """Whether they are parent and child, brother or sister, or wed."""
        return (
            self.character_id in (*other.parents, other.spouse_id)
            or other.character_id in (*self.parents, self.spouse_id)
            or not self.parents.isdisjoint(other.parents)
        )


class Destination(Struct, frozen=True):
    """A world that one may go to.

    Attributes:
        mine: the character that one has there; None for none.
        free_names: for a character there.
    """

    world: World
    admission: Admission
    mine: Mine | None
    free_names: FreeNames


class Mine(Struct, frozen=True):
    """A character of one's own, elsewhere."""

    character_id: UUID
    name: str
    role: str


class Scene(Struct, frozen=True, kw_only=True):
    """All that a command sees.

    Attributes:
        me: who acts, with what time has done to them.
        things: what is around, nearest first, as far as the command asked for it; so are `people`.
        named: people anywhere whom the command names.
        directory: a page of the list of worlds, and one more if there is another page.
        destinations: worlds that the command names, or that portals lead to.
        ground: around who acts; None in a world without ground of its own, or if the command does not need it.
        atlas: the map of the whole world, as it is stored.
        written: what models have written about the place; None without a model, or if the command does not need it.
        partners: those within reach, whole, for what changes both.
        trade: that one is in, or is asked for.
        language: that the reader's page is in; the game itself is English as long as it is not translated.
        is_admin: who acts may change the world for everyone; known only for the commands that do.
        prospect: what one knows of the ore around.
        stocks: {key of a resource ground around: what is left of it}, of those that someone has gathered from.
        creatures: of the world, as they are stored; only the living ones where that is enough.
        fighting: numbers of those that are in a fight.
        bystanders: people of the game around who may take part in a fight.
        crafts: what one knows about making things.
        pupils: {character: what they know about it}, of those within reach who know something.
        fights: that who acts is in, and those around as far as the command asked for them; settled.
        villages: whose smoke one sees, the nearest first; known where the ground is.
        minds: of people of the game around, the nearest first.
        market: what people want and have within a kilometre.
        is_followed: who acts lets the community follow them.
        talkers: people of the game whom one would hear if they talked with one another, and those who would talk with
            them, the nearest first.
    """

    me: Character
    world: World
    now: datetime
    rng: Random
    things: Sequence[Entity] = ()
    people: Sequence[SeenPerson] = ()
    named: Sequence[SeenPerson] = ()
    directory: Sequence[ListedWorld] = ()
    destinations: Sequence[Destination] = ()
    ground: Terrain | None = None
    atlas: Mapping[str, Any] | None = None
    written: WrittenTexts | None = None
    partners: Sequence[Character] = ()
    trade: Trade | None = None
    is_admin: bool = False
    language: str = "en"
    prospect: Prospect = UNKNOWN
    stocks: Mapping[str, Stock] = field(default_factory=dict)
    creatures: Sequence[Creature] = ()
    fighting: frozenset[int] = frozenset()
    bystanders: Sequence[Bystander] = ()
    crafts: Craftsmanship = UNSKILLED
    pupils: Mapping[UUID, Craftsmanship] = field(default_factory=dict)
    fights: Sequence[Fight] = ()
    villages: Sequence[Village] = ()
    minds: Sequence[Mind] = ()
    market: LocalMarket = UNKNOWN_MARKET
    is_followed: bool = False
    talkers: Sequence[Talker] = ()


class PlayerPost(Struct, frozen=True):
    """A message to another character."""

    to: UUID
    message: GameMessage


def posts_to(people: Iterable[SeenPerson], message: GameMessage) -> list[PlayerPost]:
    """Return the posts for those who hear one. Someone who is ignored is not told so."""
    return [PlayerPost(each.character_id, message) for each in people if each.hears_me]


def said_by(someone: Character) -> dict[str, str]:
    """Return the metadata of what someone says."""
    return {"sender_id": str(someone.character_id), "sender": someone.name}


class CommandOutcome(Struct, frozen=True):
    """What a command sets off.

    Attributes:
        events: of who acts, in their order.
        world_events: of the world, which the command has locked.
        made: a character that one has from now on.
        messages: to who acts.
        others: partners of the scene, with their events.
        trade: as it is from now on; `ended`: that there is no more.
        counter: what one of the game's own people would agree to instead of what was offered.
        bartered: that offer is done with.
        to_statue: what is said to the statue, which answers; None for nothing.
        wanted: the text of a model that describes the place.
        fight: as it is from now on, with `fight_events`; `taken_over`: another one that has become a part of it.
        impressions: what people of the game take away from it.
        address: what is said to one of them, who answers.
        refusal: why nothing more comes of it, and what one reads instead of messages.
        followed: lets the community follow them from now on, or no longer; None for as it was.
    """

    events: Sequence[WorldEvent] = ()
    world_events: Sequence[WorldEvent] = ()
    messages: Sequence[GameMessage] = ()
    posts: Sequence[PlayerPost] = ()
    made: CharacterCreated | None = None
    others: Sequence[tuple[Character, Sequence[WorldEvent]]] = ()
    trade: Trade | None = None
    ended: Trade | None = None
    counter: CounterOffer | None = None
    bartered: bool = False
    to_statue: str | None = None
    wanted: WantedText | None = None
    fight: Fight | None = None
    fight_events: Sequence[WorldEvent] = ()
    taken_over: Fight | None = None
    impressions: Impressions = NO_IMPRESSIONS
    address: Address | None = None
    refusal: DomainError | None = None
    followed: bool | None = None


class NotInGame(Refused):
    """The connection has no character in a world."""

    code = "not_in_game"
    message = "You are not in a world. Choose a character first."


class InvalidCommand(Refused):
    """A frame, or a command, that is not understood."""

    code = "invalid_command"
    message = "{problem}"


class TooManyCommands(TooSoon):
    """More commands in a second than one may send."""

    code = "action_cooldown"
    message = "That was too fast. Wait a second."


class TargetOutOfRange(Refused):
    """What is meant is too far away."""

    code = "target_out_of_range"
    message = "You are {distance} m away from {thing}, and have to be within {reach} m. Write: go to {name}"


class MovementBlocked(Refused):
    """Something stands in the way."""

    code = "movement_blocked"
    message = "Something is in the way: {name}."


class NoOneToAnswer(NotFound):
    """No one has told this character anything lately."""

    code = "target_not_found"
    message = "No one has told you anything yet. Write: tell <who> <text>"


class NoStairs(Refused):
    """There is no way up or down on foot."""

    code = "movement_blocked"
    message = "There are no stairs here. Watchers can fly."


class NoWayThere(Refused):
    """Something that one sees and cannot walk to."""

    code = "movement_blocked"
    message = "You see it from here, but no way leads to the {name}."


class TooFarAtOnce(Refused):
    """A walk of more than one command may take."""

    code = "movement_blocked"
    message = "You can walk {metres} m at once. Take it in stages."


class NotTakeable(Refused):
    """Something that no one can carry away."""

    code = "invalid_command"
    message = "You cannot take {name}."


class Locked(Refused):
    """Something that is held fast."""

    code = "invalid_command"
    message = "{name} does not come loose."


class NowhereToGo(NotFound):
    """There is no such portal here, and no such world."""

    code = "world_not_found"
    message = "There is no portal and no world called {typed} here. Write look to see the portals, or go to the lobby."


class NoSuchWorlds(NotFound):
    """No world has a name like that, or there is no such page."""

    code = "world_not_found"
    message = "There is no world for {typed} in the list. Write worlds to see the first page."


class NoWorldsYet(NotFound):
    """There is no world but the lobby."""

    code = "world_not_found"
    message = "There is no world to enter yet. Ask the statue for one: tell statue"


class PortalLeadsNowhere(Refused):
    """A portal behind which nothing is."""

    code = "invalid_command"
    message = "Nothing is behind {name} yet. Look for another portal."


class OutOfThisWorld(Refused):
    """From a world, one enters others through the lobby."""

    code = "target_out_of_range"
    message = "No portal to {name} is near. Go back to the lobby first: from there you can enter any world."


class WhichWorld(Refused):
    """A character has to be made for a world."""

    code = "invalid_command"
    message = "Say for which world, at the end: create character {name} {role} {species} <world>"


class NotYet(Refused):
    """A command that the game has not learned yet."""

    code = "invalid_command"
    message = "{command} comes with a later version. Write help to see what else you can do."


class NothingToTake(NotFound):
    """Nothing that one could carry away is within reach."""

    code = "target_not_found"
    message = "There is nothing within reach that you could take. Write look to see what is here."


class NothingToDrop(NotFound):
    """One carries nothing, or wears it all."""

    code = "item_not_found"
    message = "You carry nothing that you could put down. What you wear comes off with: unequip <item>"


class NotOneOfThePeople(Refused):
    """Players are talked with in other ways."""

    code = "invalid_command"
    message = "A player speaks for {name}. Write say, whisper or tell to speak with them."


class NothingSaid(Refused):
    """Something that does not talk."""

    code = "invalid_command"
    message = "{name} does not talk."


class StatueIsTold(Refused):
    """The statue of the lobby listens to another command."""

    code = "invalid_command"
    message = "The statue makes worlds. It listens when you write: tell statue <text>"


class NoAnswer(Refused):
    """Someone who is dead."""

    code = "invalid_command"
    message = "{name} lies still, and does not answer."


class SoundAsleep(Refused):
    """Someone who is asleep."""

    code = "invalid_command"
    message = "{name} is asleep, and gets up in {time} of this world's time. Come back then."


class NoSleepNow(Refused):
    """In a fight, no one sleeps."""

    code = "invalid_command"
    message = "You cannot sleep now: a fight is on, or you bleed."


class WellRested(Refused):
    """Rest would bring nothing back."""

    code = "invalid_command"
    message = "You are not tired: you have all your health and stamina."


class NothingToPromise(NotFound):
    """There is no such thing."""

    code = "item_not_found"
    message = "There is nothing called {typed} that you could promise."


class PromisedAlready(Refused):
    """The same was promised, and has not been brought yet."""

    code = "invalid_command"
    message = "You have promised that to {name} already."


class PromiseTooLarge(Refused):
    """No one would believe it."""

    code = "invalid_command"
    message = "Promise a number from 1 to {most}."
