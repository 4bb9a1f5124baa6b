"""Battles: debates of two speakers in turns, their verdict, and what listeners hear of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Literal, Self
from uuid import UUID

from msgspec import Struct, field
from pydantic import BaseModel, ConfigDict, Field

from kernel.errors import Conflict, NotFound, Refused, TooSoon
from kernel.events.models import Event
from kernel.texts import decimal, speaking, to_translate, translate
from personas.paging import CursorPage
from personas.posts.models import Post, Sides
from personas.templates.models import Template

Side = Literal["PRO", "CON"]
Phase = Literal["OPENING", "REBUTTAL", "CLOSING"]
Status = Literal["SCHEDULED", "RUNNING", "COMPLETED", "HALTED", "FAILED"]
HaltReason = Literal["quota", "provider", "deadline", "safety"]
Winner = Literal["PRO", "CON", "DRAW"]
Language = Literal["en", "tr"]

HOUSE_ACCOUNT = UUID("00000000-0000-4000-8000-0000000000b0")
"""Whose battles those are whose starters have no account of their own. No one can log in to it."""

OPEN: frozenset[Status] = frozenset({"SCHEDULED", "RUNNING"})


class Speaker(Struct, frozen=True):
    """Who speaks for a side.

    Attributes:
        persona_id: None for the house, and for a persona that has been deleted since.
        name: as it was when the battle began.
    """

    persona_id: UUID | None
    name: str


class Turn(Struct, frozen=True):
    """A turn as it is stored."""

    turn_index: int
    side: Side
    persona_id: UUID | None
    speaker_name: str
    phase: Phase
    content: str
    word_count: int
    trimmed: bool
    created_at: datetime


class Verdict(Struct, frozen=True):
    """Who argued better, by a heuristic. Source: personas 9.4.

    Attributes:
        pro_score: 0 to 100, one decimal.
        pro_name: of the battle, as readers see it.
    """

    winner: Winner
    pro_score: float
    con_score: float
    pro_name: str
    con_name: str
    method: str = "heuristic-v1"

    @property
    def line(self) -> str:
        """The result in a sentence, in the current language."""
        line = {
            "PRO": to_translate("{pro} wins, {pro_score} to {con_score}."),
            "CON": to_translate("{con} wins, {con_score} to {pro_score}."),
            "DRAW": to_translate("A draw: {pro} {pro_score}, {con} {con_score}."),
        }[self.winner]
        return translate(
            line,
            pro=self.pro_name,
            con=self.con_name,
            pro_score=decimal(self.pro_score),
            con_score=decimal(self.con_score),
        )

    def as_json(self) -> dict[str, Any]:
        """Return it as it is stored. `line` was stored once, and functions of the release before still ask for it."""
        return {
            "winner": self.winner,
            "pro_score": self.pro_score,
            "con_score": self.con_score,
            "line": "",
            "method": self.method,
        }

    @classmethod
    def of(cls, stored: Mapping[str, Any] | None, pro_name: str, con_name: str) -> Self | None:
        if not stored:
            return None
        return cls(
            stored["winner"], stored["pro_score"], stored["con_score"], pro_name, con_name, method=stored["method"]
        )


class Channel(Struct, frozen=True):
    """A channel on Discord that watches a battle, and votes on who won when it is over."""

    channel_id: str
    vote_seconds: int


class Battle(Struct, frozen=True):
    """A battle as its owner has set it up, and how far it is.

    Attributes:
        battle_id: the id of its post.
        account_id: its owner.
        prompt_rules: the template's, as they were then; the same holds for its name, turns and words.
        next_turn: the number of the turn that is to come; turns_done + 1.
        halt_reason: why it stopped early.
        audience: the personas whose replies come when the debate is over.
        language: of the house's speakers.
        deadline_at: when it stops, however far it is.
        channel: None for a battle that no channel watches.
    """

    battle_id: UUID
    account_id: UUID
    room_id: UUID
    topic: str
    pro_style: str
    con_style: str
    pro: Speaker
    con: Speaker
    source_battle_id: UUID | None
    template_name: str
    prompt_rules: str
    turn_count: int
    word_limit: int
    status: Status
    next_turn: int
    halt_reason: HaltReason | None
    audience: tuple[UUID, ...]
    language: Language
    verdict: Verdict | None
    deadline_at: datetime
    created_at: datetime
    updated_at: datetime
    channel: Channel | None = None

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def turns_done(self) -> int:
        return self.next_turn - 1

    def speaker(self, side: Side) -> Speaker:
        return self.pro if side == "PRO" else self.con

    def style(self, side: Side) -> str:
        return self.pro_style if side == "PRO" else self.con_style

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """Return the battle in a row of `queries.COLUMNS`."""
        return cls(
            battle_id=row["battle_id"],
            account_id=row["account_id"],
            room_id=row["room_id"],
            topic=row["topic"],
            pro_style=row["pro_style"],
            con_style=row["con_style"],
            pro=Speaker(row["pro_persona_id"], row["pro_name"]),
            con=Speaker(row["con_persona_id"], row["con_name"]),
            source_battle_id=row["source_battle_id"],
            template_name=row["template_name"],
            prompt_rules=row["prompt_rules"],
            turn_count=row["turn_count"],
            word_limit=row["word_limit"],
            status=row["status"],
            next_turn=row["next_turn"],
            halt_reason=row["halt_reason"],
            audience=tuple(row["audience"]),
            language=row["language"],
            verdict=Verdict.of(row["verdict"], row["pro_name"], row["con_name"]),
            deadline_at=row["deadline_at"],
            created_at=row["created_at"],
            updated_at=row["updated_at"],
            channel=Channel(**row["channel"]) if row["channel"] else None,
        )


class BattleDraft(Struct, frozen=True):
    """What someone asks for when they create a battle; ids and texts as they were sent.

    Attributes:
        topic: may be empty when a remix token supplies it.
    """

    topic: str = ""
    template_id: str | None = None
    pro_style: str | None = None
    con_style: str | None = None
    remix_token: str | None = None
    pro_persona_id: str | None = None
    con_persona_id: str | None = None


class CreatedBattle(Struct, frozen=True):
    """A battle that has just been created.

    Attributes:
        remix_used: whether it was created with a remix token.
    """

    post: Post
    battle: Battle
    room_name: str
    template: Template
    remix_used: bool

    @property
    def enqueued_replies(self) -> int:
        return len(self.battle.audience)


class Progress(Struct, frozen=True):
    """How far a battle is.

    Attributes:
        replies_done: of the audience's replies that are expected.
        done: nothing more is to come.
    """

    battle: Battle
    replies_done: int
    done: bool


class PublicReply(Struct, frozen=True):
    """A reply below a battle, as everyone sees it."""

    reply_id: UUID
    speaker_name: str
    authored_by: str
    content: str
    created_at: datetime
    speaker_slug: str | None = None


class BattleView(Struct, frozen=True):
    """A published post, and the battle in it, if it is one: what pages, cards and the public API show.

    Attributes:
        kind: POST or BATTLE.
        topic: the battle's; of another post its first sentence.
        author_name: of the persona that posted; "" for a battle.
        author_slug: the address of that persona's profile; None if that is not public.
        sides: the two names again, with the addresses of their profiles.
        template_id: of the template, if it still exists and is public.
        status: None for a post that is no battle; so are names, styles and turns.
        changed_at: of the newest of post, turns, verdict and replies.
    """

    battle_id: UUID
    kind: str
    account_id: UUID
    room_id: UUID
    room_name: str
    topic: str
    content: str
    authored_by: str
    author_name: str
    created_at: datetime
    changed_at: datetime
    template_id: UUID | None = None
    template_name: str | None = None
    pro_name: str | None = None
    con_name: str | None = None
    pro_style: str | None = None
    con_style: str | None = None
    status: Status | None = None
    halt_reason: HaltReason | None = None
    turn_count: int | None = None
    verdict: Verdict | None = None
    turns: Sequence[Turn] = field(default_factory=tuple)
    replies: CursorPage[PublicReply] = field(default_factory=lambda: CursorPage(()))
    replies_expected: int = 0
    deadline_at: datetime | None = None
    author_slug: str | None = None
    sides: Sides | None = None

    @property
    def turns_done(self) -> int:
        return len(self.turns)


class RemixIntent(Struct, frozen=True):
    """What a token says: the battle to remix, and what the new one begins with.

    Attributes:
        token_id: of the token, which is good for one battle.
        template_id: None where no public one was left to suggest.
    """

    token_id: UUID
    battle_id: UUID
    room_id: UUID
    topic: str
    pro_style: str
    con_style: str
    template_id: UUID | None


class RemixOffer(Struct, frozen=True):
    """What a remix begins with.

    Attributes:
        token: good for one battle until it expires.
    """

    intent: RemixIntent
    room_name: str
    templates: Sequence[Template]
    token: str
    expires_at: datetime


class VerdictPayload(BaseModel):
    """The result of a battle, inside events."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    winner: Winner
    pro_score: float
    con_score: float
    line: str

    @classmethod
    def of(cls, verdict: Verdict | None) -> VerdictPayload | None:
        if verdict is None:
            return None
        with speaking():  # what is announced to everyone is in the community's language
            line = verdict.line
        return cls(winner=verdict.winner, pro_score=verdict.pro_score, con_score=verdict.con_score, line=line)


class BattleCreated(Event):
    """A debate has been set up; its turns follow."""

    type: ClassVar[str] = "battle.created"
    battle_id: UUID
    room_id: UUID
    room_name: str
    topic: str
    pro_name: str
    con_name: str
    turn_count: int


class BattleNews(Event):
    """What a channel that watches a battle hears of.

    Attributes:
        channel_id: where it is posted; "" for nowhere. It is not part of the payload.
    """

    channel_id: str = Field("", exclude=True)

    @property
    def metadata(self) -> dict[str, str]:
        return {"discord_channel_id": self.channel_id} if self.channel_id else {}


class BattleTurn(BattleNews):
    """A speaker of a debate has spoken."""

    type: ClassVar[str] = "battle.turn"
    battle_id: UUID
    turn_index: int
    turn_count: int
    side: Side
    phase: Phase
    speaker_name: str
    content: str


class BattleCompleted(BattleNews):
    """A debate is over: all turns have been spoken. `vote_ends_at`: of the vote in the channel that watched it."""

    type: ClassVar[str] = "battle.completed"
    battle_id: UUID
    room_id: UUID
    topic: str
    pro_name: str
    con_name: str
    turns_done: int
    verdict: VerdictPayload | None = None
    vote_ends_at: datetime | None = None


class BattleHalted(BattleNews):
    """A debate has ended early. If both sides have spoken, it has a verdict, and the channel that watched it votes."""

    type: ClassVar[str] = "battle.halted"
    battle_id: UUID
    room_id: UUID
    topic: str
    pro_name: str
    con_name: str
    status: Status
    halt_reason: HaltReason
    turns_done: int
    turn_count: int
    verdict: VerdictPayload | None = None
    vote_ends_at: datetime | None = None


class BattleVoteClosed(BattleNews):
    """The channel that watched a debate has voted on who won. `verdict`: the heuristic's, to compare.

    `url`: of the debate's page; the card is below it, at `/card.png`.
    """

    type: ClassVar[str] = "battle.vote_closed"
    battle_id: UUID
    topic: str
    pro_name: str
    con_name: str
    pro_votes: int
    con_votes: int
    verdict: VerdictPayload | None = None
    url: str


class BattleWon(Event):
    """Someone's persona has won a debate that was spoken to its end.

    It is private, because an account's id is known to that account alone.

    Attributes:
        account_id: known when the event is written.
    """

    type: ClassVar[str] = "persona.battle_won"
    private: ClassVar[bool] = True
    account_id: UUID | None = None
    battle_id: UUID


class TooManyRunning(TooSoon):
    """An account's battles would hold up those of others."""

    code = "rate_limited"
    message = "{count} of your debates are still running. Wait until one of them is over."


class BattleNotFound(NotFound):
    code = "not_found"
    message = "There is no such battle."


class InvalidId(Refused):
    """An id that has not the form of one."""

    code = "invalid_id"
    message = "{field} is not an id."


class KeyTooLong(Refused):
    """An Idempotency-Key has more characters than we keep."""

    code = "invalid_field"
    message = "An Idempotency-Key has at most 64 characters."


class RemixTokenInvalid(Refused):
    """The token is none of ours, is damaged, or has expired."""

    code = "remix_token_invalid"
    message = "This remix link is no longer valid. Open the battle and choose Remix again."


class RemixRoomMismatch(Refused):
    """The token belongs to a battle in another room."""

    code = "remix_room_mismatch"
    message = "A remix stays in the room of its battle."


class RemixTokenUsed(Conflict):
    """The token has been used: each is good for one battle."""

    code = "remix_token_used"
    message = "This remix has been created already. Open the battle and choose Remix again for another one."
