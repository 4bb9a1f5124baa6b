"""Share cards: the picture of a battle or a post, drawn when someone asks for it. Source: personas 10."""

from __future__ import annotations

from doors.start_http import ready  # first: see there

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from doors.caching import cached
from doors.call import Call
from doors.people import limit_address
from doors.routes import Router
from functions.personas.door import PUBLIC_READ, PathId, create_app, create_handler
from kernel.counters import service as counters
from kernel.database import Tx
from personas.cards import service as cards
from personas.cards.drawing import draw_card
from personas.cards.memory import Memory
from personas.cards.models import CardFacts

router = Router(tags=["personas"])
memory = Memory()


Lang = Annotated[str, Query(description="The card's language, such as `de`; the battle's own if left out.")]
PNG = {"type": "string", "format": "binary"}
"""The schema of an image."""


@router.get(
    "/api/personas/b/{battle_id}/card.png",
    response_class=Response,
    responses={200: {"description": "The card.", "content": {"image/png": {"schema": PNG}}}},
)
@router.get("/b/{battle_id}/card.png", include_in_schema=False)
async def card(call: Call, battle_id: PathId, lang: Lang = "") -> Response:
    """The share card of a battle or of any other published post: 960 by 540 pixels.

    While it is remembered, it costs one look at what names its present content.
    """
    found = UUID(battle_id)
    version = call.read(limit_address(call, PUBLIC_READ)(lambda tx: cards.find_version(tx, found, lang)))

    def picture() -> Response:
        drawn = memory.get((version.key, call.public_url), lambda: _drawn(call, found, version.language))
        return Response(drawn, media_type="image/png")

    return cached(call, f"battle-card-{version.key}", picture)


def _drawn(call: Call, battle_id: UUID, language: str) -> bytes:
    def read(tx: Tx) -> CardFacts:
        facts = cards.read_card(tx, battle_id, language)
        # With this look, so that being remembered costs nothing.
        counters.add(tx, {("card_cache_total", "hit"): memory.take_hits(), ("card_cache_total", "miss"): 1})
        return facts

    facts = call.read(read)
    return draw_card(facts, f"{call.public_url.partition('://')[2]}/b/{battle_id}")


app = create_app("Personas: share cards", router)
handler = create_handler(app)
ready()
