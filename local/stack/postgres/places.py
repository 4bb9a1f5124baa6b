"""Directories that another account can reach."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from pathlib import Path

from local.stack.postgres.errors import PostgresError

_PROJECT = Path(__file__).resolve().parents[3]
_SOCKETS = "/tmp/brandish-pg-"  # short: the path of a socket may have 107 bytes


def fallback_home() -> Path:
    """Where root keeps this checkout's server when the account that runs it cannot enter the checkout."""
    home = Path("/var/tmp", f"brandish-{hashlib.sha256(bytes(_PROJECT)).hexdigest()[:12]}")
    home.mkdir(mode=0o755, exist_ok=True)
    # /var/tmp is shared: another user may have created the folder first.
    if home.is_symlink() or home.stat().st_uid != os.geteuid():
        raise PostgresError(f"{home} belongs to someone else: remove it")
    home.chmod(0o755)  # regardless of the umask
    return home


def new_socket_dir() -> Path:
    return Path(tempfile.mkdtemp(prefix=Path(_SOCKETS).name, dir=Path(_SOCKETS).parent))


def remove_socket_dir(path: str) -> None:
    """Remove what a killed server has left behind, and never anything but a socket directory of ours."""
    if path.startswith(_SOCKETS) and "/" not in path.removeprefix(_SOCKETS):
        shutil.rmtree(path, ignore_errors=True)
