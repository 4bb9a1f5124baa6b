from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from community.info.content import InfoSection, shown, texts
from community.info.models import NoSuchText
from community.info.service import describe, find
from community.text_contexts import TOPIC, TOPIC_WORDS
from kernel.content.errors import ContentError
from kernel.content.library import Library
from kernel.texts import every_term, every_word

FEATURES = [
    "achievements",
    "crafting",
    "economy",
    "gambles",
    "inventory",
    "items",
    "jobs",
    "linking",
    "lootboxes",
    "messages",
    "overview",
    "progression",
    "quests",
    "search",
    "stats",
    "timeouts",
    "voting",
]


def write(root: Path, **files: Any) -> Path:
    folder = root / "configs" / "community" / "info"
    folder.mkdir(parents=True)
    for name, body in files.items():
        text = body if isinstance(body, str) else json.dumps({"version": "1.0", "discord": "d", "short": "s"} | body)
        (folder / f"{name}.json").write_text(text)
    return root / "configs" / "community"


def test_every_feature_that_exists_has_its_texts():
    assert sorted(texts.by_feature) == FEATURES


def test_an_overview_and_every_feature_name_what_else_there_is_to_read():
    for name, feature in texts.by_feature.items():
        more = set(FEATURES) - {name} if name == "overview" else set(feature.topics)
        for text in (feature.discord, feature.short):
            assert [word for word in sorted(more) if word not in text] == []


@pytest.mark.parametrize(
    ("platform", "attribute"),
    [
        ("discord", "discord"),
        ("twitch", "short"),
        ("Twitch", "short"),
        ("streamerbot", "short"),
        ("youtube", "discord"),
        ("carrier_pigeon", "discord"),
    ],
)
def test_the_platform_chooses_the_length(platform: str, attribute: str):
    assert describe(platform, "economy") == getattr(texts.by_feature["economy"], attribute)


def test_without_a_name_the_overview():
    assert describe("discord") == texts.by_feature["overview"].discord


def test_a_topic_of_a_feature():
    assert describe("discord", "economy", "sell") == texts.by_feature["economy"].topics["sell"].discord


def test_a_topic_by_its_name_alone():
    text = texts.by_feature["economy"].topics["sell"].discord

    assert describe("discord", "sell") == describe("discord", "", "sell") == describe("discord", "SELL") == text


@pytest.mark.parametrize(
    ("typed", "feature"),
    [
        ("gamble", "gambles"),
        ("Glücksspiel", "gambles"),
        ("glücksspiele", "gambles"),
        ("apuesta", "gambles"),
        ("Kiste", "lootboxes"),
        ("misión", "quests"),
        ("help", "overview"),
    ],
)
def test_a_feature_is_understood_in_singular_and_in_every_language(typed: str, feature: str):
    assert describe("discord", "", typed) == describe("discord", typed) == texts.by_feature[feature].discord


def test_every_word_for_a_text_means_one_text():
    """In all languages; a word for two texts would find neither."""
    topics = {name: topic for home in texts.by_feature.values() for name, topic in home.topics.items()}
    named = [*texts.by_feature.items(), *topics.items()]
    words = [
        (word, text)
        for name, text in named
        for word in (*every_term(TOPIC, shown(name)), *every_word(TOPIC_WORDS, text.words))
    ]

    assert [word for word, text in words if find(texts.by_feature, "", word) is not text] == []


def test_a_word_with_a_typo_is_answered_with_what_was_meant():
    with pytest.raises(NoSuchText, match=r"Did you mean gambles\?"):
        describe("discord", "", "gambels")


@pytest.mark.parametrize(
    ("feature", "topic"), [("dragons", ""), ("economy", "dragons"), ("dragons", "sell"), ("", "x")]
)
def test_what_nobody_has_written_about(feature: str, topic: str):
    with pytest.raises(NoSuchText):
        describe("discord", feature, topic)


@pytest.mark.parametrize(
    ("files", "complaint"),
    [
        ({"economy": {}}, "configs/community/info/overview.json: the file is missing"),
        ({"overview": "{"}, "configs/community/info/overview.json: line 1"),
        ({"overview": {}, "Economy": {}}, "configs/community/info/Economy.json: a feature's name"),
        ({"overview": {"short": "x" * 451}}, "configs/community/info/overview.json: short: "),
        ({"overview": {"short": "two\nlines"}}, "configs/community/info/overview.json: short: "),
        ({"overview": {"shrot": "x"}}, "configs/community/info/overview.json: shrot: there is no such field"),
        (
            {"overview": {"topics": {"a": {"discord": "d"}}}},
            "configs/community/info/overview.json: topics.a.short: is missing",
        ),
        (
            {name: {"topics": {"a": {"discord": "d", "short": "s"}}} for name in ("overview", "zoo")},
            'configs/community/info/zoo.json: topics.a: "a" is a topic of overview already',
        ),
    ],
)
def test_a_broken_text_is_found_in_one_line(tmp_path: Path, files: dict[str, Any], complaint: str):
    with pytest.raises(ContentError) as error:
        Library(write(tmp_path, **files)).check([InfoSection])

    assert str(error.value).startswith(complaint)
    assert "\n" not in str(error.value)
