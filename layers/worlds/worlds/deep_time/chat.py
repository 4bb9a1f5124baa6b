"""The chat of a community decides on a turning point: asking it, and doing what it has chosen. Without numpy.

The community answers each question once: with what it has chosen, or with why it was not asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from kernel.database import Tx
from kernel.events import service as events
from kernel.outside.models import Kind, Request
from kernel.texts import speaking
from worlds.deep_time import queries, turning
from worlds.deep_time.chat_events import ChatAsked, ChatOption, ChoiceMissed
from worlds.deep_time.models import standing_of
from worlds.posts import envelopes
from worlds.posts import service as posts
from worlds.world import queries as worlds_sql
from worlds.world import service as worlds
from worlds.world.events import TurningPointPut
from worlds.world.models import World

KIND: Final = "worlds.chat_decided"


def ask(tx: Tx, world: World, account_id: UUID, put: TurningPointPut) -> None:
    """Ask the chat about a turning point.

    Args:
        account_id: who wants it.
    """
    with speaking():
        options = [
            ChatOption(key=each, label=turning.name_of(each), description=turning.about(each)) for each in put.options
        ]
    events.announce(
        tx,
        ChatAsked(
            poll_id=put.poll_id,
            world_id=world.world_id,
            world_name=world.name,
            account_id=account_id,
            options=options,
            minutes=round((put.closes_at - tx.now).total_seconds() / 60),
        ),
    )


def prepare(tx: Tx, request: Request) -> Mapping[str, Any]:
    """Return the answer as it is."""
    return request.input


def finish(tx: Tx, request: Request, answer: Mapping[str, Any]) -> None:
    """Do what the chat has chosen, and tell the owner; or tell both why it cannot happen."""
    world_id = UUID(answer["world_id"])
    row = worlds_sql.lock(tx, world_id).fetchone()
    world = worlds_sql.read(row) if row else None
    standing = standing_of(world.generation) if world else None
    if world is None or standing is None:
        missed = turning.GONE
    elif standing.vote is None or standing.vote["poll_id"] != answer["poll_id"]:
        missed = turning.RESET
    else:
        owners = queries.list_owner_present(tx, world_id).fetchall()
        verdict = turning.close(world, standing, answer)
        worlds.save(tx, world, world_id, verdict.events)
        told = {"world_id": str(world_id)}
        line = envelopes.game_message("system", verdict.text, tx.now, told)
        posts.post(tx, [(each["character_id"], line) for each in owners])
        missed = verdict.missed
    if missed and answer["chosen"] is not None:
        events.announce(
            tx,
            ChoiceMissed(
                poll_id=UUID(answer["poll_id"]),
                world_id=world_id,
                world_name=answer["world_name"],
                chosen=answer["chosen"],
                reason=missed,
            ),
        )


def fail(tx: Tx, request: Request, reason: str) -> None:
    """Let the owner ask again."""
    finish(tx, request, {**request.input, "chosen": None, "reason": reason})


def _unchanged(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    return answer


KINDS: Final = (Kind(KIND, prepare, finish, fail, compute=_unchanged),)
