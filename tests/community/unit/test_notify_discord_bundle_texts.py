"""What the channel reads of a crowd."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from doors.discord.messages import Embed, message, plain
from functions.community.notify_discord.bundle_texts import bundled_event, embeds_of
from functions.community.notify_discord.bundles import Bundle
from functions.community.notify_discord.texts import TEXTS
from tests.support.discord_limits import check_message
from tests.support.outer_ring import envelope


def level_up(name: str, level: int = 2, job: str = "farmer") -> dict[str, Any]:
    return envelope("job.level_up", {"user_id": "x", "username": name, "job_key": job, "new_level": level})


def achieved(name: str, title: str = "First words", **reward: Any) -> dict[str, Any]:
    payload = {"username": name, "name": title, "description": "Say it.", "reward": reward}
    return envelope("achievement.unlocked", payload)


def bundle_of(*events: dict[str, Any]) -> Bundle:
    bundle = Bundle("b", 0)
    for event in events:
        bundle = bundle.having(bundled_event(event, event["id"]))
    return Bundle.from_text(bundle.as_text())


def told(*events: dict[str, Any]) -> list[Embed]:
    return embeds_of(bundle_of(*events))


def test_an_event_alone_is_told_as_ever():
    up, first = level_up("alice"), achieved("bob", money=1000)

    assert told(up) == [TEXTS["job.level_up"](up["payload"])]
    assert told(up, first) == [TEXTS["job.level_up"](up["payload"]), TEXTS["achievement.unlocked"](first["payload"])]


def test_several_are_counted_and_listed_by_what_was_reached_in_the_order_of_the_events():
    (levels,) = told(level_up("al_ice"), level_up("bob", 3), level_up("carol"), level_up("bob", 2, "blacksmith"))

    assert levels.title == "4 level-ups"
    assert levels.text.split("\n") == [
        r"**Level 2 Farmer**: al\_ice, carol",
        "**Level 3 Farmer**: bob",
        "**Level 2 Blacksmith**: bob",
    ]


def test_achievements_have_an_embed_of_their_own_with_the_rewards():
    levels, achievements = told(level_up("a"), achieved("a", money=1000), achieved("b", money=1000), level_up("b"))

    assert levels.title == "2 level-ups"
    assert (achievements.title, achievements.text) == ("2 achievements", "**First words (1,000 money)**: a, b")


def test_what_does_not_fit_is_counted():
    names = [f"viewer_number_{number}" for number in range(1200)]

    (levels,) = told(*map(level_up, names))

    shown, more = levels.text.split("\n")
    listed = shown.removeprefix("**Level 2 Farmer**: ").split(", ")
    assert listed == [plain(name) for name in names[: len(listed)]]
    assert (levels.title, more) == ("1,200 level-ups", f"and {1200 - len(listed):,} more")
    assert len(levels.text) <= 4096


def test_three_hundred_usual_names_fit():
    (levels,) = told(*(level_up(f"viewer{number}") for number in range(300)))

    assert "more" not in levels.text


@settings(max_examples=40)
@given(
    st.lists(
        st.one_of(
            st.builds(level_up, st.text(max_size=120), st.integers(1, 9), st.sampled_from(["farmer", "merchant"])),
            st.builds(achieved, st.text(max_size=120), st.text(max_size=300), money=st.integers(0, 10**9)),
        ),
        min_size=1,
        max_size=12,
    ),
    st.integers(1, 30),
)
def test_no_bundle_is_longer_than_discord_takes_and_each_event_is_named_or_counted(
    events: list[dict[str, Any]], times: int
):
    bundle = bundle_of(*events * times)

    embeds = embeds_of(bundle)

    check_message({"content": "", **message(*embeds)})
    assert sum(each.count for each in bundle.events.values()) == len(events) * times
    for embed, of_type in zip(embeds, bundle.events.values(), strict=True):
        if of_type.count > 1:
            assert re.match(rf"{of_type.count} ", embed.title)
            named = sum(map(len, of_type.names.values()))
            assert (named == of_type.count) or re.search(r"and \d+ more$", embed.text)
