"""The inner side of consultations: a route prepares one, and answers once the outside has replied.

The outer function (`doors.consult`) passes on the caller's request, up to three times: to prepare, to finish, and to
give up. It adds to the event what has happened in between. The route is the same each time, so that its refusals, its
answers and its metrics are those of any other route.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from fastapi import Response
from msgspec.structs import asdict

from doors.app import CONSULTING, consultation_of
from doors.call import Call
from doors.people import signed_in
from kernel import log_fields
from kernel.accounts.models import Identity
from kernel.action import run_action
from kernel.errors import DomainError
from kernel.idempotency import Answer
from kernel.outside import consultations
from kernel.outside.consultations import Again, Consultation, Consulted, NoReply, TooLate
from kernel.outside.models import Effort, Reply

PREPARED: Final = "x-consultation"
"""The header that tells the outer function that the answer is not the caller's but holds prompts."""


def consult(call: Call, consultation: Consultation[Identity], data: Mapping[str, Any]) -> Response:
    """Answer a request by a consultation, as the step says that the outer function has come to.

    Args:
        data: what the request asks for: a JSON object, given to `prepare`.
    """
    sent = consultation_of(call.scope["aws.event"])
    if sent.get("step", "prepare") == "prepare":
        return _prepare(call, consultation, data)
    me = _identity(sent["me"])
    log_fields.set_user(me.account_id)
    consulted = [_consulted(each) for each in sent["consulted"]]
    if sent["step"] == "finish":
        return _finish(call, consultation, me, sent["state"], consulted)
    _give_up(consultation, me, sent["state"], consulted)
    raise TooLate if sent["timed_out"] else NoReply


def _prepare(call: Call, consultation: Consultation[Identity], data: Mapping[str, Any]) -> Response:
    person = signed_in(call)

    def run(tx: Any, me: Identity) -> Answer:
        prepared = consultations.begin(tx, consultation, me, me.account_id, data)
        return Answer(200, _prepared_body(prepared, me))

    return _prepared(person.act(run, stored=False))


def _finish(
    call: Call,
    consultation: Consultation[Identity],
    me: Identity,
    state: Mapping[str, Any],
    consulted: list[Consulted],
) -> Response:
    asks_again = False

    def run(tx: Any) -> Answer:
        nonlocal asks_again
        result = consultations.finish(tx, consultation, me, me.account_id, state, consulted)
        asks_again = isinstance(result, Again)
        return Answer(200, _prepared_body(result, me)) if isinstance(result, Again) else result

    try:
        response = call.act(run, stored=False, while_frozen=True)
    except DomainError:
        _give_up(consultation, me, state, consulted)
        raise
    return _prepared(response) if asks_again else response


def _give_up(
    consultation: Consultation[Identity], me: Identity, state: Mapping[str, Any], consulted: list[Consulted]
) -> None:
    run_action(
        lambda tx: consultations.give_up(tx, consultation, me, me.account_id, state, consulted), while_frozen=True
    )


def _prepared(response: Response) -> Response:
    response.headers[PREPARED] = "prepared"
    log_fields.set_outcome(CONSULTING)
    return response


def _prepared_body(prepared: Again, me: Identity) -> str:
    identity = {
        "account_id": str(me.account_id),
        "session_id": str(me.session_id),
        "user_name": me.user_name,
        "roles": sorted(me.roles),
    }
    prompts = [asdict(prompt) for prompt in prepared.prompts]
    return json.dumps({"me": identity, "prompts": prompts, "state": dict(prepared.state)})


def _identity(sent: Mapping[str, Any]) -> Identity:
    return Identity(
        UUID(sent["account_id"]), UUID(sent["session_id"]), sent["user_name"], frozenset[str](sent["roles"])
    )


def _consulted(sent: Mapping[str, Any]) -> Consulted:
    reply = sent["reply"]
    return Consulted(sent["operation"], Effort(**sent["effort"]), reply and Reply(**reply))
