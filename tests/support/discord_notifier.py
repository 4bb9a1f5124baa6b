"""The notifier of Discord and its two queues, with AWS played by moto and Discord by a fake."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from functions.community.notify_discord import app
from tests.support.fake_discord import APPLICATION, DEV, NEWS, TOKEN, FakeDiscord
from tests.support.outer_ring import Aws, Time, batch, outer_ring, use_settings, waiting


@dataclass
class Notifier:
    """The notifier's function.

    Attributes:
        due: messages that bundles are due, which have to be delivered again.
    """

    aws: Aws
    discord: FakeDiscord
    queue_url: str
    due: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    def deliver(self, *envelopes: Mapping[str, Any], left: float = 60.0) -> list[str]:
        """Return the numbers of the messages that are delivered again."""
        return waiting(app.handler(batch(*envelopes), Time(left)))

    def post_bundles(self) -> list[str]:
        """Deliver the messages that bundles are due; return the numbers of those that are delivered again."""
        due = self.take_due()
        failed = self.deliver(*due)
        self.due = [due[int(number)] for number in failed]
        return failed

    def take_due(self) -> list[dict[str, Any]]:
        """Take the messages that the function has sent and that were not delivered."""
        due, self.due = self.due, []
        while found := self.aws.sqs.receive_message(QueueUrl=self.queue_url, MaxNumberOfMessages=10).get("Messages"):
            for message in found:
                self.aws.sqs.delete_message(QueueUrl=self.queue_url, ReceiptHandle=message["ReceiptHandle"])
                due.append(json.loads(message["Body"])["detail"])
        return due


@contextmanager
def discord_notifier(monkeypatch: pytest.MonkeyPatch, discord: FakeDiscord) -> Iterator[Notifier]:
    """Connect the notifier with a fake of Discord."""
    with outer_ring(
        monkeypatch,
        discord_api_url=discord.url,
        discord_bot_token=TOKEN,
        discord_channel_id=NEWS,
        discord_dev_channel_id=DEV,
        discord_application_id=APPLICATION,
        discord_guild_id="",
    ) as aws:
        attributes = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
        url = aws.sqs.create_queue(QueueName="bundled.fifo", Attributes=attributes)["QueueUrl"]
        use_settings(monkeypatch, discord_bundles_queue_url=url)
        yield Notifier(aws, discord, url)
