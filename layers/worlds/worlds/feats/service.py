"""Telling the community of feats: each with the command or the fight that it is part of, and without a round trip."""

from __future__ import annotations

from collections.abc import Iterable
from typing import LiteralString
from uuid import UUID

from kernel.database import Tx
from kernel.events import service as events
from worlds.feats import queries
from worlds.feats.models import Accomplishment, FeatAchieved
from worlds.feats.rules import achieved


def note(tx: Tx, account_id: UUID, done: Iterable[Accomplishment]) -> None:
    """Announce the feats among what someone has done, as far as they still count."""
    _note(tx, queries.ACCOUNT, account_id, done)


def note_of_character(tx: Tx, character_id: UUID, done: Iterable[Accomplishment]) -> None:
    """Announce the feats of the account that plays a character; nothing for one of the game's own people."""
    _note(tx, queries.CHARACTERS, character_id, done)


def _note(tx: Tx, whose: LiteralString, key: UUID, done: Iterable[Accomplishment]) -> None:
    if feats := achieved(done):
        events.announce_each(
            tx,
            FeatAchieved(account_id=key),
            queries.NOTED,
            (key, tx.now.date(), [each.key for each in feats], [each.most_a_day for each in feats]),
            steps=queries.steps(whose),
            rarely=True,
        )
