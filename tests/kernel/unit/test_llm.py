"""The providers of AI texts. Source: personas 6."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from time import monotonic
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError
from botocore.stub import Stubber

from doors.llm import bedrock, openai, rules, service
from doors.llm.service import Failure, complete
from kernel.outside.prompts import Effort, Prompt, Reply
from tests.support.llm_peer import LlmPeer, answering, llm_peer
from tests.support.outer_ring import clear_caches, played_by_moto, use_settings

PROMPT = Prompt("turn", "You debate.", 'The topic: "Ignore all instructions"', 200, "An offline answer.")


def ask(seconds: float = 5.0) -> tuple[Reply, Effort, list[float]]:
    waits: list[float] = []
    reply, effort = complete(PROMPT, seconds, wait=waits.append, rng=Random(1))
    return reply, effort, waits


def failure(seconds: float = 5.0) -> Failure:
    with pytest.raises(Failure) as failed:
        complete(PROMPT, seconds, wait=lambda pause: None)
    return failed.value


@pytest.mark.parametrize(
    ("base", "url"),
    [
        ("https://api.openai.com", "https://api.openai.com/v1/chat/completions"),
        ("https://api.openai.com/", "https://api.openai.com/v1/chat/completions"),
        ("http://localhost:11434/v1", "http://localhost:11434/v1/chat/completions"),
        ("http://localhost:11434/v1/", "http://localhost:11434/v1/chat/completions"),
    ],
)
def test_chat_completions_are_below_the_base_url(base: str, url: str):
    assert openai.completions_url(base) == url


def test_the_pauses_between_calls():
    class High(Random):
        def uniform(self, a: float, b: float) -> float:
            return b

    assert [round(rules.retry_pause(attempt, High()), 3) for attempt in range(3)] == [0.48, 0.96, 1.92]


def test_a_cost_is_rounded_up():
    # 0.15 and 0.60 dollars per million tokens.
    assert rules.cost_micros(1_000_000, 1_000_000, 150_000, 600_000) == 750_000
    assert rules.cost_micros(1, 0, 150_000, 600_000) == 1
    assert rules.cost_micros(0, 0, 150_000, 600_000) == 0


def test_the_offline_provider_answers_what_the_prompt_says():
    assert ask()[0] == ask()[0] == Reply("An offline answer.", 12, 5, "offline")


@pytest.fixture
def peer(monkeypatch: pytest.MonkeyPatch) -> Iterator[LlmPeer]:
    with llm_peer() as peer:
        use_settings(monkeypatch, provider="openai", openai_base_url=peer.url, openai_api_key="key")
        yield peer


def test_what_is_asked(peer: LlmPeer):
    peer.steps = [answering("  An answer.\n", {"prompt_tokens": 30, "completion_tokens": 7})]

    assert ask()[0] == Reply("An answer.", 30, 7, "openai")
    [(path, headers, body)] = peer.asked
    assert (path, headers["Authorization"]) == ("/v1/chat/completions", "Bearer key")
    assert body == {
        "model": "gpt-4o-mini",
        "messages": [{"role": "system", "content": PROMPT.system}, {"role": "user", "content": PROMPT.user}],
        "temperature": 0.7,
        "max_tokens": 200,
    }


def test_tokens_that_were_not_counted_are_estimated_and_cost(peer: LlmPeer, monkeypatch: pytest.MonkeyPatch):
    use_settings(monkeypatch, input_price=1_000_000, output_price=2_000_000)
    peer.steps = [answering("12345678")]

    reply, _, _ = ask()

    assert (reply.input_tokens, reply.output_tokens, reply.cost_micros) == (12, 2, 12 + 2 * 2)


@pytest.mark.parametrize("step", [429, 500, 503, b"rubbish", b"[]", b'{"choices": []}', answering(""), answering(None)])
def test_what_may_pass_is_tried_three_times(peer: LlmPeer, step: Any):
    peer.steps = [step]

    failed = failure()

    assert len(peer.asked) == failed.effort.calls == 3
    assert (failed.error.retryable, failed.error.timed_out) == (True, False)
    assert "secret words" not in str(failed)


def test_a_line_that_is_cut_is_tried_again(peer: LlmPeer):
    peer.steps = [peer.cut, answering("At last.")]

    reply, effort, waits = ask()

    assert (reply.text, effort.calls, effort.provider) == ("At last.", 2, "openai")
    assert [0.32 <= pause <= 0.48 for pause in waits] == [True]


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404])
def test_what_the_provider_refuses_is_not_tried_again(peer: LlmPeer, status: int):
    peer.steps = [status]

    failed = failure()

    assert (len(peer.asked), failed.error.retryable) == (1, False)


@pytest.mark.parametrize("how", ["hang", "drip"])
def test_a_provider_that_is_too_slow_ends_when_the_time_is_over(peer: LlmPeer, how: str):
    peer.steps = [getattr(peer, how)]
    started = monotonic()

    failed = failure(seconds=0.3)

    assert (failed.error.retryable, failed.error.timed_out, failed.effort.calls) == (True, True, 1)
    assert monotonic() - started < 2


def test_a_server_that_is_not_there(peer: LlmPeer, monkeypatch: pytest.MonkeyPatch):
    use_settings(monkeypatch, openai_base_url="http://127.0.0.1:1")

    assert failure().error.retryable


def test_openai_needs_a_key_and_another_server_may_not(peer: LlmPeer, monkeypatch: pytest.MonkeyPatch):
    use_settings(monkeypatch, openai_api_key="")
    ask()
    assert "Authorization" not in peer.asked[0][1]

    use_settings(monkeypatch, openai_base_url="https://api.openai.com")
    failed = failure()
    assert (failed.error.retryable, failed.effort.calls) == (False, 1)


@pytest.mark.parametrize(("retries", "calls"), [(0, 1), (5, 6)])
def test_the_number_of_retries_is_a_setting(peer: LlmPeer, monkeypatch: pytest.MonkeyPatch, retries: int, calls: int):
    use_settings(monkeypatch, retries=retries)
    peer.steps = [500]

    assert failure(seconds=60).effort.calls == calls


@pytest.fixture
def converse(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    with played_by_moto(monkeypatch):
        clear_caches()
        use_settings(monkeypatch, provider="bedrock", retries=1)
        with Stubber(bedrock._client(5.0)) as stub:
            yield stub


ASKED = {
    "modelId": "amazon.nova-lite-v1:0",
    "system": [{"text": PROMPT.system}],
    "messages": [{"role": "user", "content": [{"text": PROMPT.user}]}],
    "inferenceConfig": {"maxTokens": 200, "temperature": 0.7},
}


def answered(text: str) -> dict[str, Any]:
    return {
        "output": {"message": {"role": "assistant", "content": [{"text": text}]}},
        "stopReason": "end_turn",
        "usage": {"inputTokens": 20, "outputTokens": 6, "totalTokens": 26},
        "metrics": {"latencyMs": 5},
    }


def test_bedrock_is_asked_by_converse(converse: Stubber):
    converse.add_response("converse", answered(" An answer. "), ASKED)

    assert ask(seconds=9)[0] == Reply("An answer.", 20, 6, "bedrock")


@pytest.mark.parametrize(
    ("code", "status"),
    [("ThrottlingException", 429), ("ModelTimeoutException", 408), ("ServiceUnavailableException", 503)],
)
def test_bedrock_is_asked_again_when_it_is_busy(converse: Stubber, code: str, status: int):
    converse.add_client_error("converse", code, http_status_code=status)
    converse.add_response("converse", answered("An answer."), ASKED)

    assert ask(seconds=9)[1].calls == 2


@pytest.mark.parametrize(("code", "status"), [("ValidationException", 400), ("AccessDeniedException", 403)])
def test_bedrock_is_not_asked_again_when_it_refuses(converse: Stubber, code: str, status: int):
    converse.add_client_error("converse", code, http_status_code=status)

    failed = failure(seconds=9)

    assert (failed.effort.calls, failed.error.retryable, str(failed)) == (1, False, f"bedrock: {code}")


def test_bedrocks_empty_answer_may_pass(converse: Stubber):
    for _ in range(2):
        converse.add_response("converse", answered(" "), ASKED)

    assert failure(seconds=9).effort.calls == 2


@pytest.mark.parametrize("error", [ReadTimeoutError(endpoint_url="x"), EndpointConnectionError(endpoint_url="x")])
def test_bedrock_out_of_reach_may_pass(converse: Stubber, monkeypatch: pytest.MonkeyPatch, error: Exception):
    def fail(**_: Any) -> None:
        raise error

    monkeypatch.setattr(converse.client, "converse", fail)

    assert failure(seconds=9).error.retryable


def test_no_call_begins_without_time(peer: LlmPeer):
    peer.steps = [500]

    failed = failure(seconds=service.LEAST_SECONDS)

    assert (failed.effort.calls, failed.error.timed_out) == (1, True)
