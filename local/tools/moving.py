"""`python -m local.tools.moving import FILE --platform twitch`: points in; `undo BATCH`, `export` and `export-player`.

Works against the running game, or another one: BASE_URL and API_KEY.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from community.imports.models import FORMATS
from community.players.models import PLATFORMS
from local.demo.game import Game, GameUnavailable, Request
from local.stack.running import api_key, game_url


class Refusal(Exception):
    """The game has refused a request; the text says why."""


def main() -> int:
    options = _options()
    try:
        with Game(game_url(), api_key()) as game:
            options.run(game, options)
    except (GameUnavailable, Refusal, OSError, UnicodeDecodeError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def bring_in(game: Game, options: argparse.Namespace) -> None:
    """Import a file; without `--apply`, tell what would happen."""
    given = {
        "platform": options.platform,
        "content": options.file.read_text(encoding="utf-8-sig"),
        "format": options.format,
        "rate": options.rate,
        "currency": options.currency,
        "dry_run": not options.apply,
    }
    body = {name: value for name, value in given.items() if value is not None}
    report = _ask(game, "POST", "/api/v1/admin/imports", body)
    print(f"{options.file}, read as {report['format']}: {report['message']}")
    for problem in report["problems"]:
        print(f"  line {problem['line']}: {problem['problem']}")
    if more := report["problem_count"] - len(report["problems"]):
        print(f"  and {more} more lines")
    if options.apply:
        print(f"To undo it: make undo-import BATCH={report['batch']['batch_id']}")
    else:
        print("Nothing has changed. To do it, add --apply.")


def undo(game: Game, options: argparse.Namespace) -> None:
    """Undo an import, in as many calls as it takes."""
    while True:
        report = _ask(game, "POST", "/api/v1/admin/imports/undo", {"batch_id": options.batch})
        for each in report["not_taken_back"]:
            print(f"  {each['username']} no longer has {each['missing']} of it.")
        if not report["remaining"]:
            print(report["message"])
            return


def export(game: Game, options: argparse.Namespace) -> None:
    """Write the community as lines of JSON: its tables' rows, and then each player."""
    with options.to.open("w", encoding="utf-8") if options.to else sys.stdout as out:
        count = 0
        for line in _lines(game):
            count += "player" in line
            print(json.dumps(line, ensure_ascii=False), file=out)
    print(f"{count} players.", file=sys.stderr)


def _lines(game: Game) -> Iterator[dict[str, Any]]:
    wanted: dict[str, Any] = {}
    while True:
        page = _ask(game, "GET", "/api/v1/admin/export", wanted)
        for table, rows in page["community"].items():
            yield from ({"table": table, "row": row} for row in rows)
        for player in page["players"]:
            yield {"player": player["user_id"], "username": player["username"], "records": player["records"]}
        if "next" not in page:
            return
        wanted = {"after": page["next"]}


def export_player(game: Game, options: argparse.Namespace) -> None:
    """Write everything that is stored about a player as one JSON document."""
    who = {"platform": options.platform, "username": options.username}
    export = _ask(game, "GET", "/api/v1/admin/players/export", who)
    more = export.pop("more")
    while more:
        table, before = more.popitem()
        page = _ask(game, "GET", "/api/v1/admin/players/export", who | {"table": table, "before": before})
        export["records"][table] += page["records"][table]
        more |= page["more"]
    text = json.dumps(export, ensure_ascii=False, indent=1)
    if options.to:
        options.to.write_text(text + "\n", encoding="utf-8")
    else:
        print(text)


def _ask(game: Game, method: str, path: str, values: dict[str, Any]) -> Any:
    answer = game.ask(Request(method, path, values))
    if not answer.ok:
        raise Refusal(answer.text)
    return answer.body


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="moving", description="Moves points into the game, and data out of it.")
    commands = parser.add_subparsers(required=True)
    importing = commands.add_parser("import", help="import the points of another bot")
    importing.set_defaults(run=bring_in)
    importing.add_argument("file", type=Path)
    importing.add_argument("--platform", choices=PLATFORMS, default="twitch")
    importing.add_argument("--format", choices=FORMATS, help="recognised when left out")
    importing.add_argument("--rate", help="money for a point: 1, 0.5 or 1/10")
    importing.add_argument("--currency", help="Firebot's id of the currency")
    importing.add_argument("--apply", action="store_true", help="do it, instead of only telling what would happen")
    undoing = commands.add_parser("undo", help="undo an import")
    undoing.set_defaults(run=undo)
    undoing.add_argument("batch")
    exporting = commands.add_parser("export", help="write the community as lines of JSON")
    exporting.set_defaults(run=export)
    exporting.add_argument("--to", type=Path, help="a file; the terminal when left out")
    one = commands.add_parser("export-player", help="write everything about a player as JSON")
    one.set_defaults(run=export_player)
    one.add_argument("username")
    one.add_argument("--platform", choices=PLATFORMS, default="twitch")
    one.add_argument("--to", type=Path, help="a file; the terminal when left out")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
