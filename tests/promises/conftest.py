"""A running stack with a fake Discord and a fake Streamer.bot."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.stack.process import StackProcess
from tests.support.fake_discord import APPLICATION, DEV, NEWS, TOKEN, FakeDiscord, fake_discord
from tests.support.fake_streamerbot import FakeStreamerbot


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--minutes", type=float, default=2.0, help="how long the storm of kills rages")


@pytest.fixture
def discord_peer() -> Iterator[FakeDiscord]:
    """A fake Discord whose rate limits last only a fraction of a second."""
    with fake_discord(FakeDiscord(window=0.2)) as peer:
        yield peer


@pytest.fixture
def streamerbot_peer() -> Iterator[FakeStreamerbot]:
    with FakeStreamerbot() as peer:
        yield peer


@pytest.fixture
def stack_with_peers(
    discord_peer: FakeDiscord,
    streamerbot_peer: FakeStreamerbot,
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[StackProcess]:
    for name, value in {
        "DISCORD_API_URL": discord_peer.url,
        "DISCORD_BOT_TOKEN": TOKEN,
        "DISCORD_APPLICATION_ID": APPLICATION,
        "DISCORD_NOTIFICATION_CHANNEL_ID": NEWS,
        "DISCORD_DEV_CHANNEL_ID": DEV,
        "STREAMERBOT_ENABLED": "true",
        "STREAMERBOT_WS_URL": streamerbot_peer.url,
        "GAMBLE_JOIN_DURATION_MINUTES": f"{2 / 60:.4f}",
    }.items():
        monkeypatch.setenv(name, value)
    with StackProcess(database_url, state=tmp_path) as stack:
        yield stack
