from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import uuid4

import pytest
from msgspec.structs import replace

from community.catalog.models import Names
from community.linking import models
from community.linking.models import Guesses, LinkState, LinkToken, TooManyGuesses
from community.linking.rules import (
    ALPHABET,
    GUESS_WINDOW,
    GUESSES_PER_ACCOUNT,
    GUESSES_PER_ADDRESS,
    TOKEN_LENGTH,
    TOKEN_LIFE,
    answer_to_wrong_code,
    draw_token,
    in_list_order,
    require_claimable,
    require_confirmable,
    require_guess_left,
    require_unlinkable,
)
from community.players.models import Link, Player, PlayerRef
from community.progression.models import CommunityState
from kernel.errors import DomainError

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SOURCE = PlayerRef("twitch", "1", "alice")
TARGET = PlayerRef("discord", "2")
PENDING = LinkToken("ABC234", LinkState.PENDING, SOURCE, (), NOW + timedelta(minutes=10))
CLAIM = models.Claim(1, TARGET)
CLAIMED = replace(PENDING, state=LinkState.CLAIMED, claims=(CLAIM,), last_number=1)
AT_THE_END = NOW + timedelta(minutes=10)


def player_on(*platforms: str) -> Player:
    return Player(
        id=uuid4(),
        username="alice",
        links={platform: Link("1", "alice") for platform in platforms},
        state=CommunityState(uuid4(), {}, Names({}, {})),
        created_at=NOW,
        updated_at=NOW,
    )


def test_a_code_has_nine_characters_that_can_be_read_aloud():
    drawn = {draw_token(Random(seed)) for seed in range(500)}

    assert {len(token) for token in drawn} == {9}
    assert set("".join(drawn)) == set(ALPHABET) == set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")


def test_a_thousand_open_codes_are_not_guessed():
    windows = TOKEN_LIFE // GUESS_WINDOW + 1
    codes = len(ALPHABET) ** TOKEN_LENGTH

    assert windows * GUESSES_PER_ADDRESS * 1000 / codes < 1e-6
    assert windows * GUESSES_PER_ACCOUNT * 100 * 1000 / codes < 1e-6  # a hundred accounts


@pytest.mark.parametrize(
    ("by_account", "by_address", "refused"),
    [
        (10, 10, False),
        (11, 11, True),
        (11, None, True),
        (2, 30, False),
        (2, 31, True),
        (1, 31, False),  # the first guess of an account is tried, no matter what others did
    ],
)
def test_an_account_has_ten_guesses_a_minute_and_an_address_thirty(
    by_account: int, by_address: int | None, refused: bool
):
    account = Guesses(by_account, NOW + timedelta(seconds=60))
    address = Guesses(by_address, NOW + timedelta(seconds=60)) if by_address else None

    with pytest.raises(TooManyGuesses) if refused else nullcontext():
        require_guess_left(account, address, NOW)


def test_where_too_many_guess_a_wrong_code_says_only_when_to_go_on():
    wrong = models.UnknownToken(token="AAAAAAAAA")
    ends_at = NOW + timedelta(seconds=41.5)

    answer = answer_to_wrong_code(wrong, Guesses(31, ends_at), NOW)

    assert (type(answer), answer.details) == (TooManyGuesses, {"seconds": 42})
    assert answer_to_wrong_code(wrong, Guesses(30, ends_at), NOW) is wrong
    assert answer_to_wrong_code(wrong, None, NOW) is wrong


def test_a_pending_code_can_be_claimed_until_its_last_moment():
    before_the_end = AT_THE_END - timedelta(microseconds=1)

    assert require_claimable(PENDING, "ABC234", TARGET, before_the_end) is PENDING


@pytest.mark.parametrize(
    ("token", "by", "now", "error"),
    [
        (None, TARGET, NOW, models.UnknownToken),
        (replace(CLAIMED, state=LinkState.CONFIRMED), TARGET, NOW, models.TokenUsedUp),
        (replace(PENDING, state=LinkState.EXPIRED), TARGET, NOW, models.TokenExpired),
        (PENDING, TARGET, AT_THE_END, models.TokenExpired),
        (CLAIMED, TARGET, AT_THE_END, models.TokenExpired),
        (PENDING, SOURCE, NOW, models.ClaimedByItsOwner),
        (PENDING, replace(SOURCE, username="another name"), NOW, models.ClaimedByItsOwner),
    ],
)
def test_a_claim_is_refused_for(token: LinkToken | None, by: PlayerRef, now: datetime, error: type[DomainError]):
    with pytest.raises(error):
        require_claimable(token, "ABC234", by, now)


def test_the_same_id_on_another_platform_is_another_account():
    assert require_claimable(PENDING, "ABC234", PlayerRef("discord", "1"), NOW) is PENDING


def test_a_claimed_code_can_be_confirmed_until_its_last_moment():
    assert require_confirmable(CLAIMED, AT_THE_END - timedelta(microseconds=1)) == (CLAIMED, CLAIM)


@pytest.mark.parametrize(
    ("token", "now", "error"),
    [
        (None, NOW, models.NothingToConfirm),
        (PENDING, NOW, models.NotClaimedYet),
        (PENDING, AT_THE_END, models.TokenExpired),
        (CLAIMED, AT_THE_END, models.TokenExpired),
    ],
)
def test_a_confirmation_is_refused_for(token: LinkToken | None, now: datetime, error: type[DomainError]):
    with pytest.raises(error):
        require_confirmable(token, now)


def test_every_refusal_is_a_link_token_error_that_reads_differently():
    refusals: list[Callable[..., DomainError]] = [
        models.UnknownToken,
        models.SeveralClaims,
        models.TokenUsedUp,
        models.TokenExpired,
        models.ClaimedByItsOwner,
        models.NothingToConfirm,
        models.NotClaimedYet,
        models.WouldReplaceItself,
        models.NotLinked,
        models.LastLink,
        models.LinkedTooRecently,
        models.UnlinkNotRequested,
        models.UnlinkTooLate,
    ]

    told = [
        refusal(token="ABC234", platform="twitch", accounts="a", newer="b", older="c", time="d") for refusal in refusals
    ]

    assert {error.code for error in told} == {"link_token"}
    assert len({str(error) for error in told}) == len(told)


def test_a_link_can_be_given_up_while_another_is_left():
    require_unlinkable(player_on("twitch", "discord"), "twitch")

    with pytest.raises(models.LastLink):
        require_unlinkable(player_on("twitch"), "twitch")
    with pytest.raises(models.NotLinked):
        require_unlinkable(player_on("twitch", "discord"), "youtube")


def test_platforms_are_listed_in_one_order():
    assert in_list_order({"youtube", "discord", "twitch"}) == ("discord", "twitch", "youtube")
    assert in_list_order(()) == ()
