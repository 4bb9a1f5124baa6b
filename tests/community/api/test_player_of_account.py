"""/api/auth/player: an account with an e-mail address finds its player by a linking code."""

from __future__ import annotations

from typing import Any

import pytest

from community.linking import rules
from kernel.database import Connection, transaction
from tests.support.api import Answer, CallApi
from tests.support.people import Someone, make_someone

PLAYER = "/api/auth/player"
ALICE = {"platform": "twitch", "platform_id": "1001", "username": "alice"}
ON_DISCORD = {"platform": "discord", "platform_id": "2002", "username": "alice_d"}


@pytest.fixture
def ann(environment: Connection) -> Someone:
    with transaction(environment) as tx:
        return make_someone(tx, "Ann")


def ask(call: CallApi, someone: Someone, method: str = "GET", body: Any = None) -> Answer:
    return call(method, PLAYER, body, role=None, headers=someone.headers)


def start(call: CallApi, account: dict[str, str] = ALICE) -> str:
    return call("POST", "/api/v1/link/initiate", account).json["token"]


def confirm(call: CallApi, account: dict[str, str] = ALICE) -> Answer:
    return call("POST", "/api/v1/link/confirm", account)


def link(call: CallApi, someone: Someone, account: dict[str, str] = ALICE) -> None:
    assert ask(call, someone, "POST", {"code": start(call, account)}).status == 202
    assert confirm(call, account).status == 200


def name_of(call: CallApi, someone: Someone) -> str | None:
    return ask(call, someone).json.get("player", {}).get("username")


def play(call: CallApi, account: dict[str, str] = ALICE) -> None:
    call("POST", "/api/v1/message/handle", account | {"message": "hi"})


def test_a_player_starts_an_account_claims_and_the_player_confirms(call: CallApi, ann: Someone):
    play(call)
    assert ask(call, ann).json.keys() == {"message"}

    claimed = ask(call, ann, "POST", {"code": start(call).lower()})

    assert (claimed.status, claimed.json["claimed"]["account"]) == (202, "alice on twitch")
    assert ask(call, ann).json.keys() == {"claimed", "message"}
    asked = call("GET", "/api/v1/link/status", query={"platform": "twitch", "platform_id": "1001"}).json
    assert "Ann on the website" in asked["message"]
    confirmed = confirm(call)
    assert (confirmed.status, confirmed.json["linked_platforms"]) == (200, ["twitch"])
    mine = ask(call, ann).json
    assert (mine["player"]["username"], mine["player"]["platforms"]) == ("alice", ["twitch"])
    assert "claimed" not in mine


def test_who_has_never_played_becomes_a_player(call: CallApi, ann: Someone):
    link(call, ann)

    assert name_of(call, ann) == "alice"


def test_without_the_players_word_nothing_is_linked(call: CallApi, ann: Someone, environment: Connection):
    ask(call, ann, "POST", {"code": start(call)})

    assert name_of(call, ann) is None
    environment.execute("UPDATE link_tokens SET expires_at = now()")
    assert confirm(call).status == 400
    assert name_of(call, ann) is None


def test_an_account_moves_with_a_merge(call: CallApi, ann: Someone, environment: Connection):
    """The player that is left has the account, whichever of the two had it; where both had one, the keeper's stays."""
    play(call)
    play(call, ON_DISCORD)
    link(call, ann, ON_DISCORD)

    call("POST", "/api/v1/link/claim", ON_DISCORD | {"token": start(call)})
    assert confirm(call).status == 200

    mine = ask(call, ann).json["player"]
    assert (mine["username"], mine["platforms"]) == ("alice", ["discord", "twitch"])


def test_where_both_players_have_an_account_the_keepers_stays(call: CallApi, ann: Someone, environment: Connection):
    with transaction(environment) as tx:
        bob = make_someone(tx, "Bob")
    link(call, ann)
    link(call, bob, ON_DISCORD)

    call("POST", "/api/v1/link/claim", ON_DISCORD | {"token": start(call)})
    confirm(call)

    assert [name_of(call, someone) for someone in (ann, bob)] == ["alice", None]


def test_an_account_stays_when_a_platform_is_unlinked(call: CallApi, ann: Someone):
    link(call, ann)
    link_on_discord(call)

    unlink(call, "discord")

    assert ask(call, ann).json["player"]["platforms"] == ["twitch"]


def test_another_account_takes_the_place_of_the_first(call: CallApi, ann: Someone, environment: Connection):
    """So a player who has confirmed a wrong one gets rid of it."""
    with transaction(environment) as tx:
        bob = make_someone(tx, "Bob")
    link(call, ann)

    link(call, bob)

    assert [name_of(call, someone) for someone in (ann, bob)] == [None, "alice"]


def unlink(call: CallApi, platform: str) -> None:
    for confirmed in (False, True):
        body = ALICE | {"target_platform": platform, "confirm": confirmed}
        assert call("POST", "/api/v1/link/unlink", body).status == 200


def link_on_discord(call: CallApi) -> None:
    call("POST", "/api/v1/link/claim", ON_DISCORD | {"token": start(call)})
    assert confirm(call).status == 200


def test_for_a_day_who_claimed_confirms_no_account(call: CallApi, ann: Someone):
    play(call)
    link_on_discord(call)
    ask(call, ann, "POST", {"code": start(call, ON_DISCORD)})

    assert confirm(call, ON_DISCORD).json["code"] == "link_token"
    assert name_of(call, ann) is None


def test_an_account_goes_with_who_brought_it_today(call: CallApi, ann: Someone):
    play(call)
    link(call, ann, ON_DISCORD)
    link_on_discord(call)
    assert name_of(call, ann) == "alice"

    unlink(call, "discord")

    assert name_of(call, ann) is None


@pytest.mark.parametrize("way", ["claimed", "registered"])
def test_an_account_goes_when_another_replaces_the_one_that_brought_it_today(call: CallApi, ann: Someone, way: str):
    play(call)
    link(call, ann, ON_DISCORD)
    link_on_discord(call)
    own = {"platform": "discord", "platform_id": "3003", "username": "alice_herself"}

    if way == "claimed":
        call("POST", "/api/v1/link/claim", own | {"token": start(call)})
        assert confirm(call).status == 200
    else:
        known, new = (
            {f"{prefix}_{name}": account[name] for name in ("platform", "platform_id")}
            for prefix, account in (("known", ALICE), ("new", own))
        )
        assert call("POST", "/api/v1/user/register", known | new | {"username": "alice"}).status == 200

    assert name_of(call, ann) is None


def test_an_account_that_links_again_leaves_its_player(call: CallApi, ann: Someone):
    link(call, ann)

    link(call, ann, ON_DISCORD)

    assert name_of(call, ann) == "alice_d"


def test_a_forgotten_player_leaves_no_link(call: CallApi, ann: Someone):
    link(call, ann)
    asked = call("POST", "/api/v1/admin/players/forget", ALICE).json

    done = call("POST", "/api/v1/admin/players/forget", ALICE | {"confirm": asked["confirm"]})

    assert done.status == 200
    assert name_of(call, ann) is None


def test_an_account_unlinks_itself(call: CallApi, ann: Someone):
    link(call, ann)

    assert ask(call, ann, "DELETE").status == 200
    again = ask(call, ann, "DELETE")
    assert (again.status, again.json["error"]["code"]) == (404, "NOT_FOUND")
    assert name_of(call, ann) is None


def test_a_deleted_account_is_no_players_any_more(call: CallApi, ann: Someone, environment: Connection):
    code = start(call)
    ask(call, ann, "POST", {"code": code})
    environment.execute("DELETE FROM kernel.accounts")

    refused = confirm(call)

    assert (refused.status, refused.json["code"]) == (400, "link_token")
    assert environment.execute("SELECT FROM player_accounts").fetchall() == []


def test_codes_are_guessed_as_rarely_as_elsewhere(call: CallApi, ann: Someone):
    given = [ask(call, ann, "POST", {"code": f"GUESS{n:04}"}).status for n in range(rules.GUESSES_PER_ACCOUNT + 1)]

    assert given == [400] * rules.GUESSES_PER_ACCOUNT + [429]


def test_only_someone_who_is_signed_in(call: CallApi):
    for method, body in (("GET", None), ("POST", {"code": "A"}), ("POST", {}), ("DELETE", None)):
        answer = call(method, PLAYER, body)  # an administrator's key is no sign-in
        assert (answer.status, answer.json["error"]["code"]) == (401, "UNAUTHORIZED")


def test_no_one_plays_on_the_website(call: CallApi):
    account = {"platform": "web", "platform_id": "1", "username": "ann"}

    assert call("POST", "/api/v1/link/initiate", account).json["code"] == "invalid_platform"
