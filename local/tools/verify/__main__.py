"""`python -m local.tools.verify --url URL community personas`: tries an installation, and says what is broken.

It needs an administrator's key in API_KEY. People and keys of its own, called brandish-verify, leave at the end.
"""

from __future__ import annotations

import argparse
import os
import sys
from contextlib import closing

from local.stack.running import api_key, game_url
from local.tools.verify.checking import Broken, Report
from local.tools.verify.client import Client
from local.tools.verify.community import CommunityTrial
from local.tools.verify.personas import PersonasTrial

PRODUCTS = ("community", "personas")


def main() -> int:
    options = _options()
    report = Report()
    with closing(Client(options.url)) as client:
        _try(client, report, options)
    if report.broken:
        print(f"Broken: {', '.join(report.broken)}.", file=sys.stderr)
        return 1
    print("Everything that was tried works.")
    return 0


def _try(client: Client, report: Report, options: argparse.Namespace) -> None:
    print(f"Trying {', '.join(options.products)} at {client.url}", flush=True)
    with report.check("installation", "it answers, and reaches its database"):
        client.expect(200, "GET", "/healthz")
        client.expect(200, "GET", "/readyz")
    with report.check("freeze", "the game is not frozen"):
        features = client.send("GET", "/api/v1/admin/features", key=api_key())
        if features.status == 200 and any(each["name"] == "freeze" and each["on"] for each in features.body):
            raise Broken('everything would be refused; unfreeze it with make features ARGS="freeze off"')
    if not report.broken:
        if "community" in options.products:
            discord_key = os.environ.get("DISCORD_PRIVATE_KEY", "")
            CommunityTrial(client, report, api_key(), discord_key, quick=options.quick).run()
        if "personas" in options.products:
            PersonasTrial(client, report).run()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make verify", description="Tries a running installation from outside.")
    parser.add_argument("--url", default=game_url(), help="the running game on this machine when left out")
    parser.add_argument("--quick", action="store_true", help="do not wait for the clock, which takes up to a minute")
    parser.add_argument("products", nargs="*", choices=[*PRODUCTS, []], help="all when left out")
    options = parser.parse_args()
    options.products = options.products or list(PRODUCTS)
    return options


if __name__ == "__main__":
    sys.exit(main())
