"""`python -m local.tools.verify --url URL community session`: tries an installation, and says what is broken.

Community needs an administrator's key in API_KEY. People and keys of its own, called brandish-verify, leave at the end.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Collection
from contextlib import closing

from local.stack.running import api_key, game_url
from local.tools.verify.checking import Broken, Report
from local.tools.verify.client import Client
from local.tools.verify.community import CommunityTrial
from local.tools.verify.interview import InterviewTrial
from local.tools.verify.personas import PersonasTrial
from local.tools.verify.security import SecurityTrial
from local.tools.verify.session import SessionTrial
from local.tools.verify.visitors import Visit
from local.tools.verify.websocket import WebSocketTrial

WORLDS = ("session", "interview", "websocket", "security")
"""In the order in which they are tried: what ends with too many requests comes last."""
SUITES = ("community", "personas", *WORLDS)


def main() -> int:
    options = _options()
    report = Report()
    with closing(Client(options.url)) as client:
        _try(client, report, options)
    print(f"{report.counts.total()} checks: " + ", ".join(f"{count} {what}" for what, count in report.counts.items()))
    if report.broken:
        print(f"Broken: {', '.join(report.broken)}.", file=sys.stderr)
        return 1
    print("Everything that was tried works.")
    return 0


def _try(client: Client, report: Report, options: argparse.Namespace) -> None:
    print(f"Trying {', '.join(options.suites)} at {client.url}", flush=True)
    with report.check("installation", "it answers, and reaches its database"):
        client.expect(200, "GET", "/healthz")
        client.expect(200, "GET", "/readyz")
    with report.check("freeze", "the game is not frozen"):
        features = client.send("GET", "/api/v1/admin/features", key=api_key())
        if features.status == 200 and any(each["name"] == "freeze" and each["on"] for each in features.body):
            raise Broken('everything would be refused; unfreeze it with make features ARGS="freeze off"')
    if not report.broken:
        if "community" in options.suites:
            discord_key = os.environ.get("DISCORD_PRIVATE_KEY", "")
            CommunityTrial(client, report, api_key(), discord_key, quick=options.quick).run()
        if "personas" in options.suites:
            PersonasTrial(client, report).run()
        _try_worlds(client, report, options.suites)


def _try_worlds(client: Client, report: Report, suites: Collection[str]) -> None:
    trials = {
        "session": SessionTrial,
        "interview": InterviewTrial,
        "websocket": WebSocketTrial,
        "security": SecurityTrial,
    }
    wanted = [trials[name] for name in WORLDS if name in suites]
    if not wanted:
        return
    visit = Visit(client, report)
    try:
        visit.arrive()
        for trial in wanted:
            trial(client, report, visit).run()
    finally:
        visit.leave()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make verify", description="Tries a running installation from outside.")
    parser.add_argument("--url", default=game_url(), help="the running game on this machine when left out")
    parser.add_argument("--quick", action="store_true", help="do not wait for the clock, which takes up to a minute")
    parser.add_argument("suites", nargs="*", choices=[*SUITES, []], help="all when left out")
    options = parser.parse_args()
    options.suites = options.suites or list(SUITES)
    return options


if __name__ == "__main__":
    sys.exit(main())
