"""A Postgres that belongs to whoever starts it: `make dev`, or a test session."""

from local.postgres.binaries import find_binaries
from local.postgres.errors import AlreadyRunning, PostgresError
from local.postgres.server import Postgres

__all__ = ["AlreadyRunning", "Postgres", "PostgresError", "find_binaries"]
