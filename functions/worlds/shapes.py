"""Requests and answers of Worlds. Source: worlds 2.2."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from doors.bodies import StrictBody, Text
from doors.fields import Timestamp
from doors.nulls import WithNulls
from worlds.bodies.content import BackgroundQuestion, backgrounds, species
from worlds.bodies.models import Attribute
from worlds.bodies.rules import derived
from worlds.characters.models import Character
from worlds.entering.models import CharacterWish, Chosen, EntryOptions, Whereabouts
from worlds.exchange.models import WorldFile
from worlds.founding.models import NewWorld
from worlds.inhabiting.models import OfferedNpc
from worlds.interview.models import Interview
from worlds.notices.models import (
    NoticePreferences,
    Platform,
    RegisteredDevice,
    WantedWorlds,
    WorldNotice,
    WorldNoticeType,
)
from worlds.owning.models import Settings
from worlds.reporting.models import WorldReport
from worlds.skills.models import Skill
from worlds.skills.rules import POINT
from worlds.space.models import Position, Space
from worlds.world import rules
from worlds.world.models import ListedWorld, World, WorldMember, WorldShapeInvalid

Id = Annotated[UUID, Field(strict=False)]


class WorldChoice(StrictBody):
    """A world to enter."""

    world_id: Id


class CharacterChoice(StrictBody):
    """A character to play."""

    character_id: Id


class NewCharacter(StrictBody):
    """A new character. A watcher needs no species."""

    world_id: Id
    name: Text = ""
    """Needed but for someone who is inhabited."""
    npc_id: Id | None = None
    """One of `available_npcs`, to inhabit; nothing else counts then."""
    species: Text = "human"
    role: Text = "player"
    appearance: Annotated[Text, Field(max_length=2000)] = ""
    description: Text = ""
    occupation: Text = ""
    point_buy: dict[str, int] = Field(default_factory=dict)
    seed: Annotated[int, Field(ge=0, le=2**53)] = 0
    background_answers: list[str] = Field(default_factory=list, max_length=20)

    @property
    def wish(self) -> CharacterWish:
        return CharacterWish(**self.model_dump(exclude={"world_id"}))


class Attributes(BaseModel):
    """The most that a body can have of each secondary value."""

    max_hp: int
    max_stamina: int
    max_focus: int
    max_mana: int
    max_nerve: int


class CharacterShape(WithNulls):
    """A character; positions in metres."""

    character_id: UUID
    user_id: UUID
    world_id: UUID
    name: str
    role: str
    species: str
    appearance: str
    description: str
    occupation: str
    position_x: float
    position_y: float
    position_z: float
    orientation_x: float
    orientation_y: float
    orientation_z: float
    is_flying: bool
    created_at: Timestamp
    last_played: Timestamp | None

    @classmethod
    def of(cls, character: Character) -> CharacterShape:
        x, y, z = character.position
        east, north, up = character.facing
        return cls(
            character_id=character.character_id,
            user_id=character.account_id,
            world_id=character.world_id,
            name=character.name,
            role=character.role,
            species=character.species,
            appearance=character.appearance,
            description=character.description,
            occupation=character.occupation,
            position_x=x / 10,
            position_y=y / 10,
            position_z=z / 10,
            orientation_x=east / 1000,
            orientation_y=north / 1000,
            orientation_z=up / 1000,
            is_flying=character.is_flying,
            created_at=character.created_at,
            last_played=character.last_played,
        )


class MadeCharacter(WithNulls):
    """A new character with its attributes; a watcher has none."""

    character: CharacterShape
    attributes: dict[str, int]
    secondary_attributes: Attributes | None

    @classmethod
    def of(cls, character: Character) -> MadeCharacter:
        return cls(
            character=CharacterShape.of(character),
            attributes=dict(character.attributes),
            secondary_attributes=secondary(character),
        )


def secondary(character: Character) -> Attributes | None:
    """Return the secondary values of a body; None for a watcher."""
    if not character.attributes:
        return None
    values = derived({Attribute(name): value for name, value in character.attributes.items()})
    return Attributes(
        max_hp=values.hp,
        max_stamina=values.stamina,
        max_focus=values.focus,
        max_mana=values.mana,
        max_nerve=values.nerve,
    )


class CharacterList(BaseModel):
    """Someone's characters, the one that was played last first."""

    characters: list[CharacterShape]


class ReleasedCharacter(BaseModel):
    """One of the game's own people goes their own way again."""

    released: bool = True


class JoinedWorld(BaseModel):
    """A character to connect with: its world opens at the socket."""

    character: CharacterShape
    world_id: UUID
    world_name: str
    message: str

    @classmethod
    def of(cls, chosen: Chosen) -> JoinedWorld:
        return cls(
            character=CharacterShape.of(chosen.character),
            world_id=chosen.world.world_id,
            world_name=chosen.world.name,
            message=chosen.message,
        )


class SpeciesShape(BaseModel):
    """A kind of body to choose, with the values that chance and bought points start from."""

    key: str
    name: str
    description: str
    attributes: dict[str, int]


class AnswerShape(BaseModel):
    """An answer to a question about the past, and the skills that it starts."""

    key: str
    text: str
    skills: dict[str, int]


class QuestionShape(BaseModel):
    """A question about a new character's past. At most one of its answers counts."""

    key: str
    text: str
    answers: list[AnswerShape]


class OfferedNpcShape(BaseModel):
    """One of the game's own people whom you can be."""

    id: UUID
    """For `npc_id`."""
    name: str
    species: str
    description: str
    occupation: str
    age: int
    """In years of the world."""
    sex: str
    place: str
    """The village where they live."""
    relationships: int
    """How many people they know."""
    skills: dict[str, int]
    dna: dict[str, str]
    """{gene: its two alleles}, upper case for dominant ones."""

    @classmethod
    def of(cls, offered: OfferedNpc) -> OfferedNpcShape:
        body = offered.body
        return cls(
            id=body.character_id,
            name=body.name,
            species=body.species,
            description=body.description,
            occupation=body.occupation,
            age=int(offered.years),
            sex=offered.npc.sex,
            place=offered.place,
            relationships=offered.relationships,
            skills=dict(body.skills),
            dna=dict(offered.npc.genes),
        )


class EntryOptionsShape(BaseModel):
    """Ways into a world, and what a new body can be."""

    can_enter_as_watcher: bool
    available_npcs: list[OfferedNpcShape]
    """Up to five grown people who are awake; the same each time, as long as they live and no one plays them."""
    can_create_custom: bool
    species: list[SpeciesShape]
    background_questions: list[QuestionShape]

    @classmethod
    def of(cls, options: EntryOptions) -> EntryOptionsShape:
        return cls(
            can_enter_as_watcher=options.as_watcher,
            available_npcs=[OfferedNpcShape.of(each) for each in options.people],
            can_create_custom=options.as_someone_new,
            species=[
                SpeciesShape(
                    key=each.key,
                    name=each.name,
                    description=each.description,
                    attributes={str(name): value for name, value in each.attributes.items()},
                )
                for each in species.by_key.values()
            ],
            background_questions=[_question(each) for each in backgrounds.document.questions],
        )


def _question(question: BackgroundQuestion) -> QuestionShape:
    answers = [
        AnswerShape(key=each.key, text=each.text, skills={str(name): level for name, level in each.skills.items()})
        for each in question.answers
    ]
    return QuestionShape(key=question.key, text=question.text, answers=answers)


class SelectedWorld(BaseModel):
    """A world that was chosen."""

    world_id: UUID
    name: str
    entry_options: EntryOptionsShape


class InterviewProgress(BaseModel):
    """An interview that is going on, and the share of its questions that are answered."""

    session_id: UUID
    progress: float


class SessionState(WithNulls):
    """Where someone is, and where to connect. Source: worlds 2.2.

    `stage`: lobby, interview, world_selected or in_game.
    """

    user_id: UUID
    world_id: UUID | None
    world_name: str | None
    character_id: UUID | None
    stage: str
    connected: bool
    characters: list[CharacterShape]
    interview: InterviewProgress | None
    websocket_url: str

    @classmethod
    def of(cls, user_id: UUID, found: Whereabouts, interview: Interview | None, websocket_url: str) -> SessionState:
        return cls(
            user_id=user_id,
            world_id=found.world.world_id if found.world else None,
            world_name=found.world.name if found.world else None,
            character_id=found.character.character_id if found.character else None,
            stage="interview" if interview is not None and found.stage == "lobby" else found.stage,
            connected=found.connected,
            characters=[CharacterShape.of(each) for each in found.characters],
            interview=None
            if interview is None
            else InterviewProgress(session_id=interview.interview_id, progress=interview.progress),
            websocket_url=websocket_url,
        )


class SocketTicket(BaseModel):
    """What opens the WebSocket once, within a minute: `?ticket=...&character_id=...`."""

    ticket: str
    websocket_url: str


class PlaceShape(BaseModel):
    """A place in metres."""

    x: float
    y: float
    z: float

    @classmethod
    def of(cls, position: Position) -> PlaceShape:
        return cls(x=position.x / 10, y=position.y / 10, z=position.z / 10)


class Bounds(BaseModel):
    """The corners of a world with walls."""

    min: PlaceShape
    max: PlaceShape


class WorldShape(WithNulls):
    """A world. `radius` in metres, of spherical ones; `bounds` of those with walls; `players` are there now; `role` is
    yours, if you belong to it: owner, admin or guest. Those who do not want that remove themselves from the members.
    `progress`: per cent of its ground that is made.
    """

    id: UUID
    name: str
    shape: str
    radius: float | None
    bounds: Bounds | None
    owner_id: UUID | None
    created_at: Timestamp
    privacy: str
    seats: int | None
    players: int
    role: str | None
    status: str
    progress: int
    hours_per_day: int
    dilation: float
    paused: bool

    @classmethod
    def of(cls, world: World, players: int, role: str | None) -> WorldShape:
        space = world.space
        has_walls = space.shape == "bounded_cube"
        return cls(
            id=world.world_id,
            name=world.name,
            shape=space.shape,
            radius=round(space.circumference / 10 / 6.283185307179586, 1) if space.shape == "spherical" else None,
            bounds=Bounds(min=PlaceShape.of(space.lowest), max=PlaceShape.of(space.highest)) if has_walls else None,
            owner_id=world.owner_id,
            created_at=world.created_at,
            privacy=world.privacy,
            seats=world.seats,
            players=players,
            role=role,
            status=world.status,
            progress=world.progress,
            hours_per_day=world.time.hours_per_day,
            dilation=float(world.time.dilation),
            paused=world.time.is_paused,
        )

    @classmethod
    def listed(cls, found: ListedWorld) -> WorldShape:
        return cls.of(found.world, found.players, found.role)


class AdministeredWorlds(BaseModel):
    """All worlds, a page at a time."""

    worlds: list[WorldShape]


Privacy = Literal["public", "private", "invite"]
Seats = Annotated[int, Field(ge=1, le=rules.MOST_SEATS)]
Hours = Annotated[int, Field(ge=1, le=rules.MOST_HOURS_PER_DAY)]


class Corner(StrictBody):
    """A corner of a world with walls, in metres."""

    x: float
    y: float
    z: float


class Walls(StrictBody):
    """The lowest and the highest corner of a world with walls."""

    min: Corner
    max: Corner


class NewWorldBody(StrictBody):
    """A new world. Of a sphere, either the radius or the circumference is given, in metres; of a box, its bounds."""

    name: Text
    shape: Text = "spherical"
    radius: float | None = None
    circumference: float | None = None
    bounds: Walls | None = None
    privacy: Privacy = "public"
    seats: Seats | None = None
    hours_per_day: Hours = 24

    @property
    def wanted(self) -> NewWorld:
        return NewWorld(
            name=self.name,
            space=self._space(),
            privacy=self.privacy,
            seats=self.seats,
            hours_per_day=self.hours_per_day,
        )

    def _space(self) -> Space:
        shape = rules.shape_named(self.shape)
        is_sized = self.radius is not None or self.circumference is not None
        if (is_sized and shape != "spherical") or (self.bounds is not None and shape != "bounded_cube"):
            raise WorldShapeInvalid(
                problem="A spherical world has a radius or a circumference, a bounded_cube has bounds."
            )
        if shape == "spherical":
            return rules.sphere_of(self.circumference, self.radius)
        if self.bounds is None:
            return Space(shape)
        low, high = self.bounds.min, self.bounds.max
        return rules.box_of((low.x, low.y, low.z), (high.x, high.y, high.z))


class ImportedWorld(StrictBody):
    """A world that comes as a file. `name` and `privacy`: in place of those in the file."""

    name: Text = ""
    privacy: Privacy | None = None
    file: WorldFile


class WorldChanges(StrictBody):
    """What to change about a world; what is left out stays. `seats`: null for no limit."""

    name: Text = ""
    privacy: Privacy = "public"
    seats: Seats | None = None
    hours_per_day: Hours = 24
    dilation: float | None = None
    paused: bool | None = None

    @property
    def wanted(self) -> Settings:
        changes = self.model_dump(exclude_unset=True, exclude={"dilation", "paused"})
        return Settings(changes=changes, dilation=self.dilation, paused=self.paused)


class DeletedWorld(BaseModel):
    """A world is gone."""

    deleted: bool = True


class Invitation(StrictBody):
    """Someone to let in, by their user name. An admin of a world may invite guests, too."""

    user: Annotated[Text, Field(min_length=1, max_length=255)]
    role: Literal["guest", "admin"] = "guest"


class MemberShape(WithNulls):
    """Someone who belongs to a world."""

    user_id: UUID
    user_name: str | None
    role: str
    since: Timestamp

    @classmethod
    def of(cls, member: WorldMember) -> MemberShape:
        return cls(user_id=member.account_id, user_name=member.user_name, role=member.role, since=member.since)


class MemberList(BaseModel):
    """The members of a world, in the order in which they came."""

    members: list[MemberShape]


class RemovedMember(BaseModel):
    """Someone does not belong to the world any more."""

    removed: bool = True


class SkillShape(BaseModel):
    """How far a skill has come."""

    level: int
    xp: float
    """Towards the next level, which costs 100 times its number to the power of 1.5."""


class SkillSheet(BaseModel):
    """All skills of a character, those at 0 as well."""

    skills: dict[str, SkillShape]

    @classmethod
    def of(cls, character: Character) -> SkillSheet:
        return cls(
            skills={
                each.value: SkillShape(level=character.skills.get(each, 0), xp=character.xp.get(each, 0) / POINT)
                for each in Skill
            }
        )


class PersonReport(WithNulls):
    """What a player has told the administrators about someone's behaviour."""

    report_id: UUID
    reporter_id: UUID | None
    user_id: UUID
    character_id: UUID
    world_id: UUID
    name: str
    reason: str
    reported_at: Timestamp
    decided_at: Timestamp | None
    decided_by: UUID | None
    outcome: str | None
    note: str

    @classmethod
    def of(cls, report: WorldReport) -> PersonReport:
        return cls(
            report_id=report.report_id,
            reporter_id=report.reporter_id,
            user_id=report.account_id,
            character_id=report.character_id,
            world_id=report.world_id,
            name=report.name,
            reason=report.reason,
            reported_at=report.reported_at,
            decided_at=report.decided_at,
            decided_by=report.decided_by,
            outcome=report.outcome,
            note=report.note,
        )


class PersonReports(BaseModel):
    """Reports, oldest first."""

    reports: list[PersonReport]


class Decision(StrictBody):
    """What an administrator decides about a report."""

    outcome: Literal["upheld", "dismissed"]
    note: Annotated[Text, Field(max_length=1000)] = ""


class WorldNoticeShape(WithNulls):
    """A notification. `metadata`: `world_id`, `world` and your `role` there, or `address` and `device` of a sign-in."""

    id: int
    type: WorldNoticeType
    title: str
    body: str
    metadata: dict[str, Any]
    read_at: Timestamp | None
    created_at: Timestamp

    @classmethod
    def of(cls, notice: WorldNotice) -> WorldNoticeShape:
        return cls(
            id=notice.notification_id,
            type=notice.type,
            title=notice.title,
            body=notice.body,
            metadata=dict(notice.metadata),
            read_at=notice.read_at,
            created_at=notice.created_at,
        )


class WorldNoticeList(BaseModel):
    """Notifications, newest first, and how many of all are unread."""

    notifications: list[WorldNoticeShape]
    unread_count: int


class ReadWorldNotice(BaseModel):
    """Whether this notification was unread, and how many still are."""

    updated: bool
    unread_count: int


class ReadWorldNotices(BaseModel):
    """How many notifications were unread; none is any more."""

    updated: int
    unread_count: int = 0


class NoticePreferencesBody(StrictBody):
    """Which notifications you want.

    `new_world`: `mine` for new worlds that you belong to, `public` for those that are open to everyone as well, `none`.
    `user_signin`: of sign-ins to your account from a device or an address that you were not at before.
    """

    new_world: WantedWorlds
    user_signin: bool

    @classmethod
    def of(cls, preferences: NoticePreferences) -> NoticePreferencesBody:
        return cls(new_world=preferences.new_world, user_signin=preferences.user_signin)

    @property
    def wanted(self) -> NoticePreferences:
        return NoticePreferences(self.new_world, self.user_signin)


class DeviceBody(StrictBody):
    """A device to register. `token`: what it names itself by, such as a random text that the app keeps.

    `name`: for you; if it is empty, it is what the user agent says.
    """

    token: Annotated[Text, Field(min_length=1, max_length=255)]
    platform: Platform = "other"
    name: Annotated[Text, Field(max_length=100)] = ""


class DeviceShape(BaseModel):
    """A device that you have registered. `seen_at`: when it did so the last time."""

    device_id: UUID
    platform: Platform
    name: str
    registered_at: Timestamp
    seen_at: Timestamp

    @classmethod
    def of(cls, device: RegisteredDevice) -> DeviceShape:
        return cls(
            device_id=device.device_id,
            platform=device.platform,
            name=device.name,
            registered_at=device.registered_at,
            seen_at=device.seen_at,
        )


class DeviceList(BaseModel):
    """Your devices, the one that was seen last first."""

    devices: list[DeviceShape]


class RemovedDevice(BaseModel):
    """A device is not registered any more."""

    removed: bool = True


class MapPlace(BaseModel):
    """A place on a map, in metres."""

    x: float
    y: float


class WorldMapShape(BaseModel):
    """A whole world. `cells` has a letter for each, in rows from the north-west; heights in metres."""

    columns: int
    rows: int
    cells: str
    legend: dict[str, str]
    mean_temperature: float
    highest_point: float
    highest_at: MapPlace
    sea_level: int
    land_percent: float
    years: int
    seed: int
