"""The web server of one environment: `python -m stream`."""

from __future__ import annotations

import logging
from types import FrameType

import uvicorn

from functions.shared.stream.app import app, hub_of, served
from kernel.settings import text

SHUTDOWN_SECONDS = 5
"""After which a listener that takes nothing any more is cut off."""


class Server(uvicorn.Server):
    """Ends the streams when it is told to stop. Uvicorn by itself would wait for them to end."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        if self.started:  # and so there is a hub
            hub_of(app).end_soon()


def main() -> None:
    if text("AWS_LAMBDA_FUNCTION_NAME"):
        _log_as_json()
    Server(
        uvicorn.Config(
            served,
            host="127.0.0.1",
            port=int(text("PORT") or "8080"),
            access_log=False,
            log_level="warning",
            server_header=False,
            ws="none",
            timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        )
    ).run()


def _log_as_json() -> None:
    """As the runtime does for functions that it runs itself."""
    from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

    handler = logging.StreamHandler()
    handler.setFormatter(LambdaPowertoolsFormatter())
    logging.getLogger().addHandler(handler)


if __name__ == "__main__":
    main()
