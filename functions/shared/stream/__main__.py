"""The web server of an environment: `python -m functions.shared.stream`."""

from __future__ import annotations

import logging
from types import FrameType

import uvicorn

from functions.shared.stream.app import app, hub_of, served
from kernel.settings import text

SHUTDOWN_SECONDS = 5
"""How long the server waits for listeners at shutdown before it cuts them off."""


class Server(uvicorn.Server):
    """A server that ends the streams at shutdown; plain Uvicorn would wait for them to end."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop the server and end the streams."""
        super().handle_exit(sig, frame)
        if self.started:  # and so there is a hub
            hub_of(app).end_soon()


def main() -> None:
    """Run the server.

    PORT: where the Lambda Web Adapter calls it.
    """
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
    """Format logs as Lambda's Python runtime does."""
    from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

    handler = logging.StreamHandler()
    handler.setFormatter(LambdaPowertoolsFormatter())
    logging.getLogger().addHandler(handler)


if __name__ == "__main__":
    main()
