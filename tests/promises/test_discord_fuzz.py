"""Every interaction that Discord might send is answered within Discord's limits and time."""

from __future__ import annotations

import json
import time
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from community.catalog.content import items
from doors.discord.commands import COMMANDS, COMPONENTS
from functions.shared.discord import catalogue as catalogue  # declares every command
from kernel.database import Connection
from tests.promises.preparation import prepare_players
from tests.support.api import discord as discord
from tests.support.api import environment as environment
from tests.support.discord_client import DiscordClient, Person, interaction
from tests.support.discord_limits import check_answer

SECONDS = 3.0
PEOPLE = (Person("500000000000000001", "player1"), Person("500000000000000002", "x" * 100), Person("7", "ö̲ 🎲*_`"))
WORDS = [
    *("spade", "lootbox", "firepot", "money", "unicorn", "", "0", "-1", "all", "scholar", "rainbow", "discord"),
    *("twitch", "youtube", "x" * 6000, "@everyone", "'; --", "\u202e", "%s", "{0}", "1e9", "feature_gamble"),
    *list(items.by_name)[:5],
]
NUMBERS = [0, 1, 2, -1, 25, 2**31, 2**53, -(2**63), 2**63, 2**64, 10**30]

values = (
    st.sampled_from(WORDS)
    | st.sampled_from(NUMBERS)
    | st.booleans()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=30)
    | st.none()
    | st.sampled_from([person.id for person in PEOPLE])
    | st.lists(st.integers(), max_size=2)
)
types = st.sampled_from([3, 4, 5, 6, 10, 11, 1, 2, 99])
words = st.sampled_from(WORDS) | st.text(max_size=12)
custom_ids = st.builds(
    lambda name, more: ":".join([name, *more])[:100], st.sampled_from(sorted(COMPONENTS)), st.lists(words, max_size=4)
)


@st.composite
def commands(draw: st.DrawFn) -> dict[str, Any]:
    command = COMMANDS[draw(st.sampled_from(sorted(COMMANDS)))]
    names = [option.name for option in command.options]
    given = draw(st.lists(st.sampled_from(names), unique=True)) if names else []
    options = [
        {"name": name, "type": draw(types), "value": draw(values), "focused": draw(st.booleans())} for name in given
    ]
    people = {person.id: person.user for person in PEOPLE}
    return {"id": "1", "name": command.name, "type": 1, "options": options, "resolved": {"users": people}}


@st.composite
def components(draw: st.DrawFn) -> dict[str, Any]:
    written = draw(st.lists(st.tuples(words, st.text(max_size=50)), max_size=3))
    rows = [{"type": 1, "components": [{"custom_id": name, "type": 4, "value": text}]} for name, text in written]
    chosen = draw(st.lists(words, max_size=3))
    return {"custom_id": draw(custom_ids), "component_type": 3, "values": chosen, "components": rows}


@pytest.mark.slow
@settings(
    max_examples=2000,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    data=st.one_of(commands(), components()),
    type=st.sampled_from([2, 3, 4, 5]),
    who=st.sampled_from(PEOPLE),
    admin=st.booleans(),
    asker=st.sampled_from(PEOPLE) | st.none(),
)
def test_no_interaction_from_discord_causes_a_server_error_or_takes_too_long(
    discord: DiscordClient,
    conn: Connection,
    data: dict[str, Any],
    type: int,
    who: Person,
    admin: bool,
    asker: Person | None,
):
    _furnish(conn)
    payload = interaction(type, who, data, admin=admin)
    if asker:
        payload["message"] = {"id": "1", "interaction_metadata": {"user": asker.user}}
    begun = time.monotonic()

    answer = discord.post(json.dumps(payload))

    assert time.monotonic() - begun < SECONDS
    assert answer["statusCode"] in (200, 400)
    if answer["statusCode"] == 200:
        check_answer(json.loads(answer["body"]))
    assert "wrong on our side" not in answer["body"]


_furnished: set[int] = set()


def _furnish(conn: Connection) -> None:
    if id(conn) not in _furnished:
        prepare_players(conn, Random(1))
        _furnished.add(id(conn))
