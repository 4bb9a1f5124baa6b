"""The commands Discord offers, made the same as ours."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from doors.discord.api import DiscordApi
from functions.community.notify_discord import app, registration
from functions.community.notify_discord.registration import Difference, Scope, compare, remove, sync
from tests.support.fake_discord import APPLICATION, GUILD, TOKEN, FakeDiscord, fake_discord
from tests.support.outer_ring import Time, batch, envelope, outer_ring, use_settings, waiting

EVERYWHERE = Scope(APPLICATION)
SERVER = Scope(APPLICATION, GUILD)

COMMANDS: list[dict[str, Any]] = [
    {"name": "ping", "description": "Are you there?"},
    {
        "name": "buy",
        "type": 1,
        "description": "Buy something",
        "description_localizations": {"de": "Kauf etwas"},
        "default_member_permissions": "8",
        "contexts": [1, 0],
        "options": [
            {"type": 3, "name": "item", "description": "What", "required": True, "autocomplete": True},
            {"type": 4, "name": "quantity", "description": "How many", "required": False, "min_value": 0},
            {"type": 3, "name": "how", "description": "How", "choices": [{"name": "Fast", "value": "fast"}]},
        ],
    },
]


@pytest.fixture
def discord() -> Iterator[FakeDiscord]:
    with fake_discord() as peer:
        yield peer


@pytest.fixture
def api(discord: FakeDiscord) -> DiscordApi:
    return DiscordApi(discord.url, lambda: TOKEN)


def methods(discord: FakeDiscord) -> list[str]:
    return [method for method, _, _ in discord.requests]


def changed(*path: str | int, to: Any) -> list[dict[str, Any]]:
    commands: Any = deepcopy(COMMANDS)
    scope = commands[1]
    for key in path[:-1]:
        scope = scope[key]
    scope[path[-1]] = to
    return commands


@pytest.mark.parametrize("scope", [EVERYWHERE, SERVER])
def test_what_is_there_already_is_not_sent_again(discord: FakeDiscord, api: DiscordApi, scope: Scope):
    assert sync(api, scope, COMMANDS) == Difference(added=("buy", "ping"))
    assert not sync(api, scope, COMMANDS)

    assert methods(discord) == ["GET", "PUT", "GET"]
    assert [command["name"] for command in discord.commands[scope.path]] == ["ping", "buy"]


@pytest.mark.parametrize(
    "commands",
    [
        changed("name", to="purchase"),
        changed("description", to="Buy a thing"),
        changed("description_localizations", to={"de": "Kaufe"}),
        changed("default_member_permissions", to=None),
        changed("contexts", to=[0]),
        changed("options", to=[]),
        changed("options", 0, "type", to=4),
        changed("options", 0, "required", to=False),
        changed("options", 0, "autocomplete", to=False),
        changed("options", 0, "name", to="thing"),
        changed("options", 0, "name_localizations", to={"de": "ding"}),
        changed("options", 1, "min_value", to=1),
        changed("options", 1, "min_value", to=None),
        changed("options", 1, "max_value", to=5),
        changed("options", 2, "choices", 0, "value", to="quick"),
        changed("options", 2, "choices", 0, "name", to="Quick"),
        COMMANDS[:1],
        [*COMMANDS, {"name": "sell", "description": "Sell"}],
    ],
)
def test_whatever_differs_is_seen_and_all_are_sent(
    discord: FakeDiscord, api: DiscordApi, commands: list[dict[str, Any]]
):
    sync(api, EVERYWHERE, COMMANDS)

    assert sync(api, EVERYWHERE, commands)
    assert not sync(api, EVERYWHERE, commands)

    assert methods(discord) == ["GET", "PUT", "GET", "PUT", "GET"]


def test_a_server_has_no_contexts_to_compare(api: DiscordApi):
    sync(api, SERVER, COMMANDS)

    assert not sync(api, SERVER, changed("contexts", to=[2]))


def test_force_sends_what_is_the_same(discord: FakeDiscord, api: DiscordApi):
    sync(api, EVERYWHERE, COMMANDS)

    assert not sync(api, EVERYWHERE, COMMANDS, force=True)

    assert methods(discord) == ["GET", "PUT", "GET", "PUT"]


def test_a_command_goes_by_its_name(discord: FakeDiscord, api: DiscordApi):
    sync(api, EVERYWHERE, COMMANDS)

    assert [remove(api, EVERYWHERE, "ping"), remove(api, EVERYWHERE, "ping")] == [True, False]

    assert [command["name"] for command in discord.commands[EVERYWHERE.path]] == ["buy"]


def test_a_difference_says_what_differs():
    difference = compare(EVERYWHERE, [COMMANDS[0], changed("description", to="?")[1]], [COMMANDS[1]])

    assert str(difference) == "changed: buy; removed: ping"
    assert str(Difference()) == "nothing differs"


@pytest.mark.parametrize(("force", "puts"), [(False, 1), (True, 2)])
def test_an_administrator_may_ask_for_it(discord: FakeDiscord, monkeypatch: pytest.MonkeyPatch, force: bool, puts: int):
    with outer_ring(
        monkeypatch,
        discord_api_url=discord.url,
        discord_bot_token=TOKEN,
        discord_application_id=APPLICATION,
        discord_guild_id=GUILD,
        discord_force_command_update=force,
    ):
        asked = [envelope(app.SYNC, {"commands": COMMANDS, "remove": None}) for _ in range(2)]
        asked.append(envelope(app.SYNC, {"commands": [], "remove": "ping"}))
        assert waiting(app.handler(batch(*asked), Time())) == []

    assert methods(discord).count("PUT") == puts
    assert [command["name"] for command in discord.commands[SERVER.path]] == ["buy"]


def test_without_an_application_nothing_is_synced(discord: FakeDiscord, monkeypatch: pytest.MonkeyPatch):
    with outer_ring(monkeypatch, discord_api_url=discord.url):
        use_settings(monkeypatch, discord_application_id="")
        assert waiting(app.handler(batch(envelope(app.SYNC, {"commands": COMMANDS, "remove": None})), Time())) == []

    assert discord.requests == []


def test_a_zero_says_something():
    assert registration.compare(EVERYWHERE, changed("options", 1, "min_value", to=None), COMMANDS)
