"""Invocations as the event loop that waits for them sees them."""

from __future__ import annotations

import asyncio
import sys
from concurrent.futures import Future
from dataclasses import replace
from typing import Any

import pytest

from local.stack.resources import Function
from local.stack.runtime import FunctionError, Runtime
from tests.stack.small_stack import PATIENCE

FAR_AWAY = Function("far_away", "far.away.handler", "", {}, 0.1, 128, None, 0, None, "arn:far_away")
SINGLE = replace(FAR_AWAY, name="single", handler=f"{__name__}.exit_when_told", reserved_concurrency=1)


class OtherRuntime:
    def __init__(self) -> None:
        self.answer: Future[Any] = Future()

    def start(self, name: str, event: Any) -> Future[Any]:
        return self.answer


@pytest.fixture
def other_runtime() -> OtherRuntime:
    return OtherRuntime()


@pytest.fixture
def runtime(other_runtime: OtherRuntime) -> Runtime:
    return Runtime({FAR_AWAY.name: FAR_AWAY}, here=lambda _: False, other_runtime=other_runtime)


def test_an_answer_at_the_moment_of_the_shutdown_does_not_delay_it(runtime: Runtime, other_runtime: OtherRuntime):
    """Else a poller takes another batch, and the stack waits for it for ever."""

    async def scene() -> bool:
        poller = asyncio.create_task(runtime.invoke(FAR_AWAY.name, {}))
        await asyncio.sleep(0)
        other_runtime.answer.set_result("done")  # reaches the loop in its next turn
        asyncio.get_running_loop().call_soon(poller.cancel)  # in the same one
        await asyncio.wait([poller])
        return poller.cancelled()

    assert asyncio.run(scene())


def test_an_invocation_over_its_functions_timeout_is_abandoned(runtime: Runtime, other_runtime: OtherRuntime):
    with pytest.raises(FunctionError, match=r"Task timed out after 0\.10 seconds"):
        asyncio.run(runtime.invoke(FAR_AWAY.name, {}))

    assert other_runtime.answer.cancelled()


def test_a_caller_may_wait_for_less_time_than_the_functions_timeout(runtime: Runtime):
    with pytest.raises(TimeoutError):
        asyncio.run(runtime.invoke(FAR_AWAY.name, {}, patience_seconds=0.01))


def test_an_environment_that_cannot_start_takes_no_place(monkeypatch: pytest.MonkeyPatch):
    runtime = Runtime({SINGLE.name: SINGLE})
    with monkeypatch.context() as patch, pytest.raises(RuntimeError):
        patch.setattr("threading.Thread.start", no_more_threads)
        runtime.start(SINGLE.name, "go on")

    assert runtime.start(SINGLE.name, "go on").result(PATIENCE) == "done"
    runtime.stop(PATIENCE)


def no_more_threads(_: object) -> None:
    raise RuntimeError("can't start new thread")


def exit_when_told(event: Any, _context: Any) -> str:
    if event == "exit":
        sys.exit("a fault")
    return "done"


def test_a_handler_that_exits_fails_its_invocation_and_leaves_its_environment():
    runtime = Runtime({SINGLE.name: SINGLE})

    with pytest.raises(FunctionError, match=r"Runtime\.ExitError: .*a fault"):
        runtime.start(SINGLE.name, "exit").result(PATIENCE)

    assert runtime.start(SINGLE.name, "go on").result(PATIENCE) == "done"
    runtime.stop(PATIENCE)
