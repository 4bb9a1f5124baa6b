"""Battles for tests."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from kernel.database import Tx
from kernel.outside.models import Prompt, ProviderFailed, Reply
from personas.battles import service as battles
from personas.battles.models import BattleDraft, BattleView, CreatedBattle
from personas.templates import service as templates
from personas.templates.models import Template, TemplateDraft
from tests.support.outside import offline
from tests.support.personas import room_id

TOPIC = "Should we ship weekly?"


def begin(tx: Tx, account_id: UUID, room: str = "go-backend", **draft: Any) -> CreatedBattle:
    """Create a battle as its owner would."""
    return battles.create(tx, account_id, room_id(tx, room), lambda: BattleDraft(**{"topic": TOPIC, **draft}))


def make_template(tx: Tx, account_id: UUID, **fields: Any) -> Template:
    """Create a template; it is public unless the fields say otherwise."""
    given = {"name": "Short", "prompt_rules": "Be brief.", "turn_count": 6, "word_limit": 120, "is_public": True}
    return templates.create(tx, account_id, TemplateDraft(**given | fields))


def read(tx: Tx, created: CreatedBattle) -> BattleView:
    return battles.read_public(tx, created.battle.battle_id)


class Script:
    """A provider that says what it was told to, and counts its calls; after that it speaks as the offline one.

    Args:
        lines: what it says in turn; None for its usual answer, an exception to raise it.
    """

    def __init__(self, *lines: str | ProviderFailed | None) -> None:
        self._lines: list[str | ProviderFailed | None] = [*lines]
        self.prompts: list[Prompt] = []

    def __call__(self, prompt: Prompt) -> Reply:
        self.prompts.append(prompt)
        line = self._lines.pop(0) if self._lines else None
        if isinstance(line, ProviderFailed):
            raise line
        return offline(prompt) if line is None else Reply(line)

    @property
    def calls(self) -> int:
        return len(self.prompts)


def spent(tx: Tx, scope_ids: Iterable[UUID]) -> list[int]:
    """What personas or accounts have used of their replies, in this order."""
    used = {
        row["scope_id"]: row["used"]
        for row in tx.execute("SELECT scope_id, used FROM personas.quota_usage WHERE quota_type = 'reply'")
    }
    return [used.get(each, 0) for each in scope_ids]
