"""The pages of Worlds through their real handler."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

import pytest

from community.heroes import following
from functions.worlds.pages.door import static
from kernel.database import Connection, transaction
from tests.support.api import Answer, CallApi
from tests.support.factories import make_player
from tests.support.grounds import make_ground
from tests.support.heroes import agree, link
from tests.support.people import Someone, make_account, make_someone
from worlds.commands.grammar import COMMANDS

HOST = {"Host": "brandish.example", "Accept": "text/html,*/*;q=0.8", "Accept-Language": "en"}


@pytest.fixture
def look(call: CallApi) -> Any:
    """`look("/worlds/", someone)`: what a browser gets."""

    def look_at(path: str, who: Someone | None = None, **headers: str) -> Answer:
        parts = urlsplit(path)
        sent = HOST | {name.replace("_", "-"): value for name, value in headers.items()} | (who.headers if who else {})
        return call("GET", parts.path, query=dict(parse_qsl(parts.query)) or None, headers=sent, role=None)

    return look_at


def test_a_stranger_reads_what_it_is_and_is_led_to_sign_up_and_back(look: Any):
    page = look("/worlds/")

    assert (page.status, page.headers["cache-control"]) == (200, "public, max-age=0, s-maxage=300")
    assert "A world that you read, and answer." in page.text
    assert 'href="/signup?next=/worlds/"' in page.text.replace("%2F", "/")
    assert "Eine Welt, die du liest" in look("/worlds/", Accept_Language="de").text


def test_someone_who_is_signed_in_plays_and_no_cache_keeps_it(look: Any, environment: Connection):
    with transaction(environment) as tx:
        ann = make_someone(tx, "Ann")

    page = look("/worlds/", ann)

    assert (page.status, page.headers["cache-control"]) == (200, "no-store")
    assert 'role="log"' in page.text
    assert static.address("worlds.js") in page.text


def test_the_guide_has_every_command_and_no_secret_of_who_asks(look: Any):
    answer = look("/worlds/guide.json")
    guide = json.loads(answer.text)

    assert [each["name"] for each in guide["commands"]] == [each.name for each in COMMANDS]
    assert {each["key"] for each in guide["species"]} == {"human", "dwarf", "elf"}
    assert (guide["budget"], guide["most_bought"], guide["priced_alike"]) == (100, 30, 10)
    assert look("/worlds/guide.json", If_None_Match=answer.headers["etag"]).status == 304


def test_scripts_stand_beside_those_of_all_pages(look: Any):
    for name in ("worlds.js", "worlds.css", "api.js"):
        found = look(static.address(name))
        assert (found.status, found.headers["cache-control"]) == (200, "public, max-age=31536000, immutable")
    assert look("/static/worlds/0123456789ab/secret.txt").status == 404


def test_what_is_not_there_is_a_page_of_its_own(look: Any):
    page = look("/worlds/nowhere")

    assert (page.status, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "There is nothing here" in page.text


def test_the_overlay_is_the_same_for_everyone_and_shows_no_one_by_itself(look: Any):
    page = look("/worlds/overlay")

    assert (page.status, page.headers["cache-control"]) == (200, "public, max-age=0, s-maxage=300")
    assert static.address("overlay.js") in page.text
    assert "Unser Held in den Welten" in look("/worlds/overlay", Accept_Language="de").text
    state = look("/worlds/overlay.json")
    assert (state.status, json.loads(state.text)) == (200, {})
    assert state.headers["cache-control"] == "public, max-age=0, s-maxage=2"


def test_the_overlay_shows_how_the_followed_hero_was_seen_last(look: Any, environment: Connection):
    with transaction(environment) as tx:
        alice, account_id = make_player(tx, "alice"), make_account(tx, "Ann")
        link(tx, account_id)
        agree(tx, account_id)
        following.follow(tx, alice)
        unknown = dict.fromkeys(("world_id", "map_x", "map_y", "people", "creatures", "players"))
        told = {"account_id": str(account_id), "hero": "Ann", "world": "Aether", "place": "", "hp": 5, "most_hp": 50}
        following.sight(tx, told | unknown | {"lines": ["You go east."], "seen_at": tx.now.isoformat()})

    state = json.loads(look("/worlds/overlay.json").text)

    assert (state["hero"], state["world"], state["hp"], state["lines"]) == ("Ann", "Aether", 5, ["You go east."])
    assert str(account_id) not in str(state)


def test_the_map_of_the_overlay_is_that_of_a_public_world(look: Any, environment: Connection):
    with transaction(environment) as tx:
        public, secret = make_ground(tx).world_id, make_ground(tx, name="Secret", privacy="invite").world_id

    picture = look(f"/worlds/overlay/{public}.png")

    assert (picture.status, picture.headers["content-type"]) == (200, "image/png")
    assert look(f"/worlds/overlay/{secret}.png").status == 404
    assert look(f"/worlds/overlay/{uuid4()}.png").status == 404
