"""Two people play an hour in their browsers, and what they read is what a screen reader has. Source: worlds 27.

With HOUR_PICTURES=docs/images, its pictures and its log are those of docs/worlds.md.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from io import BytesIO
from pathlib import Path
from typing import Final

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from kernel.database import Connection, Tx, connect, transaction
from local.worlds.settling import settle_npc
from tests.support.beasts import put_wolf
from tests.support.browser import PATIENCE_MS, Visit
from tests.support.grounds import make_ground
from tests.support.playing import come, does, hears, types
from tests.support.villages import set_time
from tests.support.worlds import place_item
from tests.worlds.integration.test_fighting import hurt
from tests.worlds.unit.test_resources import all_grounds
from worlds.characters.models import Character
from worlds.characters.queries import COLUMNS, read
from worlds.memories.models import Occurrence
from worlds.space.models import METRE, Position
from worlds.world import queries as worlds_sql
from worlds.world import service as worlds
from worlds.world.events import WorldReady
from worlds.world.models import World

CALM: Final = {"openness": 50, "conscientiousness": 50, "extraversion": 50, "agreeableness": 50, "neuroticism": 50}
MOST_TRIES: Final = 60
"""Of what may fail, such as a blow."""
DESK: Final = {"width": 1100, "height": 720}
PHONE: Final = {"width": 390, "height": 844}

pytestmark = pytest.mark.slow


@pytest.fixture
def conn(database: str) -> Iterator[Connection]:
    with closing(connect(database)) as opened:
        yield opened


def test_two_people_play_an_hour(visit: Visit, conn: Connection, tmp_path: Path):
    world = prepare(conn)
    ann, bob = visit(viewport=DESK), visit(viewport=PHONE)
    mara, quirin = come(ann), come(bob)

    make_body(mara, "Mara")
    make_body(quirin, "Quirin")
    hears(mara, "Quirin is here now.")
    does(mara, "look", "birch stand")
    until(mara, "gather birch 2", "You cut")
    craft_an_axe(mara)
    take_picture(mara, "hour-axe", tmp_path)
    befriend_and_offend(conn, mara, quirin)
    hunt(conn, world, mara, quirin)
    take_picture(quirin, "hour-wolf", tmp_path)
    duel(conn, mara, quirin)
    trade(mara, quirin)
    leave_and_return(mara)
    take_picture(mara, "hour-return", tmp_path)

    assert ann.complaints + bob.complaints == []
    assert remembered(conn, "Maren") >= {Occurrence.GIFT}
    assert remembered(conn, "Ida") >= {Occurrence.THREAT}


def prepare(conn: Connection) -> World:
    """Make a world in which one arrives beside birches, with two people there and things to pick up."""
    birches = next(each for each in all_grounds() if each.kind.key == "birch" and each.key == "1.-11.0")
    here = birches.position._replace(x=birches.position.x - METRE)
    with transaction(conn) as tx:
        world = make_ground(tx, "Gaia")
        world = worlds.save(tx, world, world.world_id, [WorldReady(world_id=world.world_id, entrance=(*here[:2], 0))])
        set_time(tx, world, 3, 12)
        for name, occupation, north in (("Maren", "potter", 1), ("Ida", "weaver", -1)):
            at = here._replace(y=here.y + north * METRE)
            settle_npc(tx, world, name, at, occupation=occupation, village="Kilnford", personality=CALM)
        for item, quantity in (("stone", 3), ("stick", 3), ("lamp", 2), ("bread", 2), ("dagger", 1)):
            world, _ = place_item(tx, stored_world(tx, world), item, here, quantity)
    return world


def craft_an_axe(mara: Page) -> None:
    for line, answer in (
        ("get stones", "Taken: stones × 3"),
        ("get sticks", "Taken: sticks × 3"),
        ("get lamp 1", "Taken: lamp"),
        ("craft stone axe", "You make stone axe"),
        ("equip stone axe", "You equip stone axe"),
    ):
        does(mara, line, answer)
    expect(mara.locator("#inventory")).to_contain_text("stone axe")


def befriend_and_offend(conn: Connection, mara: Page, quirin: Page) -> None:
    does(mara, "give lamp to maren", "Maren thanks you.")
    types(mara, "talk maren Do you teach pottery?")
    hears(mara, "Maren (")
    does(quirin, "threaten ida Your wool, or else!", "Ida takes a step back from you.")
    hears(mara, "Quirin threatens Ida: Your wool, or else!")
    types(quirin, "talk ida")
    hears(quirin, "Ida (")
    with transaction(conn) as tx:
        [felt] = tx.execute(
            "SELECT r.affection, r.fear FROM worlds.relationships AS r JOIN worlds.characters AS c"
            " ON c.character_id = r.npc_id WHERE c.name = 'Ida' AND r.fear > 0"
        ).fetchall()
    assert (round(felt["affection"]), round(felt["fear"])) == (-15, 20)


def hunt(conn: Connection, world: World, mara: Page, quirin: Page) -> None:
    """Kill a wolf together."""
    does(quirin, "get dagger", "Taken: dagger")
    does(quirin, "equip dagger", "You equip dagger")
    with transaction(conn) as tx:
        at = character(tx, "Mara").position
        wolf = put_wolf(tx, stored_world(tx, world), Position(at.x + METRE, at.y, at.z), hungry=True)
    does(mara, f"attack {wolf}", "Blow ready in")
    does(quirin, f"attack {wolf} quick", "Quick blow ready in")
    strike_until(f"{wolf} is dead.", mara, quirin)
    hears(mara, f"{wolf} is dead.")
    hears(quirin, f"{wolf} is dead.")


def duel(conn: Connection, mara: Page, quirin: Page) -> None:
    """Let Quirin, who is nearly dead, fight Mara, fall and get up again."""
    with transaction(conn) as tx:
        hurt(tx, character(tx, "Quirin").character_id, 1)
    does(quirin, "attack Mara", "You challenge Mara.")
    hears(mara, "Quirin challenges you to a fight.")
    does(mara, "attack Quirin quick", "Quick blow ready in")
    strike_until("You are defeated.", mara, seen_by=quirin)
    hears(quirin, "You get up where everyone arrives")
    with transaction(conn) as tx:
        assert character(tx, "Quirin").hp > 1


def trade(mara: Page, quirin: Page) -> None:
    """Exchange two sticks for a lamp, when both have calmed down."""
    does(quirin, "get lamp", "Taken: lamp")
    does(mara, "trade Quirin", "You ask Quirin to trade.")
    does(quirin, "trade Mara", "Offer with:")
    does(mara, "offer sticks 2", "On the table: yours sticks × 2")
    does(quirin, "offer lamp", "On the table: yours lamp; Mara's sticks × 2")
    hears(mara, "On the table: yours sticks × 2; Quirin's lamp.")
    does(mara, "accept", "You accept.")
    hears(quirin, "Mara accepts")
    does(quirin, "accept", "The trade is done.")
    hears(mara, "The trade is done.")
    expect(quirin.locator("#inventory")).to_contain_text("2 × sticks")
    expect(mara.locator("#inventory")).to_contain_text("lamp")


def leave_and_return(mara: Page) -> None:
    """Go to the lobby and come back, where Maren remembers."""
    types(mara, "lobby")
    expect(mara.locator("#world")).to_have_text("Lobby")
    types(mara, "enter Gaia")
    mara.locator("#entry-continue").click()
    expect(mara.locator("#world")).to_have_text("Gaia")
    types(mara, "talk maren Do you remember my gift?")
    hears(mara, "You gave me a lamp today.")


def make_body(page: Page, name: str) -> None:
    """Make a body in the dialog, and arrive."""
    types(page, "enter Gaia")
    dialog = page.get_by_role("dialog", name="How do you enter Gaia?")
    dialog.get_by_label("Your name there").fill(name)
    dialog.get_by_role("button", name="Enter the world").click()
    hears(page, f"Welcome, {name}.")
    expect(page.locator("#world")).to_have_text("Gaia")


def until(page: Page, line: str, answer: str) -> None:
    """Type something until it succeeds; each attempt is answered."""
    for _ in range(MOST_TRIES):
        before = len(lines(page))
        types(page, line)
        if any(answer in each for each in next_lines(page, before)):
            return
    raise AssertionError(f"{line} never led to: {answer}")


def strike_until(end: str, *fighters: Page, seen_by: Page | None = None) -> None:
    """Let people attack again after each line that they read, until one of them reads how it ends."""
    watched = seen_by or fighters[0]
    for _ in range(MOST_TRIES):
        if any(end in line for line in lines(watched)):
            return
        before = len(lines(watched))
        for each in fighters:
            types(each, "attack")
        next_lines(watched, before)
    raise AssertionError(f"no one reads: {end}")


def lines(page: Page) -> list[str]:
    """Return what someone has read since they came, without what they typed."""
    return page.get_by_role("log", name="What happens now").locator(".line:not(.typed)").all_inner_texts()


def next_lines(page: Page, before: int) -> list[str]:
    """Wait until there are more lines than before; return those."""
    shown = page.get_by_role("log", name="What happens now").locator(".line:not(.typed)")
    expect(shown.nth(before)).to_be_visible(timeout=PATIENCE_MS)
    return shown.all_inner_texts()[before:]


def character(tx: Tx, name: str) -> Character:
    [row] = tx.execute("SELECT " + COLUMNS + " FROM worlds.characters AS c WHERE c.name = %s", (name,)).fetchall()
    return read(row)


def stored_world(tx: Tx, world: World) -> World:
    [row] = worlds_sql.find(tx, world.world_id)
    return worlds_sql.read(row)


def remembered(conn: Connection, npc: str) -> set[str]:
    with transaction(conn) as tx:
        found = tx.execute(
            "SELECT m.occurrence FROM worlds.memories AS m JOIN worlds.characters AS c ON c.character_id = m.npc_id"
            " WHERE c.name = %s",
            (npc,),
        ).fetchall()
    return {each["occurrence"] for each in found}


def take_picture(page: Page, name: str, folder: Path) -> None:
    wanted = Path(os.environ.get("HOUR_PICTURES", folder))
    taken = Image.open(BytesIO(page.screenshot()))
    kept = taken.convert("RGB").quantize(64, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    kept.save(wanted / f"worlds-{name}.png", optimize=True)
    whole = page.get_by_role("log", name="What happens now").locator(".line")
    (wanted / f"worlds-{name}.txt").write_text("\n".join(whole.all_inner_texts()), encoding="utf-8")
