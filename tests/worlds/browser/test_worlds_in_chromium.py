"""People play in their browsers: the lobby, talking, a body, and a connection that comes back."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import Any
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from local.stack.process import StackProcess
from tests.support.browser import AXE, Visit, Visitor, barriers, is_too_wide, weigh
from tests.support.playing import types

WORLD = "11111111-2222-4333-8444-555555555555"

pytestmark = pytest.mark.slow


def come(visitor: Visitor) -> Page:
    """Sign up at the page, and arrive in the lobby."""
    page = visitor.go("/worlds/")
    page.get_by_role("link", name="Sign up and enter").click()
    visitor.sign_up_here()
    arrive(page)
    return page


def arrive(page: Page) -> None:
    expect(page.locator("#connection")).to_have_text("Connected.")
    expect(page.locator("#log")).to_contain_text("You see:")


def at_a_terminal(stack: StackProcess, *typed: str) -> list[str]:
    """Return what is shown to someone who types these lines."""
    played = subprocess.run(
        [sys.executable, "-m", "local.tools.play", "--url", stack.url],
        input="\n".join([*typed, "/quit"]),
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return played.stdout.splitlines()


def sign_in_elsewhere(stack: StackProcess, email: str, password: str = "correct horse") -> None:
    """Log in to someone's account, with another device."""
    body = json.dumps({"email": email, "password": password}).encode()
    headers = {"Content-Type": "application/json", "User-Agent": "Mozilla/5.0 (iPhone) Version/18.1 Safari/604.1"}
    with urlopen(Request(f"{stack.url}/api/auth/login", body, headers)) as answer:
        assert answer.status == 200


def test_from_sign_up_to_a_walk_in_the_lobby_that_others_see_and_hear(visit: Visit):
    ann, bob = visit(), visit()
    page, other = come(ann), come(bob)

    expect(page.locator("#world")).to_have_text("Lobby")
    expect(page.locator("#around")).to_contain_text(other.locator("#character").text_content() or "")
    types(page, "say Is anyone there?")
    expect(other.locator("#log")).to_contain_text("says: Is anyone there?")
    types(page, "w")
    expect(page.locator("#map-words")).to_contain_text("You are 4 m east and 2 m north.")
    page.get_by_role("button", name="North", exact=True).click()
    expect(page.locator("#map-words")).to_contain_text("You are 4 m east and 3 m north.")
    expect(page.locator("#around")).to_contain_text("statue: 2.2 m northeast")
    page.locator("#log").get_by_role("button", name="statue").first.click()
    expect(page.locator("#log")).to_contain_text("An old statue with open hands.")
    types(page, "dance")
    expect(page.locator(".line.error")).to_contain_text("There is no command")

    assert [*ann.complaints, *bob.complaints] == []


def test_someone_at_a_terminal_and_someone_in_a_browser_hear_each_other(visit: Visit, stack: StackProcess):
    ann = visit()
    page = come(ann)

    typed = ["no", "cleo@example.org", "Passw0rdX", "Cleo", "look", "say Good evening", "dance"]
    lines = at_a_terminal(stack, *typed)

    expect(page.locator("#log")).to_contain_text("says: Good evening")
    assert lines.index("You say: Good evening") > [at for at, line in enumerate(lines) if "You see:" in line][1]
    assert lines[-1].startswith("! There is no command")
    assert ann.complaints == []


def test_what_happened_before_is_there_after_a_reload_and_is_not_read_out_again(visit: Visit):
    ann = visit()
    page = come(ann)
    types(page, "say remember this")
    expect(page.locator("#log")).to_contain_text("You say: remember this")

    page.reload()
    arrive(page)

    expect(page.locator("#history")).to_contain_text("You say: remember this")
    expect(page.locator("#log")).not_to_contain_text("remember this")
    expect(page.locator("#log")).to_contain_text("Welcome back")


def test_a_keyboard_is_enough_and_tab_is_no_trap(visit: Visit):
    ann = visit()
    page = come(ann)
    prompt = page.get_by_label("Command", exact=True)

    expect(prompt).to_be_focused()
    page.keyboard.type("look ol")
    page.keyboard.press("Tab")
    expect(prompt).to_have_value("look old statue")
    page.keyboard.press("Enter")
    expect(page.locator("#log")).to_contain_text("An old statue with open hands.")
    page.keyboard.type("e")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(prompt).to_have_value("look old statue")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Send")).to_be_focused()


def test_after_a_restart_the_page_connects_again_and_sends_what_was_typed_meanwhile_once(
    visit: Visit, stack: StackProcess
):
    ann, bob = visit(), visit()
    page, other = come(ann), come(bob)

    stack.stop()
    expect(page.locator("#connection")).to_contain_text("The connection is lost.")
    types(page, "say I was cut off")
    expect(page.locator("[data-waiting]")).to_have_text("say I was cut off")
    stack.start()
    for each in (page, other):
        connected = each.locator("[data-connection=connected]")
        lost = each.locator("[data-connection=lost]")
        expect(connected.or_(lost)).to_be_visible()
        if lost.is_visible():  # the machine was slow, and five attempts were too few
            each.get_by_role("button", name="Connect again").click()

    expect(page.locator("#log")).to_contain_text("You say: I was cut off")
    expect(other.locator(".line.speech", has_text="I was cut off")).to_have_count(1)
    expect(page.locator("[data-waiting]")).to_have_count(0)


def test_a_second_window_takes_the_character_over_and_the_first_says_so(visit: Visit):
    ann = visit()
    page = come(ann)

    second = page.context.new_page()
    second.goto("/worlds/")
    arrive(second)

    expect(page.locator("#connection")).to_contain_text("somewhere else")
    page.get_by_role("button", name="Connect again").click()
    arrive(page)
    expect(second.locator("#connection")).to_contain_text("somewhere else")


def test_a_body_is_made_in_a_dialog_and_entered(visit: Visit):
    """The game's side is played by the test: what the page sends is what the contract asks for."""
    ann = visit()
    made: list[dict[str, Any]] = []
    page = ann.page
    connections: list[str] = []

    def socket(route: WebSocketRoute) -> None:
        connections.append(route.url)
        state = {"position": {"x": 5, "y": 5, "z": 0}, "inventory": [], "maxHP": 500, "hp": 450}
        route.send(json.dumps({"type": "state_update", "data": state, "timestamp": "2026-11-30T00:00:00Z"}))
        route.on_message(lambda message: enter(route, json.loads(message)))

    def enter(route: WebSocketRoute, sent: dict[str, Any]) -> None:
        metadata = {"world_id": WORLD, "world_name": "Aether"}
        data = {"id": "1", "type": "trigger_entry_options", "text": "The arch opens.", "metadata": metadata}
        route.send(json.dumps({"type": "game_message", "data": data, "command_id": sent["id"]}))

    def create(route: Any) -> None:
        made.append(route.request.post_data_json)
        route.fulfill(status=201, json={"character": {"character_id": "c"}, "attributes": {}})

    character = {"character_id": "c", "name": "Mara", "position_x": 1, "position_y": 1, "position_z": 0}
    options = {"can_enter_as_watcher": True, "available_npcs": [], "can_create_custom": True}
    page.route_web_socket(re.compile("/api/game/ws"), socket)
    page.route("**/api/session/world/select", lambda route: route.fulfill(json={"entry_options": options}))
    page.route("**/api/session/character/create", create)
    page.route(
        "**/api/session/character/select",
        lambda route: route.fulfill(json={"character": character, "world_id": WORLD, "message": ""}),
    )
    ann.go("/worlds/").get_by_role("link", name="Sign up and enter").click()
    ann.sign_up_here()
    expect(page.locator("#connection")).to_have_text("Connected.")

    types(page, "enter west portal")
    dialog = page.get_by_role("dialog", name="How do you enter Aether?")
    dialog.get_by_label("Your name there").fill("Mara")
    dialog.get_by_label("Elf").check()
    dialog.get_by_text("Strengths").click()
    expect(dialog.get_by_label("Agility")).to_have_value("0")
    dialog.get_by_label("Agility").fill("30")
    dialog.get_by_label("Sight").fill("20")
    expect(page.locator("#entry-points")).to_have_text("10 of 100 points left.")
    dialog.get_by_label("Sight").fill("30")
    expect(page.locator("#entry-points")).to_have_text("That costs 20 points too many. Take some back.")
    dialog.get_by_label("Sight").fill("0")
    dialog.get_by_label("Where did you grow up?").select_option("harbour")
    dialog.get_by_role("button", name="Enter the world").click()

    expect(page.locator("#character")).to_have_text("Mara")
    expect(page.locator("#connection")).to_have_text("Connected.")
    expect(page.locator("[data-value=hp]")).to_have_text("450 of 500")
    assert made == [
        {
            "world_id": WORLD,
            "name": "Mara",
            "role": "player",
            "species": "elf",
            "description": "",
            "point_buy": {"Agility": 30},
            "background_answers": ["harbour"],
        }
    ]
    expect(dialog).to_be_hidden()
    assert "character_id=c" in connections[-1]


def test_the_card_says_the_weather_that_was_told_last(visit: Visit):
    """The game's side is played by the test."""
    ann = visit()
    page = ann.page
    open_sockets: list[WebSocketRoute] = []

    def tell(number: int, kind: str, text: str, summary: str | None) -> None:
        metadata = {} if summary is None else {"weather": {"state": "rain", "summary": summary}}
        data = {"id": str(number), "type": kind, "text": text, "metadata": metadata}
        open_sockets[-1].send(json.dumps({"type": "game_message", "data": data}))

    page.route_web_socket(re.compile("/api/game/ws"), lambda route: open_sockets.append(route))
    ann.go("/worlds/").get_by_role("link", name="Sign up and enter").click()
    ann.sign_up_here()
    expect(page.locator("#connection")).to_have_text("Connected.")
    expect(page.locator("#weather")).to_be_hidden()

    tell(1, "area_description", "Grassland. The sky is clear.", "The sky is clear. It is 9 °C.")
    expect(page.locator("#weather")).to_have_text("The sky is clear. It is 9 °C.")
    tell(2, "system", "It begins to rain.", "It is raining. It is 8 °C.")
    tell(3, "speech", "Hello", None)

    expect(page.locator("#weather")).to_have_text("It is raining. It is 8 °C.")
    expect(page.locator("#log")).to_contain_text("It begins to rain.")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_barrier(visit: Visit, scheme: str):
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: run `make browser`")
    ann, stranger = visit(color_scheme=scheme), visit(color_scheme=scheme)

    found = barriers(stranger.go("/worlds/"))
    page = come(ann)
    types(page, "dance")
    types(page, "say hello")
    expect(page.locator("#log")).to_contain_text("You say: hello")
    found += barriers(page, is_idle=False)
    page.evaluate("document.getElementById('entry-title').textContent = 'How do you enter Aether?'")
    page.evaluate("document.getElementById('entry').showModal()")
    found += barriers(page, is_idle=False)

    assert found == []


@pytest.mark.parametrize("width", [390, 1440])
def test_the_bell_counts_what_is_unread_and_its_dialog_says_it_and_has_the_settings(
    visit: Visit, stack: StackProcess, width: int
):
    ann = visit(viewport={"width": width, "height": 844})
    page = ann.go("/worlds/")
    page.get_by_role("link", name="Sign up and enter").first.click()
    email = ann.sign_up_here()
    arrive(page)
    bell = page.get_by_role("button", name="Unread notifications:")
    expect(page.locator("#unread")).to_be_hidden()

    sign_in_elsewhere(stack, email)

    expect(page.locator("#log")).to_contain_text("A sign-in to your account from a new device or address: Safari on")
    expect(bell).to_have_accessible_name("Unread notifications: 1")
    bell.click()
    dialog = page.get_by_role("dialog", name="Notifications")
    expect(dialog.get_by_role("listitem").first).to_contain_text("Safari on iPhone, from 127.0.0.1.")
    assert not is_too_wide(page)
    if AXE.exists():
        assert barriers(page, is_idle=False) == []
    dialog.get_by_role("button", name="Mark as read: A sign-in").click()
    expect(page.locator("#unread")).to_be_hidden()
    dialog.get_by_text("What you are told of").click()
    dialog.get_by_label("New worlds").select_option("public")
    expect(dialog.get_by_role("status")).to_have_text("Saved.")
    dialog.get_by_text("Devices that are known").click()
    expect(dialog.get_by_role("button", name="(this one)")).to_be_visible()
    dialog.get_by_role("button", name="(this one)").click()
    expect(dialog.get_by_text("No device is registered.")).to_be_visible()
    dialog.get_by_role("button", name="Close").click()
    page.reload()
    bell.click()
    expect(dialog.get_by_label("New worlds")).to_have_value("public")
    expect(dialog.get_by_role("button", name="Mark")).to_have_count(0)
    assert ann.complaints == []


def test_a_terminal_says_how_many_notifications_are_unread_and_reads_them(stack: StackProcess):
    first = at_a_terminal(stack, "no", "dora@example.org", "Passw0rdX", "Dora")
    sign_in_elsewhere(stack, "dora@example.org", "Passw0rdX")

    then = at_a_terminal(stack, "yes", "dora@example.org", "Passw0rdX", "/notifications", "/notifications")

    assert not any("nread" in line for line in first)
    assert any(line.endswith("(Unread notifications: 1. Type /notifications to read them.)") for line in then)
    assert any("Safari on iPhone, from 127.0.0.1." in line for line in then if line.startswith("A sign-in"))
    assert "Nothing is unread." in then


@pytest.mark.parametrize("width", [390, 768, 1440, 1920])
def test_the_page_fits_its_window_and_the_prompt_is_in_sight(visit: Visit, width: int):
    ann = visit(viewport={"width": width, "height": 844})
    page = come(ann)
    types(page, "help")
    expect(page.locator("#log")).to_contain_text("Find your way")

    assert not is_too_wide(page)
    expect(page.get_by_label("Command", exact=True)).to_be_in_viewport(ratio=1)
    expect(page.locator(".line").last).to_be_in_viewport()


def test_without_scripts_it_says_what_is_needed(visit: Visit):
    page = visit(java_script_enabled=False).go("/worlds/")

    expect(page.get_by_role("heading", level=1)).to_have_text("A world that you read, and answer.")
    expect(page.get_by_role("main").get_by_role("link", name="Sign up and enter")).to_be_visible()


def test_the_page_weighs_at_most_60_kb_and_the_one_for_strangers_27_kb(visit: Visit):
    ann, stranger = visit(), visit()
    come(ann)
    playing, before = weigh(ann.page), weigh(stranger.page)

    ann.page.reload()
    arrive(ann.page)
    ann.page.wait_for_load_state("networkidle")
    stranger.go("/worlds/").wait_for_load_state("networkidle")

    assert playing() <= 60_000
    assert before() <= 27_000
