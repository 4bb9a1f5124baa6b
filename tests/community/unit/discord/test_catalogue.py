"""The commands are those that people know, and a few more. Source: rules 19.

What is not in the table: the commands of features that do not exist yet. And two options that are required there are
not here: without a number /vote shows a menu, without an id /gamble-join joins the one gamble there is.
"""

from __future__ import annotations

import pytest

from doors.discord.commands import COMMANDS
from doors.discord.registration import payload
from functions.shared.discord import catalogue as catalogue  # declares every command

TEXT, INTEGER, FLAG, MEMBER = 3, 4, 5, 6

QUALITY = ("quality", TEXT, False)

# {command: [(option, type, required)]}
EVERYBODYS = {
    "forget-me": [],
    "my-data": [],
    "ping": [],
    "profile": [],
    "search": [],
    "info": [("feature", TEXT, False)],
    "check-timeout": [("user", MEMBER, False)],
    "inventory": [("user", MEMBER, False), ("filter", TEXT, False)],
    "use": [("item", TEXT, True), ("quantity", TEXT, False), ("target", TEXT, False), QUALITY],
    "gamble-start": [("item", TEXT, True), ("quantity", TEXT, True), QUALITY],
    "gamble-join": [("gamble-id", TEXT, False), QUALITY],
    "vote": [("option", INTEGER, False)],
    "battle": [("topic", TEXT, True), ("pro", TEXT, False), ("con", TEXT, False), ("template", TEXT, False)],
    "unlock-progress": [],
    "engagement": [("user", MEMBER, False)],
    "voting-session": [],
    "buy": [("item", TEXT, True), ("quantity", TEXT, False)],
    "sell": [("item", TEXT, True), ("quantity", TEXT, False), QUALITY],
    "prices": [],
    "prices-sell": [],
    "give": [("user", MEMBER, True), ("item", TEXT, True), ("quantity", TEXT, False), QUALITY],
    "upgrade": [("recipe", TEXT, True), ("quantity", TEXT, False), QUALITY],
    "disassemble": [("item", TEXT, True), ("quantity", TEXT, False), QUALITY],
    "recipes": [],
    "jobs": [("user", MEMBER, False)],
    "leaderboard": [("metric", TEXT, False), ("limit", INTEGER, False)],
    "stats": [("user", MEMBER, False)],
    "rank": [("metric", TEXT, False), ("user", MEMBER, False)],
    "balance": [("user", MEMBER, False)],
    "achievements": [("user", MEMBER, False)],
    "world": [],
    "quests": [],
    "claimquest": [("quest_id", INTEGER, True)],
    "link": [("token", TEXT, False), ("confirm", FLAG, False), ("number", INTEGER, False)],
    "unlink": [("platform", TEXT, True), ("confirm", FLAG, False)],
}
ADMINISTRATORS = {
    "add-item": [("user", MEMBER, True), ("item", TEXT, True), ("quantity", INTEGER, True)],
    "remove-item": [("user", MEMBER, True), ("item", TEXT, True), ("quantity", TEXT, True), QUALITY],
    "admin-award-xp": [
        ("platform", TEXT, True),
        ("username", TEXT, True),
        ("job", TEXT, True),
        ("amount", INTEGER, True),
    ],
    "timeout-set": [
        ("platform", TEXT, True),
        ("username", TEXT, True),
        ("duration", INTEGER, True),
        ("reason", TEXT, False),
    ],
    "timeout-clear": [("platform", TEXT, True), ("username", TEXT, True)],
    "admin-unlock": [("node", TEXT, True), ("level", INTEGER, False)],
    "admin-relock": [("node", TEXT, True), ("level", INTEGER, False)],
    "admin-unlock-all": [],
    "admin-instant-resolve": [],
    "admin-reset-tree": [("confirmation", TEXT, True)],
    "admin-tree-status": [],
    "admin-start-voting": [],
    "admin-end-voting": [],
    "admin-contribution": [("amount", INTEGER, True)],
    "admin-reload-weights": [],
    "admin-cache-stats": [],
    "reload": [("command-name", TEXT, False)],
    "exclude": [("platform", TEXT, True), ("username", TEXT, False), ("id", TEXT, False)],
    "include": [("platform", TEXT, True), ("username", TEXT, False), ("id", TEXT, False)],
    "excluded-accounts": [],
    "admin-pace": [("pace", TEXT, False)],
    "admin-follow": [("user", MEMBER, False)],
    "admin-features": [],
    "admin-feature": [("feature", TEXT, True), ("position", TEXT, True)],
}
OURS = {"help"}
PLATFORMS = ["twitch", "youtube", "discord"]
CHOICES = {
    (name, "quality"): ["CURSED", "JUNK", "POOR", "COMMON", "UNCOMMON", "RARE", "EPIC", "LEGENDARY"]
    for name, options in (EVERYBODYS | ADMINISTRATORS).items()
    if QUALITY in options
} | {
    ("inventory", "filter"): ["upgrade", "sellable", "consumable"],
    ("leaderboard", "metric"): ["engagement_score", "money", "items", "messages", "contribution"],
    ("rank", "metric"): ["engagement_score", "money", "items", "messages", "contribution"],
    ("unlink", "platform"): ["twitch", "youtube", "discord"],
    ("exclude", "platform"): PLATFORMS,
    ("include", "platform"): PLATFORMS,
    ("admin-feature", "position"): ["on", "off"],
    ("admin-award-xp", "platform"): PLATFORMS,
    ("timeout-set", "platform"): PLATFORMS,
    ("timeout-clear", "platform"): PLATFORMS,
}
LIMITS = {
    ("claimquest", "quest_id"): (1, None),
    ("admin-award-xp", "amount"): (1, 10_000),
    ("timeout-set", "duration"): (1, 86_400),
}
SUGGESTED = {
    ("info", "feature"),
    ("use", "item"),
    ("use", "quantity"),
    ("gamble-start", "item"),
    ("buy", "item"),
    ("sell", "item"),
    ("give", "item"),
    ("upgrade", "recipe"),
    ("disassemble", "item"),
    ("admin-award-xp", "job"),
    ("admin-unlock", "node"),
    ("admin-relock", "node"),
    ("admin-feature", "feature"),
}

REGISTERED = {each["name"]: each for each in payload()}
OPTIONS = {(name, option["name"]): option for name, each in REGISTERED.items() for option in each["options"]}


def test_there_are_these_commands_and_no_others():
    assert REGISTERED.keys() == COMMANDS.keys() == EVERYBODYS.keys() | ADMINISTRATORS.keys() | OURS


@pytest.mark.parametrize("name", [*EVERYBODYS, *ADMINISTRATORS])
def test_each_has_its_options(name: str):
    told = [(option["name"], option["type"], option["required"]) for option in REGISTERED[name]["options"]]

    assert told == (EVERYBODYS | ADMINISTRATORS)[name]


@pytest.mark.parametrize("name", [*EVERYBODYS, *ADMINISTRATORS])
def test_administrators_commands_are_theirs_alone(name: str):
    theirs = name in ADMINISTRATORS

    assert REGISTERED[name]["default_member_permissions"] == ("8" if theirs else None)
    assert COMMANDS[name].admin == theirs


def test_choices_are_these():
    told = {
        key: [choice["value"] for choice in option["choices"]] for key, option in OPTIONS.items() if "choices" in option
    }

    assert told == CHOICES


def test_numbers_have_their_limits():
    assert {key: (OPTIONS[key]["min_value"], OPTIONS[key].get("max_value")) for key in LIMITS} == LIMITS


def test_suggestions_are_made_where_people_expect_them():
    assert {key for key, option in OPTIONS.items() if option.get("autocomplete")} >= SUGGESTED
