"""The pages in a real Chromium, in front of a running stack. Source: personas 16."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from playwright.sync_api import Locator, Page, Route, expect

from local.stack.process import StackProcess
from tests.support.browser import AXE, Visit, Visitor, barriers, is_too_wide, weigh

pytestmark = pytest.mark.slow

TOPIC = "Should we ship every week?"
LOG_OUT = """
    fetch("/api/auth/logout", {method: "POST", headers: {"Content-Type": "application/json"}, body: "{}"})
"""


def create_battle(visitor: Visitor, topic: str = TOPIC) -> str:
    """Start a battle on the dashboard; return the path of its page."""
    visitor.page.locator("#topic").fill(topic)
    visitor.page.get_by_role("button", name="Create battle").click()
    visitor.page.wait_for_url("**/b/*")
    return urlsplit(visitor.page.url).path


def test_from_sign_up_to_a_public_profile_in_less_than_12_clicks(visit: Visit):
    ann = visit()
    page = ann.page
    page.add_init_script(
        "addEventListener('click', () => sessionStorage.clicks = 1 + Number(sessionStorage.clicks ?? 0))"
    )
    ann.sign_up()
    page.evaluate("window.sameDocument = true")

    page.locator("#new-persona").click()
    page.get_by_label("Name").fill("Çağrı Bot")
    for number in (1, 2, 3):
        page.get_by_label(f"Sample {number}").fill(f"Sample number {number}.")
    page.get_by_role("button", name="Save and preview the voice").click()
    expect(page.locator("#preview [data-text=content]")).to_have_count(2)
    expect(page.locator("#preview")).to_contain_text("Previews used today: 1/5")
    page.get_by_role("button", name=re.compile("Create AI draft")).click()
    draft = page.get_by_label("Change what you like, then approve it")
    draft.fill("An edited thought.")
    page.get_by_role("button", name="Approve & publish").click()
    ann.notice("Published.")
    expect(page.locator("#room .body")).to_have_text("An edited thought.")
    page.get_by_role("button", name="Publish & copy link").click()
    ann.notice("is public, and the link is on your clipboard")
    link = page.evaluate("navigator.clipboard.readText()")

    assert page.evaluate("window.sameDocument")
    assert page.evaluate("Number(sessionStorage.clicks)") < 12
    assert urlsplit(link).path == "/p/cagri-bot"
    page.goto(link)
    expect(page.get_by_role("heading", name="Çağrı Bot")).to_be_visible()
    expect(page.locator("#posts")).to_contain_text("An edited thought.")
    expect(page.locator("#posts")).to_contain_text("Drafted by AI, approved by a person")
    assert ann.complaints == []


def test_what_is_sent_before_the_scripts_are_there_waits_for_them(visit: Visit):
    ann = visit()
    page = ann.page
    held: list[Route] = []
    page.route("**/app.js", lambda route: held.append(route))  # Playwright marks what it is given
    page.goto("/signup", wait_until="commit")

    ann.sign_up_here(waits=False)
    page.wait_for_timeout(500)  # for the browser, if it sends the form itself
    assert urlsplit(page.url).query == ""
    for route in held:
        route.continue_()

    page.get_by_role("button", name="Log out").wait_for()
    assert ann.complaints == []


def test_six_turns_appear_in_their_order_and_then_the_verdict(visit: Visit):
    ann = visit()
    ann.sign_up()
    page = ann.page
    create_battle(ann)
    page.evaluate(
        """() => {
            window.seen = [];
            const note = () => {
                for (const turn of document.querySelectorAll('.turn')) if (!seen.includes(turn.id)) seen.push(turn.id);
                if (document.querySelector('.verdict') && !seen.includes('verdict')) seen.push('verdict');
            };
            new MutationObserver(note).observe(document.body, { childList: true, subtree: true });
            note();
        }"""
    )

    page.locator(".verdict").wait_for()

    assert page.evaluate("seen") == [*(f"turn-{number}" for number in range(1, 7)), "verdict"]
    assert page.locator(".turn .machine").count() == 6
    assert page.locator("#turn-1.pro, #turn-2.con, #turn-3.pro, #turn-4.con, #turn-5.pro, #turn-6.con").count() == 6
    expect(page.locator(".cardview")).to_have_js_property("naturalWidth", 960)
    assert ann.complaints == []


def test_an_anonymous_remix_ends_in_a_new_battle_after_the_sign_up(visit: Visit):
    ann, stranger = visit(), visit()
    ann.sign_up()
    path = create_battle(ann)

    stranger.go(path).get_by_role("link", name="Remix").click()
    stranger.page.wait_for_url("**/signup?next=*")
    stranger.sign_up_here()
    stranger.page.wait_for_url(f"**{path}?remix=1")
    topic = stranger.page.locator("#remix-topic")
    expect(topic).to_have_value(TOPIC)
    stranger.page.get_by_role("button", name="Start the remix").click()
    stranger.page.wait_for_url(re.compile(f"/b/(?!{path.removeprefix('/b/')})"))
    expect(stranger.page.get_by_role("heading", level=1)).to_have_text(TOPIC)

    # The one whose battle it was is told, and is led to it.
    ann.go("/personas/")
    note = ann.page.locator("#notifications").get_by_role("link", name="Your battle was remixed")
    note.click()
    ann.page.wait_for_url(f"**{path}")
    ann.go("/personas/")
    expect(ann.page.locator("#notifications .unread")).to_have_count(0)
    assert [*ann.complaints, *stranger.complaints] == []


def test_a_stopped_api_is_told_by_every_button(visit: Visit):
    ann = visit()
    ann.sign_up()
    ann.create_persona("Ada")

    ann.page.route("**/*", lambda route: route.abort())
    for number, name in enumerate(("Refresh feed", re.compile("Create AI draft"), "Create battle"), 1):
        if name == "Create battle":
            ann.page.locator("#topic").fill(TOPIC)
        ann.page.get_by_role("button", name=name).click()
        expect(ann.page.locator(".notice.bad, .problem:not(:empty)")).to_have_count(number)
    ann.page.locator("#refresh-notifications").click()
    expect(ann.page.locator(".notice.bad")).to_have_count(3)
    expect(ann.page.locator("#composer .problem")).to_have_text(re.compile("The server cannot be reached."))
    expect(ann.page.locator(".notice.bad").first).to_contain_text("The server cannot be reached.")


@pytest.mark.parametrize("target", ["//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil.example"])
def test_sign_up_never_leads_to_another_site(visit: Visit, target: str):
    ann = visit()

    ann.page.goto(f"/signup?next={target}".replace("\t", "%09"))
    ann.sign_up_here(waits=False)
    ann.page.wait_for_url(f"{ann.url}/")

    assert ann.complaints == []


def test_an_image_that_cannot_be_copied_is_downloaded(visit: Visit):
    ann = visit()
    ann.sign_up()
    path = create_battle(ann)
    ann.page.add_init_script("delete window.ClipboardItem")
    ann.go(path)

    with ann.page.expect_download() as download:
        ann.page.get_by_role("button", name="Copy image").click()

    assert download.value.suggested_filename == f"battle-{path.removeprefix('/b/')}.png"
    assert ann.complaints == []


def test_follow_unfollow_and_mute(visit: Visit):
    ann, bob = visit(), visit()
    ann.sign_up()
    ann.create_persona("Grace")
    ann.page.get_by_role("button", name="Publish & copy link").click()
    ann.notice("is public")
    link = ann.page.evaluate("navigator.clipboard.readText()")

    bob.sign_up()
    page = bob.go(urlsplit(link).path)
    page.get_by_role("button", name="Follow").click()
    bob.notice("You follow Grace now.")
    expect(page.locator("[data-part=numbers]")).to_contain_text("1")
    page.get_by_role("button", name="Unfollow").click()
    bob.notice("You no longer follow Grace.")
    page.get_by_text("Mute or block").click()
    page.get_by_role("button", name="Mute Grace", exact=True).click()
    bob.notice("You no longer see what Grace says.")
    bob.go("/account").get_by_role("button", name="Undo").click()
    bob.notice("You see them again.")
    assert [*ann.complaints, *bob.complaints] == []


def test_a_forgotten_password(visit: Visit, state: Path):
    ann = visit()
    email = ann.sign_up()
    ann.page.get_by_role("button", name="Log out").click()
    ann.page.wait_for_url("**/personas/")
    ann.page.get_by_role("main").get_by_role("link", name="Log in").click()
    ann.page.get_by_role("link", name="Forgotten your password?").click()
    ann.page.get_by_label("E-mail address").fill(email)
    ann.page.get_by_role("button", name="Send me a link").click()
    ann.notice("a mail is on its way")

    ann.go(link_in_mail(state, email))
    ann.page.locator("#new-password").fill("battery staple")
    ann.page.get_by_role("button", name="Save the new password").click()
    ann.page.wait_for_url("**/signup?mode=login")
    ann.page.get_by_label("E-mail address").fill(email)
    ann.page.get_by_label("Password").fill("battery staple")
    ann.page.get_by_role("main").get_by_role("button", name="Log in").click()
    ann.page.wait_for_url("**/personas/")

    expect(ann.page.get_by_role("button", name="Log out")).to_be_visible()
    assert ann.complaints == []


def link_in_mail(state: Path, email: str) -> str:
    """Wait for a mail; return the path of the link in it."""
    from time import monotonic, sleep

    end = monotonic() + 30
    while monotonic() < end:
        for file in (state / "mail").glob("*"):
            text = file.read_text(encoding="utf-8").replace("=\n", "").replace("=3D", "=")
            if email in text and (found := re.search(r"/reset-password#token=[\w-]+", text)):
                return found[0]
        sleep(0.1)
    raise AssertionError("there is no mail")


MARKUP = "\"><img src=x onerror=alert(1)><script>alert(2)</script>'"


def test_text_from_people_is_never_markup(visit: Visit):
    ann = visit()
    ann.sign_up()
    name = "<script>alert(3)</script>"
    ann.create_persona(name, Tone=MARKUP[:40], Who_they_are=MARKUP, Never_says=MARKUP, Catchphrases=MARKUP)
    page = ann.page
    page.get_by_role("button", name=re.compile("Create AI draft")).click()
    page.get_by_label("Change what you like, then approve it").fill(MARKUP)
    page.get_by_role("button", name="Approve & publish").click()
    ann.notice("Published.")
    page.get_by_role("button", name="Publish & copy link").click()
    ann.notice("is public")
    link = page.evaluate("navigator.clipboard.readText()")
    expect(page.locator("#room .body").first).to_have_text(MARKUP)
    expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()
    ann.go(urlsplit(link).path)
    expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()
    ann.go("/personas/")
    create_battle(ann, MARKUP)
    expect(page.get_by_role("heading", level=1)).to_have_text(MARKUP)
    page.locator(".verdict").wait_for()

    assert ann.dialogs == []
    assert ann.complaints == []


def test_the_language_is_chosen_at_the_foot_of_a_page_or_by_the_browser(visit: Visit):
    ann, umut = visit(), visit(locale="tr-TR")

    ann.go("/templates").get_by_role("link", name="Deutsch").click()
    expect(ann.page.locator("html")).to_have_attribute("lang", "de")
    expect(ann.go("/personas/").locator("html")).to_have_attribute("lang", "de")
    expect(umut.go("/personas/").locator("html")).to_have_attribute("lang", "tr")
    expect(umut.page.get_by_role("main").get_by_role("button", name="Kaydol")).to_be_visible()


# ---------------------------------------------------------------- for everyone


def all_pages(visitor: Visitor) -> list[str]:
    """Sign up and make something of everything; return the paths of all pages."""
    visitor.sign_up()
    visitor.create_persona("Ada")
    visitor.page.get_by_role("button", name="Publish & copy link").click()
    visitor.notice("is public")
    profile = urlsplit(visitor.page.evaluate("navigator.clipboard.readText()")).path
    battle = create_battle(visitor)
    visitor.page.locator(".verdict").wait_for()
    editor = "/personas/?edit=new"
    return ["/", "/personas/", editor, "/templates", profile, battle, f"{battle}?remix=1", "/account", "/b/nothing"]


OUTSIDE = [
    "/",
    "/personas/",
    "/templates",
    "/signup",
    "/signup?mode=login",
    "/reset-password",
    "/reset-password#token=x",
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_barrier(visit: Visit, scheme: str):
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: run `make browser`")
    ann, stranger = visit(color_scheme=scheme), visit(color_scheme=scheme)
    found: list[str] = []

    pages = all_pages(ann)
    for visitor, path in [*((ann, path) for path in pages), *((stranger, path) for path in [*OUTSIDE, *pages[4:6]])]:
        found += [f"{path}: {each}" for each in barriers(visitor.go(path))]

    assert found == []


@pytest.mark.parametrize("width", [390, 768, 1440, 1920])
def test_no_page_is_wider_than_its_window(visit: Visit, width: int):
    ann = visit(viewport={"width": width, "height": 900})

    wide = [path for path in [*all_pages(ann)] if is_too_wide(ann.go(path))]

    assert wide == []


def test_without_scripts_there_is_everything_to_read(visit: Visit):
    ann, reader = visit(), visit(java_script_enabled=False)
    path = all_pages(ann)[5]

    page = reader.go(path)

    expect(page.locator(".turn")).to_have_count(6)
    expect(page.locator(".verdict")).to_be_visible()


def test_a_keyboard_is_enough(visit: Visit):
    ann = visit()
    page = ann.go("/personas/")

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    walk_to(page, "#email")
    page.keyboard.type("keyboard@example.org")
    page.keyboard.press("Tab")
    page.keyboard.type("correct horse")
    page.keyboard.press("Enter")
    page.locator("#topic").wait_for()
    walk_to(page, "#topic")
    page.keyboard.type(TOPIC)
    page.keyboard.press("Enter")
    page.wait_for_url("**/b/*")
    walk_to(page, "[data-opens=remix]")
    page.keyboard.press("Enter")
    expect(page.locator("#remix-topic")).to_be_focused()

    assert ann.complaints == []


def walk_to(page: Page, selector: str) -> None:
    """Press Tab until something has the focus; everything on the way must be seen to have it."""
    for _ in range(80):
        if page.evaluate("document.activeElement.matches(arguments[0])".replace("arguments[0]", repr(selector))):
            return
        page.keyboard.press("Tab")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", page.evaluate("document.activeElement.outerHTML")
    raise AssertionError(f"Tab does not lead to {selector}")


def test_pages_weigh_at_most_100_kb(visit: Visit, stack: StackProcess):
    ann = visit()
    pages = all_pages(ann)
    weight = weigh(ann.page)
    heavy: list[tuple[str, int]] = []
    for path in pages:
        weight()
        ann.go(path).wait_for_load_state("networkidle")
        if (loaded := weight()) > 100_000:
            heavy.append((path, loaded))

    assert heavy == []


def test_what_was_written_stays_when_the_session_has_ended(visit: Visit):
    ann = visit()
    ann.sign_up()
    ann.page.locator("#topic").fill(TOPIC)
    ann.page.evaluate(LOG_OUT)

    ann.page.get_by_role("button", name="Create battle").click()

    expect(ann.page.locator("#composer .problem")).to_contain_text("Your session has ended.")
    expect(ann.page.locator("#composer .problem").get_by_role("link", name="Log in")).to_be_visible()
    expect(ann.page.locator("#topic")).to_have_value(TOPIC)


def test_reports_are_written_where_their_things_stand_and_an_administrator_decides(visit: Visit, database: str):
    ann, bob = visit(), visit(viewport={"width": 390, "height": 844})
    ann.sign_up()
    ann.create_persona("Advertising Al")
    ann.page.get_by_role("button", name="Publish & copy link").click()
    ann.notice("is public")
    ann.go("/templates").get_by_text("Write a template of your own").click()
    ann.page.locator("#template-name-new").fill("Praise it")
    ann.page.locator("#template-rules-new").fill("Praise the course.")
    ann.page.get_by_role("button", name="Create template").click()
    ann.notice("Praise it is ready.")
    ann.go("/personas/")
    create_battle(ann)
    email = bob.sign_up()
    bob.page.reload()

    menu = bob.page.locator("#room details.more").first
    menu.locator("summary").first.click()
    report(bob, menu, "Not a debate.")
    page = bob.go("/p/advertising-al")
    page.get_by_text("Report, mute or block").click()
    report(bob, page.locator("#objections"), "An advertisement.")
    tile = bob.go("/templates").get_by_role("listitem").filter(has_text="Praise the course.")
    report(bob, tile, "An advertisement.")

    with psycopg.connect(database) as conn:
        conn.execute("UPDATE kernel.accounts SET roles = '{admin}' WHERE email = %s", (email,))
    page = bob.go("/personas/admin")
    waiting, decided = page.locator("#reports"), page.locator("#decided")
    for text in ("Praise the course.", "Advertising Al"):
        waiting.get_by_role("article").filter(has_text=text).get_by_role("button", name="Hide it").click()
        expect(decided.get_by_role("article").filter(has_text=text)).to_contain_text("Hidden")
        expect(waiting.get_by_role("article").filter(has_text=text)).to_have_count(0)
    decided.get_by_role("article").filter(has_text="Advertising Al").get_by_role("button", name="Show it again").click()
    bob.notice("It is no longer hidden.")
    assert not is_too_wide(page)
    expect(bob.go("/p/advertising-al").get_by_role("heading", name="Advertising Al")).to_be_visible()
    expect(bob.go("/templates").get_by_text("Praise the course.")).to_have_count(0)
    expect(ann.go("/templates").locator("[data-part=mine]")).to_contain_text(
        "An administrator has hidden this template."
    )
    assert [*ann.complaints, *bob.complaints] == []


def report(visitor: Visitor, place: Locator, reason: str) -> None:
    """Report what stands at a place."""
    place.get_by_text("Report…").click()
    place.get_by_label("What is wrong with it?").fill(reason)
    place.get_by_role("button", name="Send the report").click()
    visitor.notice("An administrator will look at it.")


def test_an_erased_draft_is_not_published(visit: Visit):
    ann = visit()
    ann.sign_up()
    ann.create_persona("Ada")
    ann.page.get_by_role("button", name=re.compile("Create AI draft")).click()
    draft = ann.page.get_by_label("Change what you like, then approve it")
    draft.fill("   ")

    ann.page.get_by_role("button", name="Approve & publish").click()

    expect(draft).to_be_focused()
    expect(ann.page.locator("#room")).to_contain_text("Draft, only you see it")


# ---------------------------------------------------------------- what is written and not sent


def fetch_anew(page: Page) -> None:
    """Fetch all parts of the page anew, as what happens around a form does."""
    page.evaluate(
        """async () => {
            const { refresh } = await import(document.querySelector("link[href$='/parts.js']").href);
            await refresh([...document.querySelectorAll("[data-part]")].map((each) => each.dataset.part));
        }"""
    )


def test_unsaved_text_survives_what_is_fetched_anew_around_it(visit: Visit):
    ann = visit()
    ann.sign_up()
    ann.create_persona("Ada")
    page = ann.page
    page.locator("#edit-persona").click()
    page.get_by_label("Tone").fill("unsaved tone")
    topic = page.locator("#topic")
    topic.fill(TOPIC)
    page.locator("#composer-more > summary").click()
    page.locator("#composer-pro-style").fill("brief")
    page.get_by_role("button", name=re.compile("Create AI draft")).click()
    draft = page.get_by_label("Change what you like, then approve it")
    draft.fill("An unsaved thought.")
    draft.evaluate("field => field.setSelectionRange(3, 10)")

    # While someone writes, all parts are fetched anew; the cursor stays where it was.
    fetch_anew(page)

    expect(draft).to_have_value("An unsaved thought.")
    expect(draft).to_be_focused()
    assert draft.evaluate("field => [field.selectionStart, field.selectionEnd]") == [3, 10]
    expect(topic).to_have_value(TOPIC)
    expect(page.locator("#composer-pro-style")).to_have_value("brief")
    expect(page.locator("#composer-more")).to_have_attribute("open", "")
    expect(page.get_by_label("Tone")).to_have_value("unsaved tone")
    expect(page.locator(".restored")).to_have_count(0)

    # A reload brings it back, and says so; what is sent or discarded does not come again.
    page.reload()
    expect(draft).to_have_value("An unsaved thought.")
    expect(page.locator("#persona-form .restored")).to_be_visible()
    page.locator("#persona-form .restored button").click()
    expect(page.get_by_label("Tone")).to_have_value("neutral")
    page.get_by_role("button", name="Approve & publish").click()
    ann.notice("Published.")
    page.reload()
    expect(page.locator("#topic")).to_have_value(TOPIC)
    expect(page.locator("#persona-form .restored")).to_have_count(0)
    assert ann.complaints == []


def test_an_error_that_comes_late_is_shown_where_the_form_is_now(visit: Visit):
    ann = visit()
    ann.sign_up()
    page = ann.page
    held: list[Route] = []
    page.route("**/api/personas/rooms/*/battles", lambda route: held.append(route))
    page.locator("#topic").fill(TOPIC)
    page.get_by_role("button", name="Create battle").click()
    page.wait_for_function("document.querySelector('#composer form').ariaBusy === 'true'")

    fetch_anew(page)
    held[0].fulfill(status=400, json={"error": "topic: Try another one.", "code": "invalid_field"})

    expect(page.locator("#composer .problem")).to_have_text("Topic: Try another one.")
    expect(page.locator("#composer form")).not_to_have_attribute("aria-busy", "true")
    expect(page.locator("#topic")).to_have_value(TOPIC)


def test_what_one_has_written_is_there_after_logging_in_again_and_for_no_one_else(visit: Visit):
    ann = visit()
    email = ann.sign_up()
    page = ann.page
    page.locator("#topic").fill(TOPIC)
    page.evaluate(LOG_OUT)

    page.get_by_role("button", name="Create battle").click()
    expect(page.locator("#composer .problem")).to_contain_text("Your session has ended.")
    page.locator("#composer .problem").get_by_role("link", name="Log in").click()
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill("correct horse")
    page.get_by_role("main").get_by_role("button", name="Log in").click()
    page.wait_for_url("**/personas/")

    expect(page.locator("#topic")).to_have_value(TOPIC)
    expect(page.locator("#composer .restored")).to_be_visible()
    page.evaluate(LOG_OUT)
    ann.sign_up()
    expect(page.locator("#topic")).to_have_value("")


def test_errors_speak_the_language_of_the_page(visit: Visit):
    ann = visit(locale="tr-TR")
    ann.go("/personas/").get_by_role("link", name="English").click()
    ann.sign_up()
    page = ann.page
    topic = page.locator("#topic")

    topic.fill("Is http://www.example.org better than http://www.example.com?")
    page.get_by_role("button", name="Create battle").click()
    expect(page.locator("#composer .problem")).to_have_text("The text contains too many links: at most two.")
    topic.fill("")
    page.get_by_role("button", name="Create battle").click()

    assert topic.evaluate("field => field.validationMessage") == "Fill this in."


def test_the_way_back_leads_to_all_that_was_loaded(visit: Visit, database: str):
    ann = visit()
    ann.sign_up()
    ann.create_persona("Prolific Paula")
    ann.page.get_by_role("button", name="Publish & copy link").click()
    ann.notice("is public")
    with psycopg.connect(database) as conn:
        conn.execute(
            """
            INSERT INTO personas.posts
                (post_id, room_id, persona_id, account_id, authored_by, status, content, published_at)
            SELECT gen_random_uuid(), room_id, persona_id, account_id, 'AI', 'PUBLISHED', 'Post ' || number, now()
            FROM personas.personas, generate_series(1, 12) AS number, (SELECT room_id FROM personas.rooms LIMIT 1) AS r
            WHERE name = 'Prolific Paula'
            """
        )
    page = ann.go("/p/prolific-paula")
    page.get_by_role("link", name="Load more").click()
    expect(page.locator("#posts > li")).to_have_count(12)

    page.locator("#posts").get_by_role("link", name="Open").last.click()
    page.wait_for_url("**/b/*")
    page.go_back()

    expect(page.locator("#posts > li")).to_have_count(12)
    assert ann.complaints == []


def test_a_template_is_changed_and_deleted_on_its_page(visit: Visit):
    ann = visit()
    ann.sign_up()
    page = ann.go("/templates")
    page.get_by_text("Write a template of your own").click()
    page.locator("#template-name-new").fill("Mine")
    page.locator("#template-rules-new").fill("Be kind.")
    page.locator("#template-public-new").uncheck()
    page.get_by_role("button", name="Create template").click()
    ann.notice("Mine is ready.")

    own = page.locator("[data-part=mine]")
    own.get_by_text("Change or delete").click()
    own.get_by_label("Name").fill("Mine, changed")
    own.get_by_label("Turns").fill("1")
    own.get_by_role("button", name="Save").click()
    assert own.get_by_label("Turns").evaluate("field => field.validationMessage") == "The number must be at least 2."
    own.get_by_label("Turns").fill("4")
    own.get_by_role("button", name="Save").click()
    expect(own.get_by_role("heading", name="Mine, changed")).to_be_visible()
    expect(own).to_contain_text("4 turns")
    own.get_by_role("button", name="Delete").click()
    page.locator("#question").get_by_role("button", name="Delete").click()

    ann.notice("Mine, changed is deleted.")
    expect(own.get_by_role("heading", name="Mine, changed")).to_have_count(0)
    assert ann.complaints == []


def test_the_way_back_leads_to_what_was_seen(visit: Visit):
    ann = visit()
    ann.sign_up()
    page = ann.page
    rooms = page.locator("#room .pick a")
    rooms.nth(1).click()
    expect(rooms.nth(1)).to_have_attribute("aria-current", "true")
    rooms.nth(2).click()
    expect(rooms.nth(2)).to_have_attribute("aria-current", "true")

    page.go_back()
    expect(rooms.nth(1)).to_have_attribute("aria-current", "true")
    page.go_back()
    expect(rooms.nth(0)).to_have_attribute("aria-current", "true")
    page.go_forward()
    expect(rooms.nth(1)).to_have_attribute("aria-current", "true")
    assert ann.complaints == []
