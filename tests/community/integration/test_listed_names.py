"""Exclusions by name: whom they hit, and when they end."""

from __future__ import annotations

import pytest

from community.exclusions import service as exclusions
from community.exclusions.models import ExcludedWhenForgotten, ListedAccount, NotExcluded
from community.linking.registration import register
from community.linking.service import claim_link, confirm_link, confirm_unlink, request_unlink, start_link
from community.messages.service import Line, handle_message, handle_messages
from community.players import service as players
from community.players.models import AccountExcluded, PlayerRef, SeveralPlayers
from community.privacy.forgetting import confirmation, forget
from kernel.database import Tx
from tests.support.factories import hold_target, make_player, stored

ONE, OTHER = PlayerRef("youtube", "y-1", "Trl x"), PlayerRef("youtube", "y-2", "trl X")
NAME = ListedAccount("youtube", username="trl x")


def excluded(tx: Tx, *accounts: PlayerRef) -> list[bool]:
    """Whether their next lines are those of excluded players."""
    return [handle_message(tx, account, "hello")[0].excluded for account in accounts]


def forgotten(tx: Tx, account: PlayerRef) -> None:
    forget(tx, account, confirmation(stored(tx, account).id))


def test_a_code_attaches_no_excluded_account(tx: Tx):
    alice, stranger = make_player(tx, "alice"), PlayerRef("discord", "d-7", "stranger")
    exclusions.exclude(tx, ListedAccount("discord", "d-7"))
    claim_link(tx, start_link(tx, alice).token, stranger)

    with pytest.raises(AccountExcluded):
        confirm_link(tx, alice)

    assert not stored(tx, alice).excluded


def test_a_name_that_several_players_have_hits_none_of_them(tx: Tx):
    assert excluded(tx, ONE, OTHER) == [False, False]

    for change in (exclusions.exclude, exclusions.include):
        with pytest.raises(SeveralPlayers):
            change(tx, NAME)
    exclusions.exclude(tx, ListedAccount("youtube", "y-1", "Trl x"))

    assert excluded(tx, ONE, OTHER) == [True, False]


def test_a_name_that_no_player_had_hits_all_who_come_with_it_and_frees_all(tx: Tx):
    exclusions.exclude(tx, NAME)
    assert excluded(tx, ONE, OTHER) == [True, True]
    exclusions.exclude(tx, NAME)

    exclusions.include(tx, NAME)

    assert excluded(tx, ONE, OTHER) == [False, False]


def test_a_listed_name_stays_listed_when_one_who_has_it_is_forgotten(tx: Tx):
    hold_target(tx)
    exclusions.exclude(tx, NAME)
    assert excluded(tx, ONE, OTHER) == [True, True]

    forgotten(tx, ONE)

    assert excluded(tx, OTHER, ONE) == [True, True]


def test_to_take_a_listed_name_excludes_no_known_player(tx: Tx):
    exclusions.exclude(tx, NAME)
    viewer = PlayerRef("youtube", "y-3", "Viewer")
    handle_message(tx, viewer, "hello")
    renamed = PlayerRef("youtube", "y-3", "TRL X")

    for _ in range(2):
        assert not players.load(tx, renamed).excluded
        assert excluded(tx, renamed, ONE) == [False, True]
    (player, _), _ = handle_messages(tx, "youtube", [Line(renamed, "hello"), Line(OTHER, "hello")])
    assert not player.excluded


def test_to_give_up_a_listed_name_frees_no_one(tx: Tx):
    exclusions.exclude(tx, NAME)
    handle_message(tx, ONE, "hello")
    renamed = PlayerRef("youtube", "y-1", "Harmless")

    for _ in range(2):
        with pytest.raises(AccountExcluded):
            players.load(tx, renamed)
        assert excluded(tx, renamed) == [True]


def test_to_free_by_name_a_player_who_was_forgotten(tx: Tx):
    hold_target(tx)
    handle_message(tx, ONE, "hello")
    exclusions.exclude(tx, NAME)
    forgotten(tx, ONE)

    with pytest.raises(ExcludedWhenForgotten, match="give the id of the account"):
        exclusions.include(tx, NAME)
    with pytest.raises(NotExcluded, match=r"excluded accounts\.$"):
        exclusions.include(tx, ListedAccount("youtube", "y-9"))
    assert excluded(tx, ONE) == [True]
    exclusions.include(tx, NAME)  # which is the name of a player again

    assert excluded(tx, ONE) == [False]


def test_of_a_person_two_players_who_were_excluded_apart_are_freed_apart(tx: Tx):
    hold_target(tx)
    first, second = PlayerRef("twitch", "t-1", "al"), PlayerRef("discord", "d-1", "al")
    register(tx, first, second)
    request_unlink(tx, first, "discord")
    confirm_unlink(tx, first, "discord")
    handle_message(tx, second, "hello")
    for account in (first, second):
        exclusions.exclude(tx, ListedAccount(account.platform, str(account.platform_id)))
        forgotten(tx, account)

    exclusions.include(tx, ListedAccount("twitch", "t-1"))

    assert excluded(tx, first, second) == [False, True]


def test_no_excluded_account_is_added_to_a_player(tx: Tx):
    alice = PlayerRef("discord", "d-1", "alice")
    handle_message(tx, alice, "hello")
    exclusions.exclude(tx, NAME)

    with pytest.raises(AccountExcluded, match="Trl x"):
        register(tx, alice, ONE)
    with pytest.raises(AccountExcluded):
        register(tx, PlayerRef("discord", "d-2", "stranger"), ONE)

    assert not stored(tx, alice).excluded
    assert register(tx, ONE, ONE)[0].excluded
