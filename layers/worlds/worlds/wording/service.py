"""The gateway to models: what is asked of them, how often, and a cache of what they have written. Source: worlds 24.

Requests, leases, limits of cost and retries are those of `kernel.outside`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final

from msgspec.structs import replace

from kernel.counters.rules import BETWEEN_LABELS
from kernel.database import Cursor, Tx
from kernel.outside import service as outside
from kernel.outside.models import CAPPED, DROPPED, Kind, Permanent, Prompt, Reply, Request
from worlds.wording.models import PROMPT_KINDS, PromptKind, Tier
from worlds.wording.rules import LOOKED_BACK, ModelHealth, tier_of
from worlds.wording.settings import settings

KEPT: Final = timedelta(minutes=15)
L1: Final = "l1"
"""The memory of a process."""
L2: Final = "l2"
"""The table."""
LATE, DEGRADED, UNFIT = "late", "degraded", "unfit"
"""Why there is no text: it would come too late, the model is too slow or fails, or its answer cannot be used."""
LEAST_SECONDS: Final = 1.0
BRIEFLY: Final = "Be brief: half as long as you would otherwise be."


def key_of(kind: str, version: int, inputs: Mapping[str, Any]) -> str:
    """Return the key of a text: it is the same for the same inputs, in any order.

    Args:
        version: of the prompt: raise it with every change, so that no earlier text is taken for an answer to it.
    """
    canonical = json.dumps(
        [kind, settings.model, version, inputs], sort_keys=True, ensure_ascii=False, separators=(",", ":")
    )
    return f"{kind}:{sha256(canonical.encode()).hexdigest()}"


def ask(tx: Tx, key: str) -> Cursor:
    """Return a row with the `text` of a key, if there is one that still counts."""
    return tx.execute("SELECT text FROM worlds.generated_texts WHERE key = %s AND expires_at > %s", (key, tx.now))


def keep(tx: Tx, key: str, text: str, place: str | None = None) -> None:
    """Keep a text that a model has written.

    Args:
        place: that it describes.
    """
    tx.execute(
        """
        INSERT INTO worlds.generated_texts (key, kind, text, place, expires_at) VALUES (%s, %s, %s, %s, %s)
        ON CONFLICT (key) DO UPDATE SET text = excluded.text, expires_at = excluded.expires_at
        """,
        (key, key.partition(":")[0], text, place, tx.now + KEPT),
    )


def ask_health(tx: Tx) -> Callable[[], ModelHealth]:
    """Ask how the model's calls have gone lately; the answer comes with the next round trip."""
    found = outside.ask_health(tx, [each.name for each in PROMPT_KINDS], tx.now - LOOKED_BACK)
    return lambda: ModelHealth.of(found.fetchone())


def count_lookup(tx: Tx, level: str, *, hit: bool) -> None:
    """Count that a text was looked for."""
    tx.counts["cache_hits_total" if hit else "cache_misses_total", level] += 1


def count_fallback(tx: Tx, kind: PromptKind, reason: str) -> None:
    """Count that there is no text of a model, and why."""
    known = reason if reason in (CAPPED, LATE, DEGRADED, UNFIT, DROPPED) else "failed"
    tx.counts["llm_fallback_total", BETWEEN_LABELS.join((kind.name, known))] += 1


def answered(
    prompt: PromptKind,
    prepare: Callable[[Tx, Request], Prompt],
    finish: Callable[[Tx, Request, Reply], Prompt | None],
    fall_back: Callable[[Tx, Request, str], None],
) -> Kind:
    """Return a kind of request as the gateway answers it: in time and once, or else by its fallback.

    Args:
        finish: raises Permanent(UNFIT) for an answer that cannot be used.
    """

    def prepared(tx: Tx, request: Request) -> Prompt:
        asked = prepare(tx, request)
        left = prompt.seconds - (tx.now - request.created_at).total_seconds()
        if left < LEAST_SECONDS:
            raise Permanent(LATE)
        tier = tier_of(ask_health(tx)())
        if tier is Tier.TEMPLATES:
            raise Permanent(DEGRADED)
        if tier is Tier.SHORT and prompt.is_prose:
            asked = replace(asked, system=f"{asked.system}\n{BRIEFLY}", max_tokens=asked.max_tokens // 2)
        tx.counts["llm_requests_total", prompt.name] += 1
        return replace(asked, seconds=left)

    def finished(tx: Tx, request: Request, reply: Reply) -> Prompt | None:
        stricter = finish(tx, request, reply)
        return None if stricter is None else replace(stricter, seconds=prompt.seconds)

    def failed(tx: Tx, request: Request, reason: str) -> None:
        count_fallback(tx, prompt, reason)
        fall_back(tx, request, reason)

    return Kind(prompt.name, prepared, finished, failed, priority=prompt.priority, attempts=1)
