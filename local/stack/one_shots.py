"""EventBridge Scheduler's API, locally: schedules that functions create, which fire once and are then deleted.

https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from local.stack import clock
from local.stack.cloudformation import ACCOUNT, REGION
from local.stack.cron import next_fire
from local.stack.errors import AwsError
from local.stack.messages import open_store
from local.stack.resources import Template
from local.stack.supervision import keep_running

PATH: Final = "/schedules/"

Invoke = Callable[[str, Any], None]
Key = tuple[str, str]  # group, name


class OneShots:
    """The pending schedules. Used only on the bus's event loop.

    Args:
        invoke: starts an asynchronous invocation of a function.
        file: where they are stored, so that they survive the process as in AWS; None: in memory.
    """

    def __init__(self, template: Template, invoke: Invoke, file: Path | None) -> None:
        self._groups = template.schedule_groups
        self._roles = template.roles
        self._functions = {function.arn: name for name, function in template.functions.items()}
        self._invoke = invoke
        self._timers: dict[Key, asyncio.Task[None]] = {}
        self._db = open_store(file)
        self._db.execute(
            """
            CREATE TABLE IF NOT EXISTS schedules (
                schedule_group TEXT NOT NULL, name TEXT NOT NULL, request TEXT NOT NULL,
                PRIMARY KEY (schedule_group, name)
            )
            """
        )

    async def run(self) -> None:
        """Resume the schedules of an earlier process, firing missed ones now, and run until cancelled."""
        try:
            for group, name, request in self._db.execute("SELECT * FROM schedules").fetchall():
                if (group, name) not in self._timers:
                    self._begin((group, name), json.loads(request))
            await asyncio.Event().wait()
        finally:
            for timer in self._timers.values():
                timer.cancel()

    def close(self) -> None:
        self._db.close()

    def answer(self, method: str, path: str, group: str | None, body: bytes) -> dict[str, Any]:
        """Handle a request to the scheduler's API.

        Raises:
            AwsError: AWS would reject the request.
        """
        name = unquote(path.removeprefix(PATH))
        if not re.fullmatch(r"[0-9a-zA-Z_.-]{1,64}", name):
            raise _invalid(f"{name!r} is no name for a schedule.")
        match method:
            case "POST":
                return self._create(name, body)
            case "GET":
                return self._found((group or "default", name))
            case "DELETE":
                self._found(key := (group or "default", name))
                self._forget(key).cancel()
                return {}
            case _:
                raise AwsError(400, "UnknownOperationException", f"The local scheduler does not take {method}.")

    def _create(self, name: str, body: bytes) -> dict[str, Any]:
        try:
            request = json.loads(body)
            self._check(request)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise _invalid(f"The request is not what CreateSchedule takes: {error!r}") from None
        key = (request.get("GroupName", "default"), name)
        existing = self._find(key)
        if existing is None:
            self._db.execute("INSERT INTO schedules VALUES (?, ?, ?)", (*key, json.dumps(request)))
            self._begin(key, request)
        elif existing.get("ClientToken") != request.get(
            "ClientToken"
        ):  # the same token means a repetition of the same request
            raise AwsError(409, "ConflictException", f"Schedule {name} already exists.")
        return {"ScheduleArn": _address(key)}

    def _check(self, request: Mapping[str, Any]) -> None:
        group = request.get("GroupName", "default")
        if group not in self._groups:
            raise AwsError(404, "ResourceNotFoundException", f"Schedule group {group} does not exist.")
        if request["FlexibleTimeWindow"] != {"Mode": "OFF"}:
            raise _invalid("The local scheduler fires at the moment asked for: FlexibleTimeWindow OFF.")
        if request.get("ActionAfterCompletion") != "DELETE":
            raise _invalid("The local scheduler forgets what has fired: ActionAfterCompletion DELETE.")
        if (target := request["Target"])["Arn"] not in self._functions:
            raise _invalid(f"{target['Arn']} is no function of the template.")
        if target["RoleArn"] not in self._roles:
            raise _invalid("The execution role you provide must allow AWS EventBridge Scheduler to assume the role.")
        json.loads(target["Input"])
        expression = request["ScheduleExpression"]
        if not re.fullmatch(r"at\(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\)", expression):
            raise _invalid(f"Invalid Schedule Expression {expression}. The local scheduler takes at(...).")
        if next_fire(expression, _timezone(request), clock.now()) is None:
            raise _invalid(f"Invalid Schedule Expression {expression}. It is in the past.")

    def _find(self, key: Key) -> dict[str, Any] | None:
        row = self._db.execute("SELECT request FROM schedules WHERE schedule_group = ? AND name = ?", key).fetchone()
        return json.loads(row[0]) if row else None

    def _found(self, key: Key) -> dict[str, Any]:
        request = self._find(key)
        if request is None:
            raise AwsError(404, "ResourceNotFoundException", f"Schedule {key[1]} does not exist.")
        return {**request, "Arn": _address(key), "GroupName": key[0], "Name": key[1]}

    def _begin(self, key: Key, request: Mapping[str, Any]) -> None:
        self._timers[key] = asyncio.get_running_loop().create_task(self._keep(key, request))

    async def _keep(self, key: Key, request: Mapping[str, Any]) -> None:
        name = f"The schedule {key[1]}"
        await keep_running(name, partial(self._fire, request))
        await keep_running(name, partial(self._expire, key))

    async def _fire(self, request: Mapping[str, Any]) -> None:
        await clock.sleep_until(_due(request))
        function = self._functions.get(request["Target"]["Arn"])
        if function is not None:  # the template may have changed since
            self._invoke(function, json.loads(request["Target"]["Input"]))

    async def _expire(self, key: Key) -> None:
        self._forget(key)

    def _forget(self, key: Key) -> asyncio.Task[None]:
        self._db.execute("DELETE FROM schedules WHERE schedule_group = ? AND name = ?", key)
        return self._timers.pop(key)


def _due(request: Mapping[str, Any]) -> datetime:
    moment = datetime.fromisoformat(request["ScheduleExpression"][len("at(") : -1])
    return moment.replace(tzinfo=ZoneInfo(_timezone(request)))


def _timezone(request: Mapping[str, Any]) -> str:
    return request.get("ScheduleExpressionTimezone", "UTC")


def _address(key: Key) -> str:
    return f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/{key[0]}/{key[1]}"


def _invalid(message: str) -> AwsError:
    return AwsError(400, "ValidationException", message)
