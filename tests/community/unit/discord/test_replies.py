"""However much there is to say, Discord takes the message."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doors.discord import replies
from doors.discord.interaction import Interaction, Member
from doors.discord.paging import LINES, paged
from doors.discord.replies import Button, Choice, DiscordReply, Embed, Field, Form, Input, Select
from tests.support.discord_limits import check_answer

words = st.text(max_size=20) | st.integers(0, 7000).map("x".__mul__)
names = words.filter(bool)
embeds = st.builds(Embed, names, words, st.lists(st.builds(Field, words, words), max_size=30).map(tuple), words)


def buttons(number: int) -> tuple[Button, ...]:
    return tuple(Button("b" * 200, f"b:{n}") for n in range(number))


@given(words, st.lists(embeds, max_size=12).map(tuple), st.integers(0, 40), st.booleans(), st.booleans())
def test_a_message_is_cut_to_what_discord_takes(
    text: str, shown: tuple[Embed, ...], number: int, public: bool, update: bool
):
    check_answer(replies.answer(DiscordReply(text, shown, buttons(number), update=update), public=public))


@given(st.lists(st.tuples(words, names), max_size=40, unique_by=lambda each: each[1][:100]))
def test_menus_and_suggestions_are_cut_too(found: list[tuple[str, str]]):
    choices = tuple(Choice(word, value, word) for word, value in found)

    check_answer(replies.choices(choices))
    if choices:
        check_answer(
            replies.answer(DiscordReply("?", components=(*buttons(3), Select("m", choices, "p" * 200))), public=True)
        )


def test_a_form_is_cut_too():
    form = Form("f:1", "t" * 60, (Input("a", "l" * 60, "p" * 200), *(Input(f"b{n}", "b") for n in range(6))))

    check_answer(replies.answer(form, public=False))


@pytest.mark.parametrize("custom_id", ["", "x" * 101])
def test_half_a_custom_id_would_mean_something_else(custom_id: str):
    with pytest.raises(ValueError, match="custom id"):
        replies.answer(DiscordReply("!", components=(Button("b", custom_id),)), public=True)


def test_buttons_stand_five_in_a_row_and_a_menu_by_itself():
    components = (*buttons(6), Select("m", (Choice("a", "a"),)), Button("c", "c"))

    rows = replies.message(DiscordReply("!", components=components))["components"]

    assert [len(row["components"]) for row in rows] == [5, 1, 1, 1]


@pytest.mark.parametrize(("public", "said"), [(True, None), (False, 64)])
def test_only_the_caller_sees_what_is_not_public(public: bool, said: int | None):
    assert replies.answer(DiscordReply("!"), public=public)["data"].get("flags") == said
    assert replies.answer(DiscordReply("!", public=public), public=not public)["data"].get("flags") == said


@given(st.integers(0, 100), st.integers(-3, 20))
def test_every_line_is_on_one_page(number: int, page: int):
    lines = [f"line {n}" for n in range(number)]
    pages = max(1, -(-number // LINES))
    everything = [paged("T", lines, n, "p", empty="-").embeds[0].text for n in range(pages)]

    shown = paged("T", lines, page, "p", empty="-").embeds[0].text

    assert "\n".join(everything) == ("\n".join(lines) or "-")
    assert shown == everything[min(max(page, 0), pages - 1)]


def test_options_that_are_not_there_have_their_defaults():
    call = Interaction("1", 2, "1", "t", Member("1", "alice", "Alice"), False, "en", "x", options={"n": 3, "f": True})

    assert (call.integer("n"), call.integer("m", 9), call.flag("f"), call.flag("g")) == (3, 9, True, False)
    assert (call.text("n"), call.text("t", "d"), call.member("n")) == ("", "d", None)
    assert call.member_or_caller("n").username == "alice"
