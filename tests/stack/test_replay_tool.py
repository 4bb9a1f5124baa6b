"""`make replay` against a running stack."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from brandish.database import Connection, connect, reading, transaction
from brandish.events import service as events
from brandish.events.following import Place, read_after
from local.postgres import Postgres
from local.process import ROOT, StackProcess
from tests.event_source import EventSource, parse
from tests.stack.small_stack import eventually
from tests.stack.test_stream_follows_the_log import API_KEY, Listener, listening

EVENTS = 1200  # more than a page of the log


def test_the_past_is_shown_and_goes_out_again_to_nobody_but_who_asked(
    postgres: Postgres, template_database: str, tmp_path: Path
):
    name = f"replay_{uuid4().hex}"
    url = postgres.create_database(name, template_database)
    with ExitStack() as cleanup:
        cleanup.callback(postgres.drop_database, name)
        conn = cleanup.enter_context(closing(connect(url)))
        for hundred in range(0, EVENTS, 100):
            with transaction(conn) as tx:
                for number in range(hundred, hundred + 100):
                    events.broadcast(tx, "said", number)
        stack = cleanup.enter_context(StackProcess(url, API_KEY, tmp_path))
        everything = logged(conn)
        since = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
        until = datetime.now(UTC).isoformat()
        listener = Listener(EventSource(f"{stack.url}/api/v1/events?types=said", {"X-API-Key": API_KEY}))
        with listening([listener]):
            shown = replay(stack, "--since", since, "--until", until, "--type", "said")
            asked = replay(stack, "--since", since, "--until", until, "--type", "said", "--to", "discord")
            eventually(lambda: " events=1200" in logs(tmp_path))
            time.sleep(1)

    assert shown.returncode == asked.returncode == 0, shown.stderr + asked.stderr
    assert [message.last_id for message in parse([shown.stdout.encode()])] == everything
    assert "1200 events are on their way to discord." in asked.stdout
    assert " events=1200" in logs(tmp_path)
    assert listener.ids == []


def logs(state: Path) -> str:
    return "".join(file.read_text(errors="replace") for file in state.rglob("*.log"))


def logged(conn: Connection) -> list[str]:
    with reading(conn) as tx:
        return [str(frame.id) for frame in read_after(tx, Place(0, 0), 5000).frames if frame.type == "said"]


def replay(stack: StackProcess, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "local.replay", *arguments],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "BASE_URL": stack.url, "API_KEY": API_KEY},
        capture_output=True,
        text=True,
    )
