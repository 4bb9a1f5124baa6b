"""`python -m local.tools.replay --since ...`: prints past events or, with `--to`, publishes them again."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final, get_args
from uuid import UUID

from community.destinations import Destination
from kernel.events.frames import Frame
from local.demo.game import Game, GameUnavailable, Request
from local.stack.running import api_key, game_url

PAGE: Final = 1000


def main() -> int:
    options = _options()
    try:
        with Game(game_url(), api_key()) as game:
            return _replay(game, options) if options.to else _show(game, options)
    except GameUnavailable as error:
        print(error, file=sys.stderr)
        return 1
    except BrokenPipeError:
        # The reader is gone, as in `make replay | head`; otherwise Python would complain when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _replay(game: Game, options: argparse.Namespace) -> int:
    print(f"From {options.since:%Y-%m-%d %H:%M:%S %Z} to {options.until:%Y-%m-%d %H:%M:%S %Z} for {options.to} alone:")
    answer = game.ask(Request("POST", "/api/v1/admin/events/replay", _range(options) | {"to": options.to}))
    game.require_key(answer)
    if not answer.ok:
        print(answer.text, file=sys.stderr)
        return 1
    print(f"{answer.text} The game does not change. Their mark is replay_id {answer.body['replay_id']}.")
    return 0


def _show(game: Game, options: argparse.Namespace) -> int:
    """Print every event of the range as a frame of the stream, oldest first."""
    rows = list(_rows(game, options))
    for row in reversed(rows):
        created_at = datetime.fromisoformat(row["created_at"])
        frame = Frame(UUID(row["event_id"]), row["event_type"], int(created_at.timestamp()), row.get("payload"))
        print(frame.text, end="")
    count = "1 event. With --to NAME it is" if len(rows) == 1 else f"{len(rows)} events. With --to NAME they are"
    print(f"{count} published once more, for that destination.", file=sys.stderr)
    return 0


def _rows(game: Game, options: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """The log's rows, newest first. Pages overlap, because one moment may continue on the next page."""
    wanted = _range(options) | {"limit": PAGE}
    seen: set[int] = set()
    while True:
        answer = game.ask(Request("GET", "/api/v1/admin/events", wanted))
        game.require_key(answer)
        if not answer.ok:
            raise GameUnavailable(f"The game at {game.url} answers with {answer.status}: {answer.text}")
        page = [row for row in answer.body["events"] if row["id"] not in seen]
        yield from page
        seen.update(row["id"] for row in page)
        if len(answer.body["events"]) < PAGE:
            return
        if not page:
            raise GameUnavailable("More than a thousand events in one moment: the log cannot be shown past it.")
        wanted["until"] = page[-1]["created_at"]


def _range(options: argparse.Namespace) -> dict[str, Any]:
    given = {"event_type": options.type, "user_id": options.user}
    times = {"since": options.since.isoformat(), "until": options.until.isoformat()}
    return times | {name: value for name, value in given.items() if value}


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no time; 2026-03-01T18:00 is one") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="make replay", description="Shows past events, or publishes them once more for one destination."
    )
    parser.add_argument("--since", type=_moment, required=True, metavar="TIME", help="2026-03-01T18:00, UTC if unsaid")
    parser.add_argument("--until", type=_moment, default=datetime.now(UTC), metavar="TIME", help="now when left out")
    parser.add_argument("--to", choices=get_args(Destination), help="left out: the terminal")
    parser.add_argument("--type", metavar="TYPE", help="only events of this type")
    parser.add_argument("--user", metavar="ID", help="only events of this player")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
