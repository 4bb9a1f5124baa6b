"""The turns of a battle, one after the other: each asks for the next in the transaction that stores it.

There is one live turn per battle by construction: a turn is stored only if it is the battle's `next_turn`, under the
lock of the battle's row, and that transaction advances it. The last turn closes the battle, with its verdict, in the
same transaction, so that no battle is over without one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from msgspec.structs import replace

from kernel.counters import service as counters
from kernel.database import Cursor, Tx
from kernel.events.service import announce, announce_if
from kernel.outside.models import CAPPED, Kind, Permanent, Prompt, Reply, Request, Skip
from kernel.outside.service import ask, bring_forward
from personas.activity import service as activity
from personas.battles import metrics, prompts, queries, rules, verdict
from personas.battles.models import (
    HOUSE_ACCOUNT,
    Battle,
    BattleCompleted,
    BattleHalted,
    BattleTurn,
    BattleWon,
    HaltReason,
    Turn,
    VerdictPayload,
)
from personas.people import service as people
from personas.people.models import Persona
from personas.quotas import service as quotas
from personas.safety import rules as safety
from personas.safety.models import UnsafeText
from personas.templates import rules as template_rules
from personas.threads.rules import reply_key

KIND: Final = "personas.turn"
CLOSED_AT_ONCE: Final = 50
"""Battles that the clock closes in one transaction."""


def turn_key(battle_id: UUID, turn: int) -> str:
    return f"turn:{battle_id}:{turn}"


def ask_next(tx: Tx, battle: Battle) -> None:
    """Ask for the battle's next turn."""
    persona_id = battle.speaker(rules.side_of(battle.next_turn)).persona_id
    ask(
        tx,
        KIND,
        {
            "battle_id": str(battle.battle_id),
            "turn": battle.next_turn,
            "turn_count": battle.turn_count,
            "persona_id": str(persona_id) if persona_id else None,
            # A channel lets other people's personas debate, at no expense of theirs: the turn costs who began it.
            "counts": battle.channel is None,
        },
        dedupe_key=turn_key(battle.battle_id, battle.next_turn),
        account_id=battle.account_id,
    )


def prepare(tx: Tx, request: Request) -> Prompt:
    """Return the prompt of a turn, if it can still be spoken.

    Raises:
        Skip: it is stored already, the battle is over, or it is gone.
        Permanent: the reason why the battle has to stop.
    """
    battle_id, turn, persona_id = _read_input(request)
    found = queries.find_battle(tx, battle_id)
    said = queries.list_turns(tx, battle_id)
    payer = _payer_of(request, persona_id)
    quota = quotas.ask(tx, *payer, "reply") if payer else None
    asked_persona = people.ask(tx, persona_id) if persona_id else None
    battle, is_hidden = _battle_in(found)
    if battle is None or not battle.is_open or battle.next_turn != turn:
        raise Skip
    if tx.now >= battle.deadline_at:
        raise Permanent("deadline")
    if is_hidden:
        raise Permanent("safety")
    persona = asked_persona() if asked_persona else None
    if quota is not None and not quota.has_room(_limit_of(request, persona)):
        raise Permanent("quota")
    # The lists may have grown since the template was written. What it raises fails the request, too.
    template_rules.check_rules(battle.prompt_rules)
    return prompts.prompt_of(battle, [Turn(**row) for row in said], persona)


def finish(tx: Tx, request: Request, reply: Reply) -> Prompt | None:
    """Store a turn with all its consequences; or return a stricter prompt, once, for a turn that cannot stay as it is.

    Raises:
        Permanent: the reason why the battle has to stop.
    """
    battle_id, turn, persona_id = _read_input(request)
    found = queries.find_battle(tx, battle_id, lock=True)
    hidden = queries.find_hidden(tx, battle_id)
    said = queries.list_turns(tx, battle_id)
    asked_persona = people.ask(tx, persona_id) if persona_id else None
    payer = _payer_of(request, persona_id)
    quota = quotas.lock(tx, *payer, "reply") if payer else None
    battle, _ = _battle_in(found)
    if battle is None or not battle.is_open or battle.next_turn != turn:
        return None  # closed in the meantime, or stored already
    if hidden.fetchone() is not None:
        raise Permanent("safety")
    persona = asked_persona() if asked_persona else None
    earlier = [Turn(**row) for row in said]
    text = safety.clean_output(reply.text)
    safe = _is_safe(text, persona)
    if not (safe and rules.fits(text, battle.word_limit)) and not request.regenerated:
        return prompts.prompt_of(battle, earlier, persona, stricter=True)
    if not safe:
        raise Permanent("safety")
    if quota is not None:
        limit = _limit_of(request, persona)
        if not quota.has_room(limit):
            raise Permanent("quota")
        quota.spend_of_account() if limit is None else quota.spend()
    _store(tx, battle, earlier, persona, text)
    return None


def fail(tx: Tx, request: Request, reason: str) -> None:
    """Stop the battle whose turn has failed for good."""
    battle_id, turn, _ = _read_input(request)
    found = queries.find_battle(tx, battle_id, lock=True)
    hidden = queries.find_hidden(tx, battle_id)
    said = queries.list_turns(tx, battle_id)
    battle, _ = _battle_in(found)
    if battle is not None and battle.is_open and battle.next_turn == turn:
        is_hidden = hidden.fetchone() is not None
        _halt(tx, battle, [Turn(**row) for row in said], _halt_reason(reason), is_hidden=is_hidden)


def hand_over(request: Request) -> str | None:
    """Return the key of the next turn, which the same function may go on with."""
    battle_id, turn, _ = _read_input(request)
    return turn_key(battle_id, turn + 1) if turn < request.input["turn_count"] else None


TURN: Final = Kind(KIND, prepare, finish, fail, hand_over)


def close_overdue(tx: Tx) -> int:
    """Stop battles that are open after their deadline; returns how many. One chore of the clock.

    A request that is left of them finds a battle that is over.
    """
    overdue = [row["battle_id"] for row in queries.list_overdue(tx, CLOSED_AT_ONCE)]
    if not overdue:
        return 0
    found = queries.list_battles(tx, overdue)
    said: dict[UUID, list[Turn]] = {}
    for row in queries.list_turns_of(tx, overdue):
        said.setdefault(row.pop("battle_id"), []).append(Turn(**row))
    for row in found:
        battle = Battle.of(row)
        _halt(tx, battle, said.get(battle.battle_id, []), "deadline", is_hidden=row["is_hidden"])
    return len(overdue)


def _store(tx: Tx, battle: Battle, earlier: Sequence[Turn], persona: Persona | None, text: str) -> None:
    """Store the next turn, and ask for the one after it or close the battle."""
    side = rules.side_of(battle.next_turn)
    content = rules.fitted(text, battle.word_limit)
    turn = Turn(
        turn_index=battle.next_turn,
        side=side,
        persona_id=persona.persona_id if persona else None,
        speaker_name=battle.speaker(side).name,
        phase=rules.phase_of(battle.next_turn, battle.turn_count),
        content=content,
        word_count=rules.count_words(content),
        trimmed=content != text,
        created_at=tx.now,
    )
    queries.insert_turn(tx, battle.battle_id, turn)
    if persona is not None:
        activity.record(
            tx,
            persona.persona_id,
            "thread_participated",
            {
                "post_id": str(battle.battle_id),
                "room_id": str(battle.room_id),
                "post_preview": safety.cut(battle.topic, activity.POST_PREVIEW),
            },
        )
    announce(
        tx,
        BattleTurn(
            battle_id=battle.battle_id,
            turn_index=turn.turn_index,
            turn_count=battle.turn_count,
            side=side,
            phase=turn.phase,
            speaker_name=turn.speaker_name,
            content=content,
            channel_id=_channel_id(battle),
        ),
    )
    after = replace(battle, status="RUNNING", next_turn=battle.next_turn + 1)
    if after.turns_done < after.turn_count:
        queries.update_battle(tx, battle.battle_id, after.status, after.next_turn)
        ask_next(tx, after)
    else:
        _complete(tx, after, [*earlier, turn])
    counts = Counter(metrics.spoken(side, "trimmed" if turn.trimmed else "stored"))
    if after.turns_done == after.turn_count:
        counts.update(metrics.ended(battle, "COMPLETED", tx.now))
    counters.add(tx, counts)


def _complete(tx: Tx, battle: Battle, said: Sequence[Turn]) -> None:
    decided = verdict.decide(said, battle.pro.name, battle.con.name)
    queries.update_battle(tx, battle.battle_id, "COMPLETED", battle.next_turn, verdict=decided)
    _call_audience(tx, battle)
    announce(
        tx,
        BattleCompleted(
            battle_id=battle.battle_id,
            room_id=battle.room_id,
            topic=battle.topic,
            pro_name=battle.pro.name,
            con_name=battle.con.name,
            turns_done=battle.turns_done,
            verdict=VerdictPayload.of(decided),
            vote_ends_at=_vote_end(tx, battle),
            channel_id=_channel_id(battle),
        ),
    )
    winner = battle.speaker(decided.winner).persona_id if decided and decided.winner != "DRAW" else None
    if winner is not None:
        announce_if(tx, BattleWon(battle_id=battle.battle_id), queries.WINNER, (winner,))


def _halt(tx: Tx, battle: Battle, said: Sequence[Turn], reason: HaltReason, *, is_hidden: bool) -> None:
    """End a battle early. Of one that was taken down, no one hears anything."""
    decided = verdict.decide(said, battle.pro.name, battle.con.name)
    status = rules.halted_status(battle.turns_done)
    queries.update_battle(tx, battle.battle_id, status, battle.next_turn, reason, decided)
    _call_audience(tx, battle)
    if not is_hidden:
        announce(
            tx,
            BattleHalted(
                battle_id=battle.battle_id,
                room_id=battle.room_id,
                topic=battle.topic,
                pro_name=battle.pro.name,
                con_name=battle.con.name,
                status=status,
                halt_reason=reason,
                turns_done=battle.turns_done,
                turn_count=battle.turn_count,
                verdict=VerdictPayload.of(decided),
                vote_ends_at=_vote_end(tx, battle) if status == "HALTED" else None,
                channel_id=_channel_id(battle),
            ),
        )
    counts = Counter(metrics.spoken(rules.side_of(battle.next_turn), "halted"))
    counts.update(metrics.ended(battle, status, tx.now))
    counters.add(tx, counts)


def _channel_id(battle: Battle) -> str:
    return battle.channel.channel_id if battle.channel else ""


def _vote_end(tx: Tx, battle: Battle) -> datetime | None:
    """Return until when the channel votes on a battle that ends now."""
    return tx.now + timedelta(seconds=battle.channel.vote_seconds) if battle.channel else None


def _call_audience(tx: Tx, battle: Battle) -> None:
    """Let the audience reply now that the debate is over."""
    if battle.audience:
        bring_forward(tx, [reply_key(battle.battle_id, persona_id) for persona_id in battle.audience])


def _is_safe(text: str, persona: Persona | None) -> bool:
    try:
        safety.check(text, max(len(text), 1))
    except UnsafeText:
        return False
    return persona is None or not safety.violates(text, persona.do_not_say)


def _halt_reason(reason: str) -> HaltReason:
    """Return a battle's reason for a request's: everything that we do not know comes from the provider."""
    return _HALT_REASONS.get(reason, "provider")


_HALT_REASONS: Final[Mapping[str, HaltReason]] = {
    "quota": "quota",
    CAPPED: "quota",
    "deadline": "deadline",
    "safety": "safety",
    template_rules.ForbiddenRules.code: "safety",
    template_rules.RulesWithLinks.code: "safety",
}


def _battle_in(found: Cursor) -> tuple[Battle | None, bool]:
    row = found.fetchone()
    return (Battle.of(row), row["is_hidden"]) if row else (None, False)


def _read_input(request: Request) -> tuple[UUID, int, UUID | None]:
    given = request.input
    return UUID(given["battle_id"]), given["turn"], UUID(given["persona_id"]) if given["persona_id"] else None


def _payer_of(request: Request, persona_id: UUID | None) -> tuple[UUID | None, UUID] | None:
    """Return the persona and the account that a turn costs a reply.

    The persona is None if the turn costs the account alone. All is None for the account of the house: it stands for
    everyone on Discord who has none, and has the caps of `kernel.outside`.
    """
    if request.account_id is None or request.account_id == HOUSE_ACCOUNT:
        return None
    return persona_id if _costs_persona(request) else None, request.account_id


def _limit_of(request: Request, persona: Persona | None) -> int | None:
    """Return how many replies a day the persona has whom a turn costs one; None if it costs the account alone."""
    return persona.daily_reply_quota if persona is not None and _costs_persona(request) else None


def _costs_persona(request: Request) -> bool:
    return request.input.get("counts", True)
