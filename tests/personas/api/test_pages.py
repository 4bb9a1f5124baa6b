"""The pages through their real handler: who sees what, in which language, and what caches may keep."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import pytest

from doors.pages.static_files import shared
from functions.personas.pages import admin_page
from functions.shared.pages import app
from kernel import connections
from kernel.database import Connection, Tx, transaction
from personas.moderation import reporting
from personas.moderation import service as moderation
from personas.moderation.models import Outcome
from personas.people import service as people
from personas.posts import service as posts
from personas.profiles import service as profiles
from tests.support.api import Answer, CallApi, proxy_event
from tests.support.people import Someone, make_someone
from tests.support.persona_rows import make_battle, make_template
from tests.support.personas import make_persona, make_post, make_reply, room_id
from tests.support.round_trips import counted

HOST = {"Host": "brandish.example", "Accept": "text/html,*/*;q=0.8", "Accept-Language": "en"}


@dataclass(frozen=True)
class Place:
    """What the tests look at."""

    ann: Someone
    bob: Someone
    persona_id: UUID
    post_id: UUID
    draft_id: UUID


@pytest.fixture
def place(environment: Connection) -> Place:
    """Ann, an administrator with a public persona, a post and a draft; and Bob, who has nothing."""
    with transaction(environment) as tx:
        return make_place(tx)


def make_place(tx: Tx) -> Place:
    ann, bob = make_someone(tx, "Ann", roles=("admin",)), make_someone(tx, "Bob")
    persona = make_persona(tx, ann.account_id, "Ada")
    post = make_post(tx, persona, "Measure first.")
    draft = make_post(tx, persona, "A secret draft.", status="DRAFT", authored_by="AI")
    profiles.publish(tx, ann.account_id, persona.persona_id)
    return Place(ann, bob, persona.persona_id, post.post_id, draft.post_id)


@pytest.fixture
def look(call: CallApi) -> Any:
    """`look("/p/ada", someone)`: what a browser gets."""

    def look_at(path: str, who: Someone | None = None, **headers: str) -> Answer:
        parts = urlsplit(path)
        sent = HOST | {name.replace("_", "-"): value for name, value in headers.items()} | (who.headers if who else {})
        return call("GET", parts.path, query=dict(parse_qsl(parts.query)) or None, headers=sent, role=None)

    return look_at


def test_strangers_read_what_is_public_and_nothing_else(look: Any, place: Place):
    assert "Create an account" in look("/personas/").text
    assert "Measure first." in look("/p/ada").text
    assert "Measure first." in look(f"/b/{place.post_id}").text
    assert "Claim/Evidence 6 turns" in look("/templates").text
    for path in (f"/b/{place.draft_id}", "/b/x", "/p/nothing", "/personas/nothing"):
        answer = look(path)
        assert (answer.status, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
        assert "There is nothing here" in answer.text
    for path in ("/account", "/personas/admin", "/personas/?parts=feed"):
        answer = look(path)
        assert (answer.status, answer.headers["location"][:13]) == (303, "/signup?next=")


def test_the_cookie_of_a_deleted_account_counts_as_none(look: Any, environment: Connection, place: Place):
    environment.execute("DELETE FROM kernel.accounts WHERE account_id = %s", (place.bob.account_id,))

    for path in ("/p/ada", f"/b/{place.post_id}", "/personas/", "/templates"):
        assert look(path, place.bob).status == 200


def test_the_way_on_is_written_in_letters_that_a_header_takes(look: Any, place: Place):
    assert look("/signup?next=/p/ş", place.bob).headers["location"] == "/p/%C5%9F"
    assert look("/signup?next=/%E2%80%A8/evil", place.bob).headers["location"] == "/%E2%80%A8/evil"
    assert look("/signup?next=/p/%C5%9F?a=1%26b=2", place.bob).headers["location"] == "/p/%C5%9F?a=1&b=2"


def test_looks_at_public_pages_are_limited_per_address(look: Any, environment: Connection, place: Place):
    path = f"/b/{place.post_id}"
    status = f"/api/personas/battles/{BATTLE}/status"
    turns = f"/api/personas/battles/{BATTLE}/turns"
    for each in (path, "/p/ada", f"{path}?parts=replies", "/p/nothing", "/personas/", "/templates", status, turns):
        look(each)
    counted = environment.execute("SELECT scope, requests FROM kernel.rate_windows").fetchall()
    assert {row["scope"]: row["requests"] for row in counted} == {
        "public_read": 5,
        "public_follow": 3,  # who is looking already asks for parts, and for how far a debate is
    }
    environment.execute("UPDATE kernel.rate_windows SET requests = 1000")

    for each, who in (
        (path, None),
        ("/p/ada", None),
        ("/personas/", None),
        ("/templates", None),
        (f"{path}?parts=1", None),
        (path, place.bob),
    ):
        limited = look(each, who)
        assert (limited.status, limited.headers["content-type"]) == (429, "text/html; charset=utf-8")
        assert int(limited.headers["retry-after"]) > 0


BATTLE = UUID(int=7, version=4)


@pytest.mark.parametrize(
    "path", ["/personas/nothing", "/b/x", "/b", f"/b/{BATTLE}/x", "/p/nothing", "/nowhere/at/all", "/static/x"]
)
def test_an_error_is_a_page_for_a_browser_and_json_for_a_program(look: Any, place: Place, path: str):
    page = look(path, Accept_Language="de")
    program = look(path, Accept="application/json")

    assert (page.status, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "Hier ist nichts" in page.text
    assert 'href="/personas/"' in page.text
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'")
    assert (program.status, program.json["code"]) == (404, "not_found")


def test_what_is_refused_before_any_route_is_a_page_too(call: CallApi, look: Any, place: Place):
    def send(path: str, body: str = "", **headers: str) -> Answer:
        return call("POST", path, body, headers=HOST | headers, role=None)

    assert "That does not work here" in send("/personas/").text
    assert "That does not work here" in send("/").text
    assert "That is too much at once" in send("/personas/", "x" * (1024 * 1024 + 1)).text
    assert send("/", "x" * (1024 * 1024 + 1), Accept="*/*").json["code"] == "body_too_large"
    assert look("/api/personas/nothing").json["code"] == "not_found"
    forbidden = look("/personas/admin", place.bob, Cookie="brandish_language=tr")
    assert (forbidden.status, forbidden.headers["content-language"]) == (403, "tr")


def test_the_page_of_an_error_speaks_another_language_and_leads_nowhere_else(look: Any, place: Place):
    chosen = look("/nowhere?language=tr")

    assert (chosen.status, chosen.headers["location"]) == (303, "/nowhere")
    assert chosen.headers["set-cookie"].startswith("brandish_language=tr; Path=/; ")
    assert 'href="//' not in look("//evil.example").text


def reply(tx: Tx, place: Place, post_id: UUID) -> None:
    """Let Ada reply to a post."""
    post = posts.ask(tx, post_id)()
    assert post is not None
    make_reply(tx, people.owned(tx, place.ann.account_id, place.persona_id), post)


def test_strangers_see_what_is_debated_and_by_whom(look: Any, place: Place, environment: Connection):
    with transaction(environment) as tx:
        room = room_id(tx)
        discussed = make_battle(tx, place.bob.account_id, room, topic="Is it old?", at=tx.now - timedelta(hours=1))
        newest = make_battle(tx, place.ann.account_id, room, topic="Is it new?", pro=place.persona_id)
        reply(tx, place, discussed)

    page = look("/personas/").text
    latest, most_discussed = page.split('id="latest-title"')[1].split('id="discussed-title"')

    assert latest.index("Is it new?") < latest.index("Is it old?")
    assert ("Is it old?" in most_discussed, "Is it new?" in most_discussed) == (True, False)
    assert f'href="/b/{newest}"' in latest
    assert '<a href="/p/ada">Pro</a>' in latest
    assert f'href="/personas/?room={room}#room"' in latest
    assert "Is it new?" in look(f"/personas/?room={room}").text
    assert "Is it new?" not in look(f"/personas/?room={place.post_id}").text


def test_names_lead_to_profiles_and_back(look: Any, place: Place, environment: Connection):
    with transaction(environment) as tx:
        room = room_id(tx)
        battle = make_battle(tx, place.bob.account_id, room, con=place.persona_id)
        reply(tx, place, place.post_id)

    debate, profile, replied = (look(path).text for path in (f"/b/{battle}", "/p/ada", f"/b/{place.post_id}"))
    board = look(f"/personas/?room={room}&thread={place.post_id}", place.bob).text

    assert '<b><a href="/p/ada">Con</a>' in debate
    assert "<b>Pro" in debate  # the house has no profile
    assert f'href="/personas/?room={room}#room"' in debate
    assert f'href="/b/{battle}"' in profile
    assert replied.count('<b><a href="/p/ada">Ada</a>') == 2  # the author, and who replied
    assert "<b>Pro" in board
    assert '<a href="/p/ada">Con</a>' in board
    assert board.count('<b><a href="/p/ada">Ada</a>') == 2

    with transaction(environment) as tx:
        profiles.unpublish(tx, place.ann.account_id, place.persona_id)
    assert "/p/ada" not in look(f"/b/{battle}").text


def test_a_remix_offers_one_s_own_personas_and_the_same_topic(look: Any, place: Place, environment: Connection):
    with transaction(environment) as tx:
        battle = make_battle(tx, place.bob.account_id, room_id(tx), topic="Should we ship weekly?")

    form = look(f"/b/{battle}", place.ann).text.split('id="remix"')[1].split("</form>")[0]

    assert form.count(f'<option value="{place.persona_id}">Ada</option>') == 2
    assert 'name="pro_persona_id"' in form
    assert 'name="con_persona_id"' in form
    assert "Should we ship weekly?</textarea>" in form


def test_one_s_own_templates_can_be_changed_and_deleted(look: Any, place: Place, environment: Connection):
    with transaction(environment) as tx:
        own = make_template(tx, place.ann.account_id, "Mine")

    change, delete = (f'data-send="{method} /api/personas/templates/{own}"' for method in ("PATCH", "DELETE"))

    assert [each in look("/templates", place.ann).text for each in (change, delete)] == [True, True]
    assert [each in look("/templates", place.bob).text for each in (change, delete)] == [False, False]


def test_a_long_post_has_a_title_of_whole_words(look: Any, place: Place, environment: Connection):
    with transaction(environment) as tx:
        persona = people.owned(tx, place.ann.account_id, place.persona_id)
        post = make_post(tx, persona, "Unbelievably " * 20)

    title = look(f"/b/{post.post_id}").text.split("<title>")[1].split(" · ")[0]

    assert title == "Unbelievably " * 5 + "Unbelievably…"


def test_sessions_name_the_device(look: Any, place: Place, environment: Connection):
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0"
    environment.execute("UPDATE kernel.sessions SET user_agent = %s", (agent,))

    assert "Firefox on Linux" in look("/account", place.ann).text
    assert "Firefox unter Linux" in look("/account", place.ann, Cookie="brandish_language=de").text


def test_no_page_for_others_has_anything_private(look: Any, place: Place):
    secrets = (
        "Boring is good.",
        "synergy",
        "Ship it small.",
        "A secret draft.",
        "ann@example.org",
        str(place.ann.account_id),
    )
    pages = (
        "/p/ada",
        f"/b/{place.post_id}",
        "/templates",
        "/personas/",
        "/account",
        f"/personas/?thread={place.post_id}",
    )

    for who in (None, place.bob):
        texts = {path: look(path, who).text for path in pages}
        assert [(path, secret) for path, text in texts.items() for secret in secrets if secret in text] == []


def test_one_s_own_board_has_all_parts_and_each_alone(look: Any, place: Place):
    board = look("/personas/", place.ann).text
    parts = ("personas", "composer", "room", "feed", "notifications", "daily", "weekly")

    assert [name for name in parts if f'data-part="{name}"' not in board] == []
    for name in parts:
        alone = look(f"/personas/?parts={name}", place.ann).text
        assert [each for each in parts if f'data-part="{each}"' in alone] == [name]
        assert "<html" not in alone


def test_a_draft_is_seen_by_its_owner_only(look: Any, place: Place):
    link = next(part for part in look("/personas/", place.ann).text.split("<a ") if ">go-backend</a>" in part)
    path = link.split('href="')[1].split('"')[0].replace("&amp;", "&")

    assert "A secret draft." in look(path, place.ann).text
    assert "A secret draft." not in look(path, place.bob).text


def test_administrators_see_reports_and_others_do_not(look: Any, place: Place):
    assert "Open reports" in look("/personas/admin", place.ann).text
    assert look("/personas/admin", place.bob).status == 403


def test_what_others_have_made_can_be_reported(look: Any, place: Place, environment: Connection):
    with transaction(environment) as tx:
        written = make_template(tx, place.ann.account_id, "Hers")

    def offered(path: str, who: Someone | None) -> list[str]:
        sent = (part.split('"')[0] for part in look(path, who).text.split('data-send="POST ')[1:])
        return [address for address in sent if address.endswith("/report")]

    assert offered("/p/ada", place.bob) == ["/api/personas/p/ada/report"]
    assert offered("/templates", place.bob) == [f"/api/personas/templates/{written}/report"]  # the product's cannot be
    for path in ("/p/ada", "/templates"):
        assert [offered(path, who) for who in (place.ann, None)] == [[], []]


def test_administrators_hide_profiles_and_templates_and_show_them_again(
    look: Any, place: Place, environment: Connection
):
    with transaction(environment) as tx:
        written = make_template(tx, place.ann.account_id, "Hers")
        reporting.report_profile(tx, place.bob.account_id, "ada", "An advertisement.")
        reporting.report_template(tx, place.bob.account_id, written, "")
        profiles.publish(tx, place.ann.account_id, place.persona_id, bio="Buy my course!")
        reports = moderation.list_reports(tx, decided=False)

    def shown() -> tuple[str, str]:
        is_open, decided = look("/personas/admin", place.ann).text.split('id="decided"')
        return is_open, decided

    def decide(outcome: Outcome) -> None:
        with transaction(environment) as tx:
            for each in reports:
                moderation.decide(tx, place.ann.account_id, each.report_id, outcome)

    is_open, decided = shown()
    assert [f">{kind}<" in is_open for kind in ("Profile", "Template", "Post")] == [True, True, False]
    assert "Buy my course!" in is_open.split("It has been changed since:")[1]
    assert ("/reports/" in decided, "Nothing has been decided yet." in decided) == (False, True)

    decide("hidden")

    is_open, decided = shown()
    assert "There is nothing to decide." in is_open
    assert (decided.count("Show it again"), decided.count("Hide it"), decided.count(">Open<")) == (2, 0, 0)
    assert "An administrator has hidden this template." in look("/templates", place.ann).text
    board = look("/personas/", place.ann).text
    assert ("An administrator has hidden this profile." in board, 'id="publish"' in board) == (True, False)

    decide("kept")

    _, decided = shown()
    assert (decided.count("Show it again"), decided.count("Hide it"), decided.count(">Open<")) == (0, 2, 2)
    assert (f'href="/templates?template={written}#template-{written}"' in decided, 'href="/p/ada"' in decided) == (
        True,
        True,
    )
    assert 'id="publish"' in look("/personas/", place.ann).text


def test_older_decisions_are_on_further_pages(
    look: Any, place: Place, environment: Connection, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(admin_page, "DECIDED_AT_ONCE", 1)
    with transaction(environment) as tx:
        persona = people.owned(tx, place.ann.account_id, place.persona_id)
        for text in ("The first.", "The second."):
            reporting.report_post(tx, place.bob.account_id, make_post(tx, persona, text).post_id, "")
        for report in moderation.list_reports(tx, decided=False):
            moderation.decide(tx, place.ann.account_id, report.report_id, "kept")

    first = look("/personas/admin", place.ann).text
    more = first.split('href="/personas/admin?')[1].split('"')[0]
    second = look(f"/personas/admin?{more}", place.ann).text

    assert [(text in first, text in second) for text in ("The first.", "The second.")] == [(False, True), (True, False)]
    assert "Load more" not in second


def test_a_session_that_has_ended_is_none(look: Any, place: Place, environment: Connection):
    environment.execute("UPDATE kernel.sessions SET ended_at = now()")

    assert "Log in" in look("/p/ada", place.ann).text
    assert look("/account", place.ann).status == 303
    assert look("/signup?next=/account", place.ann).status == 200


@pytest.mark.parametrize(
    ("wanted", "target"),
    [
        ("/b/1?remix=1", "/b/1?remix=1"),
        ("", "/personas/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("/x\n//evil.example", "/"),
        ("https://evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/p/\u015f?q=a b#\u2028", "/"),
        ("/p/\u015f?q=1#\u2028", "/p/%C5%9F?q=1#%E2%80%A8"),
    ],
)
def test_signing_in_leads_to_a_page_of_ours(call: CallApi, place: Place, wanted: str, target: str):
    form = call("GET", "/signup", query={"next": wanted}, headers=HOST, role=None)
    signed_in = call("GET", "/signup", query={"next": wanted}, headers=HOST | place.bob.headers, role=None)

    assert f'data-go="{target}"' in form.text
    assert (signed_in.status, signed_in.headers["location"]) == (303, target)


def test_what_strangers_see_may_be_kept_for_a_moment_and_has_a_name(look: Any, place: Place):
    first = look("/p/ada")
    again = look("/p/ada", If_None_Match=first.headers["etag"])

    assert first.headers["cache-control"] == "public, max-age=0, s-maxage=30"
    assert (again.status, again.text) == (304, "")
    for path in ("/p/ada", "/personas/", "/templates", f"/b/{place.post_id}"):
        own = look(path, place.bob)
        assert (own.headers["cache-control"], "etag" in own.headers) == ("no-store", False)


def test_every_page_has_a_strict_policy(look: Any, place: Place):
    for path in ("/", "/personas/", "/b/x", "/account", shared.address("style.css")):
        headers = {name.lower(): value for name, value in look(path, place.bob).headers.items()}
        policy = headers["content-security-policy"]
        assert "unsafe" not in policy
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")


def test_the_language_is_the_chosen_one_then_the_account_s_then_the_browser_s(
    look: Any, place: Place, environment: Connection
):
    def spoken(who: Someone | None = None, **headers: str) -> str:
        return look("/templates", who, **headers).headers["content-language"]

    assert [spoken(Accept_Language=tag) for tag in ("tr", "de-AT, en;q=0.5", "es", "fr")] == ["tr", "de", "en", "en"]
    environment.execute("UPDATE kernel.accounts SET language = 'tr'")
    assert spoken(place.bob, Accept_Language="de") == "tr"
    assert spoken(place.bob, Cookie="brandish_language=de") == "de"
    kept = look("/templates", place.bob, Accept_Language="de").headers["set-cookie"].partition(";")[0]
    assert kept == f"brandish_reader={place.bob.account_id}.tr"
    again = look("/templates", place.bob, Accept_Language="de", Cookie=kept)
    assert (again.headers["content-language"], "set-cookie" in again.headers) == ("tr", False)
    environment.execute("UPDATE kernel.accounts SET language = NULL WHERE account_id = %s", (place.ann.account_id,))
    assert spoken(place.ann, Accept_Language="de", Cookie=kept) == "de"
    assert spoken(Accept_Language="de", Cookie=kept) == "de"
    chosen = look("/p/ada?cursor=&language=de")
    assert (chosen.status, chosen.headers["location"]) == (303, "/p/ada")
    assert chosen.headers["set-cookie"].startswith("brandish_language=de; Path=/; ")


def test_the_first_page_says_what_lives_here(look: Any):
    page = look("/")

    assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "The community has unlocked" in page.text
    for path in ("/personas/", "/templates", "/swagger/", "/admin/"):
        assert f'href="{path}"' in page.text
    assert "Die Community" in look("/", Accept_Language="de").text


def test_static_files_are_kept_for_a_year_under_an_address_of_their_content(look: Any):
    current = look(shared.address("style.css"))
    outdated = look("/static/0123456789ab/style.css")

    assert current.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert current.headers["content-type"] == "text/css; charset=utf-8"
    assert (outdated.text, outdated.headers["cache-control"]) == (current.text, "no-cache")
    assert look("/static/0123456789ab/secret.txt").status == 404
    assert look("/static/0123456789ab/..%2Frendering.py").status == 404


def test_public_pages_take_one_round_trip(database_url: str, monkeypatch: pytest.MonkeyPatch):
    with counted(database_url) as (conn, wire):
        monkeypatch.setattr(connections._environment, "connection", conn, raising=False)
        with transaction(conn) as tx:
            place = make_place(tx)
        paths = ("/p/ada", f"/b/{place.post_id}", "/templates", "/personas/")
        costs: list[int] = []
        for path in (*paths, *paths):
            before = wire.round_trips()
            app.handler(proxy_event("GET", path, headers=HOST, role=None), None)
            costs.append(wire.round_trips() - before)

        assert costs[len(paths) :] == [1, 1, 1, 1]
