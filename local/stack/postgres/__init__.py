"""A Postgres server that belongs to the process that starts it: `make dev`, or a test session."""

from local.stack.postgres.binaries import find_binaries
from local.stack.postgres.errors import AlreadyRunning, PostgresError
from local.stack.postgres.server import Postgres, find_data, find_running

__all__ = ["AlreadyRunning", "Postgres", "PostgresError", "find_binaries", "find_data", "find_running"]
