"""One person's accounts on Discord and elsewhere."""

from __future__ import annotations

from typing import Any

import pytest

from community.linking import service as linking
from community.players.models import PlayerRef
from kernel.database import Connection, transaction
from tests.support.discord_client import DiscordAnswer, DiscordClient, Person
from tests.support.factories import announced, make_player, stored

ALICE = Person("500000000000000001", "alice")
ON_TWITCH = PlayerRef("twitch", "4711", "alice_tv")


@pytest.fixture(autouse=True)
def _players(environment: Connection) -> None:
    with transaction(environment) as tx:
        make_player(tx, "alice", platform="discord", platform_id=ALICE.id, money=5)
        make_player(tx, "alice_tv", platform="twitch", platform_id="4711", money=7)


def code_of(told: DiscordAnswer) -> str:
    return told.custom_id("Confirm").rpartition(":")[2]


def platforms(conn: Connection) -> set[str]:
    with transaction(conn) as tx:
        return set(stored(tx, ALICE.player).links)


def claim_on_twitch(conn: Connection, code: str) -> None:
    with transaction(conn) as tx:
        linking.claim_link(tx, code, ON_TWITCH)


def linked(discord: DiscordClient, conn: Connection) -> None:
    claim_on_twitch(conn, code_of(discord.command(ALICE, "link")))
    asked = discord.command(ALICE, "link", confirm=True)
    discord.press(ALICE, asked.custom_id("That is me: link"))
    assert platforms(conn) == {"discord", "twitch"}


def test_linking_begins_with_a_code_that_only_the_caller_sees(discord: DiscordClient):
    told = discord.command(ALICE, "link")

    assert told.private
    assert f"Your code is {code_of(told)}." in told.text
    assert "/link confirm" in told.text


def test_a_code_that_was_claimed_elsewhere_is_confirmed_with_a_button(discord: DiscordClient, conn: Connection):
    told = discord.command(ALICE, "link")
    claim_on_twitch(conn, code_of(told))

    asked = discord.press(ALICE, told.custom_id("Confirm"))
    assert "claimed by alice\\_tv on twitch." in asked.text
    assert platforms(conn) == {"discord"}

    first, second = (discord.press(ALICE, asked.custom_id("That is me: link")) for _ in range(2))

    assert first.answer["type"] == 7
    assert "linked with alice\\_tv on twitch. You play from discord, twitch now." in first.text
    assert first.components == []
    assert second.answer == first.answer
    assert platforms(conn) == {"discord", "twitch"}
    with transaction(conn) as tx:
        assert len(announced(tx, "user.merged")) == 1


def test_of_several_accounts_that_have_claimed_a_code_one_is_named_by_its_number(
    discord: DiscordClient, conn: Connection
):
    told = discord.command(ALICE, "link")
    with transaction(conn) as tx:
        linking.claim_link(tx, code_of(told), PlayerRef("youtube", "sniper", "Mallory"))
    claim_on_twitch(conn, code_of(told))

    assert "Mallory on youtube; 2" in discord.press(ALICE, told.custom_id("Confirm")).text
    asked = discord.command(ALICE, "link", number=2)
    assert "claimed by alice\\_tv on twitch." in asked.text
    discord.press(ALICE, asked.custom_id("That is me: link"))
    assert platforms(conn) == {"discord", "twitch"}


def test_a_button_pressed_too_early_may_be_pressed_again(discord: DiscordClient, conn: Connection):
    told = discord.command(ALICE, "link")

    assert "not claimed yet" in discord.press(ALICE, told.custom_id("Confirm")).text
    claim_on_twitch(conn, code_of(told))
    assert "claimed by alice" in discord.press(ALICE, told.custom_id("Confirm")).text


def test_the_buttons_of_an_earlier_code_do_not_confirm_the_next(discord: DiscordClient, conn: Connection):
    told = discord.command(ALICE, "link")
    claim_on_twitch(conn, code_of(told))
    asked = discord.press(ALICE, told.custom_id("Confirm"))
    claim_on_twitch(conn, code_of(discord.command(ALICE, "link")))

    earlier = told.custom_id("Confirm"), asked.custom_id("That is me: link")

    assert all("has expired" in discord.press(ALICE, button).text for button in earlier)
    assert platforms(conn) == {"discord"}


def test_a_button_that_is_for_no_number_confirms_nothing(discord: DiscordClient, conn: Connection):
    code = code_of(discord.command(ALICE, "link"))
    claim_on_twitch(conn, code)

    for written in ("x", "\x95", "9" * 30, "-1", "0"):
        said = discord.press(ALICE, f"link:confirm:{code}:{written}").text
        assert "wrong on our side" not in said
    assert platforms(conn) == {"discord"}


def test_a_code_may_be_confirmed_with_the_command(discord: DiscordClient, conn: Connection):
    linked(discord, conn)

    assert "nothing to confirm" in discord.command(ALICE, "link", confirm=True).text


def test_a_code_from_elsewhere_is_claimed_with_the_option(discord: DiscordClient, conn: Connection):
    with transaction(conn) as tx:
        code = linking.start_link(tx, ON_TWITCH).token

    told = discord.command(ALICE, "link", token=code.lower())

    assert "If alice\\_tv on twitch confirms, everything" in told.text
    with transaction(conn) as tx:
        assert linking.confirm_link(tx, ON_TWITCH).platforms == ("discord", "twitch")


def test_a_code_from_elsewhere_is_claimed_with_a_form(discord: DiscordClient, conn: Connection):
    with transaction(conn) as tx:
        code = linking.start_link(tx, ON_TWITCH).token
    form = discord.press(ALICE, discord.command(ALICE, "link").custom_id("Enter a code"))
    assert form.answer["type"] == 9

    told = discord.submit(ALICE, form.data["custom_id"], token=f" {code} ")

    assert "If alice\\_tv on twitch confirms, everything" in told.text


@pytest.mark.parametrize("fields", [{"token": "NOSUCH"}, {}, {"other": "x"}])
def test_a_form_with_a_wrong_code_is_refused(discord: DiscordClient, fields: dict[str, Any]):
    told = discord.submit(ALICE, "link:claim", **fields)

    assert told.private
    assert "There is no code" in told.text


def test_unlinking_warns_first_and_a_double_click_unlinks_once(discord: DiscordClient, conn: Connection):
    linked(discord, conn)
    warned = discord.command(ALICE, "unlink", platform="twitch")
    assert warned.private
    assert "Confirm within 60 seconds" in warned.text
    assert platforms(conn) == {"discord", "twitch"}

    first, second = (discord.press(ALICE, warned.custom_id("Unlink")) for _ in range(2))

    assert "Your twitch account is unlinked." in first.text
    assert first.components == []
    assert second.answer == first.answer
    assert platforms(conn) == {"discord"}
    with transaction(conn) as tx:
        assert len(announced(tx, "user.unlinked")) == 1


def test_unlinking_may_be_confirmed_with_the_command(discord: DiscordClient, conn: Connection):
    linked(discord, conn)
    discord.command(ALICE, "unlink", platform="twitch")

    assert "is unlinked" in discord.command(ALICE, "unlink", platform="twitch", confirm=True).text
    assert platforms(conn) == {"discord"}


def test_what_was_not_asked_for_is_not_unlinked(discord: DiscordClient, conn: Connection):
    linked(discord, conn)

    told = discord.command(ALICE, "unlink", platform="twitch", confirm=True)

    assert "Ask to unlink twitch first" in told.text
    assert platforms(conn) == {"discord", "twitch"}


def test_the_own_account_may_be_unlinked_as_everywhere(discord: DiscordClient, conn: Connection):
    linked(discord, conn)
    warned = discord.command(ALICE, "unlink", platform="discord")

    assert "What you have stays with your other accounts." in warned.text
    assert "is unlinked" in discord.command(ALICE, "unlink", platform="discord", confirm=True).text
    with transaction(conn) as tx:
        assert set(stored(tx, ON_TWITCH).links) == {"twitch"}


def test_who_has_nothing_linked_is_told_so(discord: DiscordClient):
    stranger = Person("500000000000000003", "carol")

    assert "You have no youtube account linked" in discord.command(stranger, "unlink", platform="youtube").text
    assert discord.press(ALICE, "unlink").private


def test_there_is_no_claim_number_0_and_asking_for_it_begins_no_other_code(discord: DiscordClient, conn: Connection):
    told = discord.command(ALICE, "link")
    claim_on_twitch(conn, code_of(told))

    assert "number" in discord.command(ALICE, "link", number=0).text
    assert "claimed by alice" in discord.press(ALICE, told.custom_id("Confirm")).text
