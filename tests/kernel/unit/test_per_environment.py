"""What an environment keeps is its own, also where environments are threads of one process."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Lock
from typing import Any, TypeVar

import boto3
import pytest

from doors import aws, outbound
from doors.discord.api import api
from kernel.per_environment import per_environment

T = TypeVar("T")


def in_three_threads(ask: Callable[[], T]) -> list[T]:
    together = Barrier(3)

    def run(_: int) -> T:
        together.wait(60)
        return ask()

    with ThreadPoolExecutor(3) as threads:
        return list(threads.map(run, range(3)))


def test_it_is_made_once_for_each_environment_and_argument():
    made: list[str] = []

    @per_environment
    def box(name: str) -> list[str]:
        made.append(name)
        return [name]

    kept = in_three_threads(lambda: (box("a"), box("a"), box("b")))

    assert all(first is second for first, second, _ in kept)
    assert len({id(first) for first, _, _ in kept}) == 3
    assert sorted(made) == ["a", "a", "a", "b", "b", "b"]
    box("a")
    box.cache_clear()
    box("a")
    assert made.count("a") == 5


@pytest.mark.parametrize("kept", [lambda: outbound.circuit_breaker_of("discord"), api])
def test_what_one_environment_learns_of_a_destination_does_not_stop_another(kept: Callable[[], object]):
    assert len({id(each) for each in in_three_threads(kept)}) == 3


def test_clients_are_created_one_after_the_other(monkeypatch: pytest.MonkeyPatch):
    """boto3's default session is not safe for threads until a client is there."""
    at_work = most = 0
    counting = Lock()

    def create(service: str, **_: Any) -> object:
        nonlocal at_work, most
        with counting:
            at_work += 1
            most = max(most, at_work)
        time.sleep(0.01)
        with counting:
            at_work -= 1
        return object()

    monkeypatch.setattr(boto3, "client", create)
    aws.client.cache_clear()

    in_three_threads(lambda: aws.client("sqs"))
    aws.client.cache_clear()

    assert most == 1
