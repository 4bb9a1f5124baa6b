"""The REST client, against a Discord that keeps its limits."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest

from doors.discord.api import DiscordApi, Gone, RateLimitedRoute, RateLimits, retry_until
from doors.discord.messages import Embed, message
from doors.outbound import Rejected, Unavailable
from tests.support.fake_discord import DEV, NEWS, TOKEN, WINDOW_SECONDS, FakeDiscord, fake_discord

HELLO = message(Embed("Hello"))


class Clock:
    """Stands still until it is told to go on."""

    def __init__(self) -> None:
        self.seconds = time.monotonic()

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Discord's and ours."""
    clock = Clock()
    monkeypatch.setattr(time, "monotonic", clock)
    return clock


@pytest.fixture
def discord(clock: Clock) -> Iterator[FakeDiscord]:
    with fake_discord(FakeDiscord(clock=clock)) as peer:
        yield peer


@pytest.fixture
def api(discord: FakeDiscord) -> DiscordApi:
    return DiscordApi(discord.url, lambda: TOKEN)


def test_it_stops_before_a_limit_and_is_let_in_again_after_it(discord: FakeDiscord, api: DiscordApi, clock: Clock):
    for number in range(5):
        api.post(NEWS, HELLO, str(number))

    with pytest.raises(Unavailable) as refusal:
        api.post(NEWS, HELLO, "5")
    api.post(DEV, HELLO, "elsewhere")

    assert refusal.value.retry_after is not None
    assert WINDOW_SECONDS < refusal.value.retry_after < WINDOW_SECONDS + 0.1
    clock.seconds += refusal.value.retry_after + 0.001  # what is added may not come out to the last bit
    api.post(NEWS, HELLO, "5")
    assert discord.statuses == {200: 7}


def test_a_limit_that_another_client_has_used_up_is_respected(discord: FakeDiscord, api: DiscordApi):
    for number in range(5):
        DiscordApi(discord.url, lambda: TOKEN).post(NEWS, HELLO, str(number))

    with pytest.raises(Unavailable) as refusal:
        api.post(NEWS, HELLO, "5")
    with pytest.raises(Unavailable):
        api.post(NEWS, HELLO, "5")

    assert refusal.value.retry_after is not None
    assert discord.statuses == {200: 5, 429: 1}


def test_the_global_limit_closes_every_route_of_the_bot_and_no_interactions(discord: FakeDiscord, api: DiscordApi):
    discord.per_second = 1
    api.post(NEWS, HELLO, "1")

    with pytest.raises(Unavailable) as refusal:
        api.post(NEWS, HELLO, "2")
    with pytest.raises(Unavailable):
        api.post(DEV, HELLO, "3")

    assert refusal.value.retry_after is not None
    api.answer("1", "token", {"content": "Hello"})
    assert discord.statuses[429] == 1


def test_a_lost_answer_does_not_post_twice(discord: FakeDiscord, api: DiscordApi):
    discord.losing = 1.0
    with pytest.raises(Unavailable):
        api.post(NEWS, HELLO, "same")
    discord.losing = 0.0

    message_id = api.post(NEWS, HELLO, "same")

    assert [each.id for each in discord.messages] == [message_id]


@pytest.mark.parametrize(
    ("token", "path", "kind"),
    [(TOKEN, "/channels/5/messages", Gone), ("", "/x", Rejected)],
)
def test_what_will_never_be_accepted_is_told_apart(discord: FakeDiscord, token: str, path: str, kind: type[Rejected]):
    with pytest.raises(kind):
        DiscordApi(discord.url, lambda: token).request("POST", path, HELLO)


def test_what_breaks_a_limit_of_messages_says_what(api: DiscordApi):
    with pytest.raises(Rejected, match="50035"):
        api.post(NEWS, {"embeds": [{"title": "x" * 257}]}, "1")


def test_a_server_that_fails_or_is_not_there_may_be_asked_again(discord: FakeDiscord, api: DiscordApi):
    discord.failing = 1.0
    with pytest.raises(Unavailable) as failed:
        api.post(NEWS, HELLO, "1")
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        with pytest.raises(Unavailable) as away:
            DiscordApi(f"http://127.0.0.1:{port}", lambda: TOKEN).answer("1", "a-secret", {"content": "x"})

    assert (failed.value.retry_after, away.value.retry_after) == (None, None)
    assert "a-secret" not in str(away.value)


@pytest.mark.parametrize(
    ("path", "name", "major"),
    [
        ("/channels/1/messages", "POST /channels/messages", "/channels/1"),
        ("/channels/1/messages/22", "POST /channels/messages/:id", "/channels/1"),
        ("/webhooks/1/a-b_c/messages/@original", "POST /webhooks/messages/@original", "/webhooks/1/a-b_c"),
        ("/applications/1/guilds/2/commands?a=1", "POST //applications/:id/guilds/:id/commands", ""),
    ],
)
def test_routes_are_counted_by_channel_and_webhook(path: str, name: str, major: str):
    assert RateLimitedRoute.of("POST", path) == RateLimitedRoute(name, major)


def test_limits_that_are_over_are_not_kept():
    limits = RateLimits()
    for number in range(100):
        limits.close(RateLimitedRoute.of("PATCH", f"/webhooks/1/token{number}/messages/@original"), -1)

    assert len(limits.exhausted) == 1


def test_patience_ends_with_the_time_there_is():
    waits: list[float] = []
    answers = [Unavailable("away"), Unavailable("busy", retry_after=3.0), "done"]

    def act() -> str:
        answer = answers.pop(0)
        if isinstance(answer, Unavailable):
            raise answer
        return answer

    assert retry_until(act, 10, wait=waits.append) == "done"
    assert waits == [0.5, 3.0]
    answers.append(Unavailable("busy", retry_after=30.0))
    with pytest.raises(Unavailable):
        retry_until(act, 10, wait=waits.append)
