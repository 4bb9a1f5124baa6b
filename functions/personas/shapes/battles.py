"""Battles as anyone may see them: each answer has the fields of its list only. Source: personas 9, 11."""

from __future__ import annotations

from uuid import UUID

from pydantic import BaseModel, Field

from doors.bodies import StrictBody, Text
from doors.fields import Timestamp
from functions.personas.shapes.posts import PostShape
from functions.personas.shapes.templates import SuggestedTemplate, TemplateName, TemplateShape
from personas.battles.models import (
    BattleDraft,
    BattleView,
    CreatedBattle,
    HaltReason,
    Phase,
    Progress,
    PublicReply,
    RemixOffer,
    Side,
    Status,
    Turn,
    Verdict,
    Winner,
)
from personas.battles.rules import side_of
from personas.battles.verdict import takeaways
from personas.rooms.texts import room_name
from personas.templates.texts import shown


class BattleBody(StrictBody):
    """A battle to create. The topic may be left out with a remix token; everything else may be left out anyway.

    A remix takes what is left out from its token, and its speakers from your personas, as any battle does.
    """

    topic: Text = Field("", description="3 to 180 characters.")
    template_id: Text | None = Field(None, description="A public template, or one of yours; else the usual one.")
    pro_style: Text | None = None
    con_style: Text | None = None
    remix_token: Text | None = Field(None, description="Of `remix-intent`; good for one battle in its room.")
    pro_persona_id: Text | None = Field(None, description="A persona of yours; else your oldest, else the house.")
    con_persona_id: Text | None = Field(None, description="Another persona of yours; else as for the other side.")

    def draft(self) -> BattleDraft:
        return BattleDraft(**self.model_dump())


class CreatedBattleShape(BaseModel):
    """A battle that has just been created. Its turns follow by themselves."""

    battle_id: UUID
    post: PostShape
    room_name: str
    template: TemplateShape
    enqueued_replies: int
    remix_used: bool
    suggested_next_url: str

    @classmethod
    def of(cls, created: CreatedBattle) -> CreatedBattleShape:
        battle_id = created.battle.battle_id
        return cls(
            battle_id=battle_id,
            post=PostShape.of(created.post),
            room_name=room_name(created.room_name),
            template=TemplateShape.of(shown(created.template)),
            enqueued_replies=created.enqueued_replies,
            remix_used=created.remix_used,
            suggested_next_url=f"/b/{battle_id}",
        )


class RemixOfferShape(BaseModel):
    """What a remix begins with. The token is good for one battle."""

    battle_id: UUID
    room_id: UUID
    room_name: str
    topic: str
    pro_style: str
    con_style: str
    suggested_templates: list[SuggestedTemplate]
    remix_token: str
    remix_token_expires: Timestamp
    target_create_route: str
    target_battle_source: UUID

    @classmethod
    def of(cls, offer: RemixOffer) -> RemixOfferShape:
        intent = offer.intent
        return cls(
            battle_id=intent.battle_id,
            room_id=intent.room_id,
            room_name=offer.room_name,
            topic=intent.topic,
            pro_style=intent.pro_style,
            con_style=intent.con_style,
            suggested_templates=[
                SuggestedTemplate(
                    id=each.template_id, name=each.name, turn_count=each.turn_count, word_limit=each.word_limit
                )
                for each in offer.templates
            ],
            remix_token=offer.token,
            remix_token_expires=offer.expires_at,
            target_create_route=f"/api/personas/rooms/{intent.room_id}/battles",
            target_battle_source=intent.battle_id,
        )


class StatusShape(BaseModel):
    """How far a battle is. `done`: nothing more is to come."""

    battle_id: UUID
    status: Status
    turn_count: int
    turns_done: int
    next_side: Side | None = None
    halt_reason: HaltReason | None = None
    replies_done: int
    replies_expected: int
    done: bool
    updated_at: Timestamp

    @classmethod
    def of(cls, progress: Progress) -> StatusShape:
        battle = progress.battle
        return cls(
            battle_id=battle.battle_id,
            status=battle.status,
            turn_count=battle.turn_count,
            turns_done=battle.turns_done,
            next_side=side_of(battle.next_turn) if battle.is_open else None,
            halt_reason=battle.halt_reason,
            replies_done=progress.replies_done,
            replies_expected=len(battle.audience),
            done=progress.done,
            updated_at=battle.updated_at,
        )


class TurnShape(BaseModel):
    """A turn. A machine wrote it."""

    turn_index: int
    side: Side
    phase: Phase
    speaker_name: str
    content: str
    created_at: Timestamp

    @classmethod
    def of(cls, turn: Turn) -> TurnShape:
        return cls(
            turn_index=turn.turn_index,
            side=turn.side,
            phase=turn.phase,
            speaker_name=turn.speaker_name,
            content=turn.content,
            created_at=turn.created_at,
        )


class PublicReplyShape(BaseModel):
    """A reply of the audience. `authored_by` says whether a machine wrote it; by its id it can be reported."""

    reply_id: UUID
    speaker_name: str
    authored_by: str
    content: str
    created_at: Timestamp

    @classmethod
    def of(cls, reply: PublicReply) -> PublicReplyShape:
        return cls(
            reply_id=reply.reply_id,
            speaker_name=reply.speaker_name,
            authored_by=reply.authored_by,
            content=reply.content,
            created_at=reply.created_at,
        )


class VerdictShape(BaseModel):
    """Who argued better, by a heuristic that reads the turns."""

    winner: Winner
    pro_score: float
    con_score: float
    line: str
    method: str

    @classmethod
    def of(cls, verdict: Verdict) -> VerdictShape:
        return cls(
            winner=verdict.winner,
            pro_score=verdict.pro_score,
            con_score=verdict.con_score,
            line=verdict.line,
            method=verdict.method,
        )


class TranscriptShape(BaseModel):
    """Everything that has been said in a battle so far, and the verdict once there is one.

    `takeaways` are sentences worth remembering; there are none before the first turn. `next_cursor` is that of the
    replies, and empty on their last page.
    """

    battle_id: UUID
    status: Status | None = None
    turns: list[TurnShape]
    replies: list[PublicReplyShape]
    next_cursor: str
    verdict: VerdictShape | None = None
    takeaways: list[str]

    @classmethod
    def of(cls, view: BattleView) -> TranscriptShape:
        return cls(
            battle_id=view.battle_id,
            status=view.status,
            turns=[TurnShape.of(turn) for turn in view.turns],
            replies=[PublicReplyShape.of(reply) for reply in view.replies],
            next_cursor=view.replies.next_cursor,
            verdict=VerdictShape.of(view.verdict) if view.verdict else None,
            takeaways=[*takeaways(view.turns, view.verdict, view.topic)],
        )


class BattleMetaShape(BaseModel):
    """What a page about a battle, or about any other published post, needs first."""

    battle_id: UUID
    kind: str
    room_id: UUID
    room_name: str
    topic: str
    created_at: Timestamp
    template: TemplateName | None = None
    share_url: str
    card_url: str
    status: Status | None = None
    turn_count: int | None = None
    turns_done: int | None = None
    pro_name: str | None = None
    con_name: str | None = None
    halt_reason: HaltReason | None = None
    verdict: VerdictShape | None = None

    @classmethod
    def of(cls, view: BattleView, origin: str) -> BattleMetaShape:
        template = None
        if view.template_id is not None and view.template_name is not None:
            template = TemplateName(id=view.template_id, name=view.template_name)
        return cls(
            battle_id=view.battle_id,
            kind=view.kind,
            room_id=view.room_id,
            room_name=view.room_name,
            topic=view.topic,
            created_at=view.created_at,
            template=template,
            share_url=f"{origin}/b/{view.battle_id}",
            card_url=f"/b/{view.battle_id}/card.png",
            status=view.status,
            turn_count=view.turn_count,
            turns_done=view.turns_done if view.status else None,
            pro_name=view.pro_name,
            con_name=view.con_name,
            halt_reason=view.halt_reason,
            verdict=VerdictShape.of(view.verdict) if view.verdict else None,
        )
