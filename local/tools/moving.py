"""`python -m local.tools.moving import FILE --platform twitch`: points in; `undo BATCH`, `export` and `export-player`.

Works against the running game, or another one: BASE_URL and API_KEY.
"""

from __future__ import annotations

import argparse
import json
import sys
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from community.imports.models import DECIMAL_SIGNS, FORMATS
from community.players.models import PLATFORMS
from local.demo.game import Game
from local.tools.asking import ask, run


def main() -> int:
    options = _options()
    return run(lambda game: options.run(game, options), OSError, UnicodeDecodeError)


def bring_in(game: Game, options: argparse.Namespace) -> None:
    """Import a file; without `--apply`, tell what would happen."""
    given = {
        "platform": options.platform,
        "content": text_of(options.file),
        "format": options.format,
        "rate": options.rate,
        "currency": options.currency,
        "decimal_sign": options.decimal_sign,
        "dry_run": not options.apply,
    }
    body = {name: value for name, value in given.items() if value is not None}
    report = ask(game, "POST", "/api/v1/admin/imports", body)
    print(f"{options.file}, read as {report['format']}: {report['message']}")
    for problem in report["problems"]:
        print(f"  line {problem['line']}: {problem['problem']}")
    if more := report["problem_count"] - len(report["problems"]):
        print(f"  and {more} more lines that are left out")
    for warning in report["warnings"]:
        print(f"  line {warning['line']}: {warning['problem']}")
    if more := report["warning_count"] - len(report["warnings"]):
        print(f"  and {more} more balances that do not fit")
    if options.apply:
        print(f"To undo it: make undo-import BATCH={report['batch']['batch_id']}")
    else:
        print("Nothing has changed. To do it, add --apply.")


def text_of(file: Path) -> str:
    """Return the text of a file. Excel saves CSV as Windows-1252, and "Unicode text" as UTF-16."""
    data = file.read_bytes()
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return data.decode("utf-16")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def undo(game: Game, options: argparse.Namespace) -> None:
    """Undo an import, in as many calls as it takes."""
    while True:
        report = ask(game, "POST", "/api/v1/admin/imports/undo", {"batch_id": options.batch})
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
        page = ask(game, "GET", "/api/v1/admin/export", wanted)
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
    export = ask(game, "GET", "/api/v1/admin/players/export", who)
    more = export.pop("more")
    while more:
        table, before = more.popitem()
        page = ask(game, "GET", "/api/v1/admin/players/export", who | {"table": table, "before": before})
        export["records"][table] += page["records"][table]
        more |= page["more"]
    text = json.dumps(export, ensure_ascii=False, indent=1)
    if options.to:
        options.to.write_text(text + "\n", encoding="utf-8")
    else:
        print(text)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="moving", description="Moves points into the game, and data out of it.")
    commands = parser.add_subparsers(required=True)
    importing = commands.add_parser("import", help="import the points of another bot")
    importing.set_defaults(run=bring_in)
    importing.add_argument("file", type=Path)
    importing.add_argument("--platform", choices=PLATFORMS, default="twitch")
    importing.add_argument("--format", choices=FORMATS, help="recognised when left out")
    importing.add_argument("--rate", help="money for a point: 1, 0.5 or 1/10")
    importing.add_argument("--currency", help="the column with the points, or Firebot's id of the currency")
    importing.add_argument("--decimal-sign", choices=DECIMAL_SIGNS, help="before decimals; recognised when left out")
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
