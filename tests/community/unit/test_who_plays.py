"""Settings and content about who plays, who is protected, and whose vote counts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from community.durations import duration
from community.exclusions.content import ExcludedFile, ExcludedSection, excluded
from community.exclusions.models import ListedAccount
from community.exclusions.settings import accounts
from community.progression.models import Exclusions
from community.shields.settings import roles
from kernel.content.library import Library
from kernel.settings import SettingsError, time_zone


def test_the_communitys_own_bots_are_named_by_name_or_id():
    assert accounts("twitch:My_Bot, discord:id=123 ,youtube:The Bot,") == (
        ListedAccount("twitch", username="My_Bot"),
        ListedAccount("discord", platform_id="123"),
        ListedAccount("youtube", username="The Bot"),
    )


@pytest.mark.parametrize("given", ["my_bot", "icq:my_bot", "twitch:", "twitch: "])
def test_a_setting_that_names_no_account_stops_the_start(given: str):
    with pytest.raises(SettingsError, match="OWN_BOTS: .* not an account like twitch:my_bot"):
        accounts(given)


def test_roles_that_cannot_be_attacked_are_a_list_of_known_ones():
    assert roles(" Moderator,broadcaster,") == {"moderator", "broadcaster"}

    with pytest.raises(SettingsError, match="'mod' is not a role; the roles are broadcaster, moderator,"):
        roles("mod")


def test_a_time_zone_has_a_name(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ZONE", "Europe/Berlin")
    assert str(time_zone("ZONE")) == "Europe/Berlin"

    for given in ("Berlin", "../etc", "Europe"):
        monkeypatch.setenv("ZONE", given)
        with pytest.raises(SettingsError, match="an example is Europe/Berlin"):
            time_zone("ZONE")


def test_common_bots_are_shipped():
    listed = {(row.platform, row.name.lower()) for row in excluded.all}

    assert {("twitch", name) for name in ("nightbot", "streamelements", "sery_bot", "own3d")} <= listed
    assert {("discord", name) for name in ("mee6", "dyno", "carl-bot")} <= listed


def test_an_account_listed_twice_is_a_mistake_in_the_content():
    section = ExcludedSection(Library(excluded.library.root))
    rows = [{"platform": "twitch", "name": name} for name in ("nightbot", "NightBot")]
    section.__dict__["document"] = ExcludedFile.model_validate_json(
        '{"version": "1.0", "accounts": ' + str(rows).replace("'", '"') + "}"
    )

    assert [problem.field for problem in section.problems()] == ["accounts[1].name"]


def test_an_id_decides_where_it_is_known():
    exclusions = Exclusions(ids=frozenset({("discord", "7")}), names=frozenset({("twitch", "nightbot")}))

    assert exclusions.cover("discord", "7", "renamed")
    assert exclusions.cover("twitch", "8", "NightBot")
    assert not exclusions.cover("discord", "8", "nightbot")


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(0.5, "1 minute"), (1, "1 minute"), (61, "61 minutes"), (119, "119 minutes"), (121, "3 hours"), (2880, "2 days")],
)
def test_a_length_of_time_is_told_in_its_largest_unit(minutes: float, words: str):
    assert duration(timedelta(minutes=minutes)) == words
