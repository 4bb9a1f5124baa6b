"""What a card says, how its texts are set, and how it is drawn. Source: personas 9.4, 10."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from itertools import combinations
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from PIL import Image, ImageChops, ImageDraw

from kernel.texts import speaking
from personas import translations as translations
from personas.battles.models import BattleView, PublicReply, Turn, Verdict
from personas.cards import drawing, layout
from personas.cards.drawing import draw_card
from personas.cards.memory import Memory
from personas.cards.models import CardFacts
from personas.cards.rules import facts_of
from personas.cards.texts import Labels
from personas.paging import CursorPage

GOLDEN = Path(__file__).parent / "golden" / "card.png"
ID = UUID("4c3f0d48-c87b-453a-a76d-5e6b1e61399f")
NOON = datetime(2026, 2, 18, 12, tzinfo=UTC)
URL = f"brandish.example.org/b/{ID}"
FACTS = CardFacts(
    battle_id=ID,
    labels=Labels.translated(),
    topic="Should we ship weekly? (go-backend)",
    pro_name="Ada",
    con_name="Çağrı Bot",
    verdict="Ada wins, 79.0 to 32.0.",
    winner="PRO",
    takeaways=(
        "Weekly releases cut our rollback time by 40 percent.",
        "Weekly releases also doubled review pressure on a small team.",
        "Review pressure fell once we capped each release at 5 changes.",
    ),
    progress="6/6 turns",
    origin="WRITTEN BY AI PERSONAS",
)
VIEW = BattleView(
    battle_id=ID,
    kind="BATTLE",
    account_id=ID,
    room_id=ID,
    room_name="go-backend",
    topic="Should we ship weekly?",
    content="Should we ship weekly?",
    authored_by="HUMAN",
    author_name="",
    created_at=NOON,
    changed_at=NOON,
    pro_name="Ada",
    con_name="Bob",
    status="COMPLETED",
    turn_count=4,
)
POST = replace(
    VIEW,
    kind="POST",
    content="Topic: Caches hide bugs. Measure first.",
    authored_by="AI_DRAFT_APPROVED",
    author_name="Ada",
    pro_name=None,
    con_name=None,
    status=None,
    turn_count=None,
)


def said(*contents: str) -> tuple[Turn, ...]:
    return tuple(
        Turn(index, "PRO" if index % 2 else "CON", None, "", "OPENING", content, 1, False, NOON)
        for index, content in enumerate(contents, start=1)
    )


def replied(name: str, content: str = "Yes.") -> PublicReply:
    return PublicReply(ID, name, "AI", content, NOON)


def width(text: str) -> float:
    return 10 * len(text)


def picture(png: bytes) -> Image.Image:
    return Image.open(BytesIO(png)).convert("RGB")


def test_it_is_a_png_of_960_by_540_and_always_the_same():
    png = draw_card(FACTS, URL)

    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert (png[12:16], int.from_bytes(png[16:20]), int.from_bytes(png[20:24])) == (b"IHDR", 960, 540)
    assert draw_card(FACTS, URL) == png


def test_it_looks_as_it_did():
    # After a change that is meant: raise RENDERER, write what draw_card returns to the file, and look at it.
    assert ImageChops.difference(picture(draw_card(FACTS, URL)), picture(GOLDEN.read_bytes())).getbbox() is None


@pytest.mark.parametrize(
    ("box", "corners", "fill", "border"),
    [
        (drawing.TITLE, (24, 24, 936, 150), (248, 250, 252), (59, 130, 246)),
        (drawing.LEFT, (24, 166, 644, 440), (248, 250, 252), (148, 163, 184)),
        (drawing.RIGHT, (660, 166, 936, 440), (241, 245, 249), (148, 163, 184)),
        (drawing.FOOTER, (24, 456, 936, 516), (219, 234, 254), (59, 130, 246)),
    ],
)
def test_the_boxes_are_where_they_belong(
    box: drawing.Box, corners: tuple[int, int, int, int], fill: drawing.Color, border: drawing.Color
):
    drawn = picture(draw_card(FACTS, URL))
    x0, y0, x1, y1 = corners

    assert (box.x0, box.y0, box.x1, box.y1, box.text_width) == (*corners, x1 - x0 - 32)
    assert [drawn.getpixel(at) for at in ((x0, y0), (x1, y0), (x0, y1), (x1, y1))] == [border] * 4
    assert [drawn.getpixel((x0 - 1, y0)), drawn.getpixel((x0 + 1, y0 + 1))] == [(15, 23, 42), fill]


def test_what_is_written_contrasts_with_what_it_stands_on():
    def luminance(color: drawing.Color) -> float:
        parts = [part / 255 for part in color]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for ink in (drawing.INK, drawing.MUTED, drawing.LABEL):
        for box in (drawing.TITLE, drawing.LEFT, drawing.RIGHT, drawing.FOOTER):
            darker, lighter = sorted((luminance(ink), luminance(box.fill)))
            assert (lighter + 0.05) / (darker + 0.05) >= 4.5, (ink, box)


@pytest.mark.parametrize("letters", ["ğüşıöç", "ĞÜŞİÖÇ", "äñřłőž", "€–“”…’"])
def test_letters_beyond_ascii_are_drawn_and_differ(letters: str):
    def glyph(letter: str) -> bytes:
        image = Image.new("L", (40, 40))
        ImageDraw.Draw(image).text((10, 30), letter, fill=255, font=drawing.NOTE.font, anchor="ls")
        return image.tobytes()

    glyphs = [glyph(letter) for letter in letters]

    assert all(any(each) and each != glyph("\U0001f984") for each in glyphs)
    assert all(one != other for one, other in combinations(glyphs, 2))


def test_every_part_is_drawn():
    png = draw_card(FACTS, URL)
    changes = {
        "labels": replace(FACTS.labels, topic="Something else"),
        "winner": "CON",
        "takeaways": (),
        **dict.fromkeys(("topic", "pro_name", "con_name", "verdict", "progress", "origin"), "Something else"),
    }

    assert set(changes) == {*CardFacts.__struct_fields__} - {"battle_id"}
    for name, value in changes.items():
        assert draw_card(replace(FACTS, **{name: value}), URL) != png, name
    assert draw_card(FACTS, "elsewhere.example.org/b/1") != png


def test_letters_can_be_read_where_a_feed_shows_the_card_at_400_pixels():
    types = [each for sizes in (drawing.TOPIC, drawing.NAME, drawing.VERDICT) for each, _ in sizes]

    assert all(type_.font.size * 400 / 960 >= 11 for type_ in types)
    assert all(t.font.size * 400 / 960 >= 9 for t in (drawing.TAKEAWAY, drawing.NOTE, drawing.HEADING))


def test_a_text_is_set_as_large_as_it_fits():
    def size(text: str) -> float:
        return drawing.fitted(text, drawing.TOPIC, drawing.TITLE.text_width)[1].font.size

    assert (size("Tea?"), size("Should we ship weekly? (go-backend)"), size("ship " * 30)) == (54, 46, 38)
    lines, _ = drawing.fitted("Ö" * 60, drawing.NAME, 300)
    assert len(lines) == 1
    assert lines[0].endswith("Ö...")


def test_pictures_that_the_typeface_lacks_are_left_out_and_letters_are_not():
    assert drawing.seen("Ship\U0001f680 it \U0001f469\u200d\U0001f4bb \u2192 \u4e2d") == "Ship it \u200d \u2192 \u4e2d"


def test_no_text_leaves_its_box():
    long = "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz " * 30
    monster = replace(
        FACTS,
        topic=long,
        pro_name="W" * 200,
        con_name=long,
        verdict=long,
        takeaways=(long, long, long),
        progress="20/20 turns and more than there is room for",
    )
    drawn, empty = picture(draw_card(monster, "x" * 500)), picture(draw_card(replace(FACTS, topic=""), ""))

    boxes = (drawing.TITLE, drawing.LEFT, drawing.RIGHT, drawing.FOOTER)
    for image in (drawn, empty):
        for box in boxes:
            image.paste(drawing.CANVAS, (box.x0 + 12, box.y0 + 1, box.x1 - 11, box.y1))
    assert ImageChops.difference(drawn, empty).getbbox() is None


def test_words_go_to_the_next_line_and_long_ones_are_split():
    assert layout.set_lines("one two three", width, 80, most=3) == ["one two", "three"]
    assert layout.set_lines("incomprehensibilities", width, 80, most=3) == ["incompre", "hensibil", "ities"]
    assert layout.set_lines("a incomprehensible b", width, 80, most=4) == ["a", "incompre", "hensible", "b"]
    assert layout.set_lines("  \n ", width, 80, most=3) == []


def test_the_last_line_is_cut_to_60_characters_and_dots():
    lines = layout.set_lines("word " * 100, width, 1000, most=2)

    assert lines[1] == ("word " * 12).rstrip() + "..."
    assert layout.set_lines("word " * 100, width, 100, most=2) == ["word word", "word wo..."]


def test_what_cannot_be_seen_is_left_out():
    assert layout.printable("a\u200bb\x00c\ufe0f\nd  e\u0301") == "abc d \u00e9"


@given(st.text(max_size=300), st.integers(40, 900), st.integers(1, 5))
def test_lines_fit_and_keep_every_character(text: str, room: int, most: int):
    lines = layout.set_lines(text, width, room, most)

    assert len(lines) <= most
    assert all(width(line) <= room for line in lines)
    if len(lines) < most:
        assert "".join(lines).replace(" ", "") == layout.printable(text).replace(" ", "")


def test_a_card_of_a_battle_names_its_speakers_and_its_winner():
    turns = said("It is faster because of data.", "It is not.", "We measured 3.5 days.", "So be it.")
    verdict = Verdict("PRO", 79.0, 32.0, "Ada", "Bob")

    facts = facts_of(replace(VIEW, turns=turns, verdict=verdict))

    assert (facts.topic, facts.pro_name, facts.con_name) == ("Should we ship weekly? (go-backend)", "Ada", "Bob")
    assert (facts.winner, facts.verdict) == ("PRO", "Ada wins, 79.0 to 32.0.")
    assert (facts.progress, facts.origin) == ("4/4 turns", "WRITTEN BY AI PERSONAS")
    assert facts.takeaways[0] == "We measured 3.5 days."
    assert facts_of(replace(VIEW, verdict=replace(verdict, winner="DRAW"))).winner is None


def test_before_there_is_a_verdict_the_card_says_so():
    facts = facts_of(replace(VIEW, status="RUNNING", turns=said("Yes.")))

    assert (facts.winner, facts.progress) == (None, "1/4 turns")
    assert "verdict comes" in facts.verdict
    assert len(facts.takeaways) == 3


def test_before_anything_is_said_there_is_nothing_to_take_away():
    assert facts_of(VIEW).takeaways == ()
    assert facts_of(POST).takeaways == ()


def test_a_card_is_in_the_language_that_was_asked_for():
    with speaking("de"):
        facts = facts_of(replace(VIEW, turns=said("Yes.")))

    assert (facts.labels.takeaways, facts.progress) == ("DAS BLEIBT", "1/4 Beiträge")
    assert facts.origin == "VON KI-PERSONAS GESCHRIEBEN"
    assert facts.takeaways[1] == "Beide Seiten wollen dasselbe und gewichten es anders."


def test_the_topic_of_a_remix_of_a_remix_has_no_label_and_one_room():
    remixed = replace(VIEW, topic="Topic: topic: Should we ship weekly? (go-backend)")

    assert facts_of(remixed).topic == "Should we ship weekly? (go-backend)"


@pytest.mark.parametrize(
    ("author", "repliers", "sides"),
    [
        ("Ada", ["ada", "Bob", "Cem"], ("Ada", "Bob")),
        ("Ada", [], ("Ada", "Community")),
        ("", ["Bob", "BOB"], ("Bob", "Community")),
        ("", [], ("Persona A", "Persona B")),
        ("W" * 50, ["Bob"], ("W" * 36, "Bob")),
    ],
)
def test_the_sides_of_a_post_are_the_first_two_who_spoke(author: str, repliers: list[str], sides: tuple[str, str]):
    facts = facts_of(replace(POST, author_name=author, replies=CursorPage([replied(name) for name in repliers])))

    assert (facts.pro_name, facts.con_name) == sides


def test_a_post_has_a_verdict_by_its_replies_and_takeaways_of_what_was_said():
    lines = [facts_of(replace(POST, replies=CursorPage([replied("Bob")] * count))).verdict for count in range(4)]
    answered = replace(POST, replies=CursorPage([replied("Bob", "No, 3.5 of them. Not more."), replied("Cem")]))

    assert len(set(lines[:3])) == 3
    assert lines[2] == lines[3]
    assert facts_of(answered).takeaways[1:] == ("No, 3.5 of them.", "Yes.")


@pytest.mark.parametrize(
    ("authored_by", "replies", "origin"),
    [
        ("AI_DRAFT_APPROVED", [], "AI DRAFT, APPROVED BY A PERSON"),
        ("HUMAN", [replied("Bob")], "REPLIES WRITTEN BY AI PERSONAS"),
        ("HUMAN", [], ""),
    ],
)
def test_a_post_says_what_a_machine_wrote(authored_by: str, replies: list[PublicReply], origin: str):
    assert facts_of(replace(POST, authored_by=authored_by, replies=CursorPage(replies))).origin == origin


def test_the_card_used_longest_ago_is_forgotten_first():
    memory = Memory()
    drawn: list[int] = []

    def ask(number: int) -> None:
        memory.get((str(number), ""), lambda: drawn.append(number) or b"")

    for number in range(1, 257):
        ask(number)
    ask(1)
    ask(257)

    assert (("1", "") in memory, ("2", "") in memory) == (True, False)
    assert drawn == list(range(1, 258))
