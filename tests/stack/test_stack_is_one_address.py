"""The one port of the local stack serves what the front serves in AWS: pictures, their names, and who may ask."""

from __future__ import annotations

from contextlib import closing
from http.client import HTTPConnection, HTTPResponse

import pytest

from kernel.database import connect, transaction
from local.stack.process import StackProcess
from personas.cards import service as cards
from personas.cards.drawing import draw_card
from tests.support.people import make_account
from tests.support.personas import make_persona, make_post

Card = tuple[str, str, bytes]


@pytest.fixture(scope="module")
def card(shared: tuple[StackProcess, str]) -> Card:
    """The stack's address, the path of a card, and its picture."""
    stack, database = shared
    host = stack.url.removeprefix("http://")
    with closing(connect(database)) as conn:
        with transaction(conn) as tx:
            post = make_post(tx, make_persona(tx, make_account(tx), name="Çağrı"), "Ölçmeden önce tahmin etme.")
        with transaction(conn) as tx:
            facts = cards.read_card(tx, post.post_id, "en")
    return host, f"/b/{post.post_id}/card.png", draw_card(facts, f"{host}/b/{post.post_id}")


def ask(host: str, method: str, path: str, **headers: str) -> tuple[HTTPResponse, bytes]:
    with closing(HTTPConnection(host, timeout=20)) as client:
        client.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = client.getresponse()
        return answer, answer.read()


def test_a_picture_arrives_byte_by_byte(card: Card):
    host, path, picture = card

    for accepted in ("image/avif,image/webp,*/*;q=0.8", "text/html", "image/png"):
        answer, body = ask(host, "GET", path, Accept=accepted)
        assert (answer.status, answer.headers["content-type"], body) == (200, "image/png", picture)


def test_whoever_has_it_or_wants_only_its_headers_gets_no_body(card: Card):
    host, path, _ = card
    first, _ = ask(host, "GET", path)

    head, nothing = ask(host, "HEAD", path)
    assert (head.status, nothing, head.headers["etag"]) == (200, b"", first.headers["etag"])
    known, nothing = ask(host, "GET", path, If_None_Match=first.headers["etag"])
    assert (known.status, nothing, known.headers["etag"]) == (304, b"", first.headers["etag"])


@pytest.mark.parametrize("path", ["/api/v1/user/item/sell", "/api/personas/feed", "/healthz"])
def test_functions_answer_preflights(card: Card, path: str):
    asked = {"Access_Control_Request_Method": "POST", "Access_Control_Request_Headers": "authorization"}
    for origin in ("http://localhost:3000", "http://localhost:5173"):
        answer, _ = ask(card[0], "OPTIONS", path, Origin=origin, **asked)
        assert (answer.status, answer.headers["access-control-allow-origin"]) == (204, origin)
    stranger, _ = ask(card[0], "OPTIONS", path, Origin="http://localhost:9999", **asked)
    assert "access-control-allow-origin" not in stranger.headers
