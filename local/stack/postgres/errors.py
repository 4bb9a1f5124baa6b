class PostgresError(Exception):
    """Postgres cannot be started. One line for a person, then the server's own words if any."""


class AlreadyRunning(PostgresError):
    """Another live process has started a server on this data directory."""
