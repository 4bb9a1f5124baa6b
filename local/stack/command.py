"""`make dev`, once everything is installed: runs the whole game on this machine until Ctrl-C."""

from __future__ import annotations

import os
import signal
import socket
import threading
from contextlib import closing
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Final

import psycopg

from local.stack import running
from local.stack.console import Console
from local.stack.outer import OuterError
from local.stack.patterns import PatternError
from local.stack.postgres import Postgres, PostgresError
from local.stack.runtime import FunctionError
from local.stack.stack import REALTIME, PortBusy, Stack, listen
from local.stack.template import Template, TemplateError, load

ROOT: Final = Path(__file__).resolve().parents[2]
STATE: Final = running.FOLDER
DATABASE: Final = "brandish"


class StartError(Exception):
    """The stack cannot start; the message is one line for a person."""


def main() -> int:
    """Run the stack; returns the exit status."""
    console = Console(STATE / "log" / "functions.log")
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    try:
        os.chdir(ROOT)
        _run(console)
    except StartError as error:
        console.say(str(error))
        return 1
    except KeyboardInterrupt:
        console.say("Stopped.")
    return 0


def _run(console: Console) -> None:
    marker = _mark()
    os.environ["ACCOUNT_KEYS"] = running.account_keys(STATE)
    listener = _listen()
    template = _template()
    postgres = None
    stack = None
    try:
        url = os.environ.get("DATABASE_URL")
        if not url:
            console.say("Starting Postgres")
            postgres = _start_postgres(template)
            url = _database(postgres)
        console.divert_output()
        if postgres:
            postgres.keep_running()
        roles = postgres is not None or bool(os.environ.get("DATABASE_ROLES"))
        stack = _start_stack(template, url, roles, listener, console)
        marker.write(stack.url)
        _welcome(console, stack, url)
        threading.Event().wait()
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        if stack:
            stack.stop()
        if postgres:
            postgres.stop()
        marker.remove()


def _mark() -> running.Marker:
    try:
        return running.Marker.set(STATE)
    except running.FolderInUse as error:
        raise StartError(str(error)) from None


def _listen() -> socket.socket:
    text = os.environ.get("PORT") or "8080"
    if not text.isascii() or not text.isdigit() or int(text) > 65535:
        raise StartError(f"PORT={text} is no port: use a number from 1 to 65535, or leave it out for 8080")
    try:
        return listen(int(text))
    except PortBusy as error:
        raise StartError(str(error)) from None


def _template() -> Template:
    try:
        return load(ROOT / "template.yaml")
    except TemplateError as error:
        raise StartError(str(error)) from None


def _start_postgres(template: Template) -> Postgres:
    """Start our own server, with as many connections as the one that the template deploys."""
    try:
        settings = {"max_connections": f"{template.max_connections}"}
        return Postgres.start(STATE / "postgres", durable=True, settings=settings)
    except PostgresError as error:
        raise StartError(str(error)) from None


def _database(postgres: Postgres) -> str:
    with psycopg.connect(postgres.url()) as connection:
        found = connection.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
    return postgres.url(DATABASE) if found is not None else postgres.create_database(DATABASE)


def _start_stack(template: Template, url: str, roles: bool, listener: socket.socket, console: Console) -> Stack:
    try:
        stack = Stack(
            template,
            database_url=url,
            roles=roles,
            api_key=running.api_key(),
            access_log=console.access,
            messages=_messages_file(),
        )
    except PatternError as error:
        raise StartError(str(error)) from None
    try:
        return stack.start(listener, console.say)
    except OuterError as error:
        stack.stop()
        raise StartError(f"{error} (more in {console.log})") from None
    except FunctionError as error:
        stack.stop()
        if error.error_type in ("ContentError", "SettingsError"):
            raise StartError(error.message) from None
        first_line = error.message.partition("\n")[0]
        raise StartError(
            f"The database could not be prepared: {error.error_type}: {first_line} (more in {console.log})"
        ) from None


def _messages_file() -> Path:
    """The file for queued messages: one per database, because they belong together."""
    given = os.environ.get("DATABASE_URL", "")
    return STATE / "queues" / f"{sha256(given.encode()).hexdigest()[:12] if given else 'own'}.db"


def _welcome(console: Console, stack: Stack, database_url: str) -> None:
    api_key = running.api_key()
    ends_at = end_of_key(database_url, api_key)
    for line in welcome_lines(stack.url, stack.socket_urls.get(REALTIME, ""), api_key, ends_at, console.log):
        console.say(line)


def end_of_key(database_url: str, api_key: str) -> datetime | None:
    """Return since when, or until when, a key that the game knows is revoked; None: it has no end."""
    from kernel import database  # reads its settings
    from kernel.keys import service as keys

    with closing(database.connect(database_url)) as conn, database.transaction(conn) as tx:
        known = keys.read_all(tx)
    return known[keys.digest(api_key)].revoked_at


def welcome_lines(url: str, socket_url: str, api_key: str, ends_at: datetime | None, log: Path) -> list[str]:
    """Return what a game says when it is ready: where everything is, and with which key."""
    is_over = ends_at is not None and ends_at <= datetime.now(UTC)
    shown = "..." if is_over else api_key
    key = f"{api_key}   (header X-API-Key)"
    if is_over:
        key = f"{api_key} is revoked or replaced. Use another one, or start with a new one: API_KEY=... make dev"
    elif ends_at:
        key = f"{api_key}   (header X-API-Key; replaced, and works until {ends_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC)"
    state = os.environ.get("BRANDISH_STATE")
    given = [f"BRANDISH_STATE={state}"] if state else []
    if is_over or os.environ.get("API_KEY"):
        given.append(f"API_KEY={shown}")
    return [
        "",
        f"Brandish is ready at {url}",
        f"  API key   {key}",
        f"  API docs  {url}/swagger/",
        f"  Panel     {url}/admin/   (log in with the key)",
        *([f"  Live      {socket_url}?key={shown}   (WebSocket)"] if socket_url else []),
        f"  Discord   {url}/discord/interactions   (through a tunnel: README, Discord in five steps)",
        f"  Logs      {log}",
        "",
        " ".join(["Next, in a second terminal: ", *given, "make demo"]),
        f'  or  curl -H "X-API-Key: {shown}" {url}/api/v1/prices',
        "Ctrl-C stops everything.",
        "",
    ]
