"""What must run for as long as the stack does is started again when it crashes."""

from __future__ import annotations

import asyncio
import logging
import threading

import pytest

from local.stack import supervision
from local.stack.supervision import Ended, SupervisedThread, keep_running
from tests.stack.small_stack import PATIENCE


@pytest.fixture(autouse=True)
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervision, "FIRST_PAUSE", 0.001)
    monkeypatch.setattr(supervision, "LONGEST_PAUSE", 0.004)


def pauses(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage().rpartition(" in ")[2] for record in caplog.records]


def test_a_crash_loop_slows_down_and_says_so(caplog: pytest.LogCaptureFixture):
    attempts = iter(
        [OSError("the disk is full"), ValueError(1), KeyError(2), TypeError(3), Ended("ended with status 1")]
    )

    async def work() -> str:
        for error in attempts:
            raise error
        return "done"

    assert asyncio.run(keep_running("The consumer", work)) == "done"

    assert pauses(caplog) == ["0.001 s", "0.002 s", "0.004 s", "0.004 s", "0.004 s"]
    assert caplog.messages[0] == "The consumer crashed: OSError: the disk is full; starting it again in 0.001 s"
    assert caplog.messages[-1] == "The consumer ended with status 1; starting it again in 0.004 s"
    assert [bool(record.exc_info) for record in caplog.records] == [True, True, True, True, False]
    assert {record.levelno for record in caplog.records} == {logging.WARNING}


def test_after_a_while_of_steady_work_a_crash_counts_as_the_first(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    now = 0.0
    monkeypatch.setattr(supervision.time, "monotonic", lambda: now)
    runs = iter([0, 0, supervision.STEADY_SECONDS + 1])

    restarts = supervision._Restarts("The consumer")
    for seconds in runs:
        now += seconds
        restarts.after(ValueError())

    assert pauses(caplog) == ["0.001 s", "0.002 s", "0.001 s"]


def test_cancelling_ends_it():
    async def scenario() -> int:
        begun = 0

        async def work() -> None:
            nonlocal begun
            begun += 1
            await asyncio.Event().wait()

        task = asyncio.create_task(keep_running("The consumer", work))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return begun

    assert asyncio.run(scenario()) == 1


@pytest.mark.parametrize("error", [OSError(), SystemExit(1)])
def test_a_thread_starts_its_work_again_until_it_is_stopped(error: BaseException):
    runs: list[int] = []
    third = threading.Event()

    def work() -> None:
        runs.append(1)
        if len(runs) == 3:
            third.set()
            thread.stop()
        raise error

    thread = SupervisedThread("The process", work)
    thread.start()

    assert third.wait(PATIENCE)
    thread.join(PATIENCE)
    assert not thread.is_alive()
    assert len(runs) == 3
