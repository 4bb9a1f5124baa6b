"""`make install`: creates a virtual environment with exactly the packages of a lock file, and shows the progress.

Standard library only, because it runs before anything is installed.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import venv
from pathlib import Path

OLDEST = (3, 11)


def main(folder: str, lock: str, *options: str) -> int:
    if sys.version_info < OLDEST:
        version = ".".join(map(str, sys.version_info[:2]))
        print(f"Brandish needs Python 3.11 or newer, and this is {version}. Try: make PYTHON=python3.13 dev")
        return 1
    print(f"Setting up {folder} (once; a minute or two)", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    venv.create(folder, with_pip=True)
    return install(Path(folder) / "bin" / "python", lock, options)


def install(python: Path, lock: str, options: tuple[str, ...]) -> int:
    pip = [python, "-m", "pip", "--disable-pip-version-check", "install", "--require-hashes", "--progress-bar=off"]
    output: list[str] = []
    with subprocess.Popen(
        [*pip, *options, "-r", lock], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as process:
        assert process.stdout
        for line in process.stdout:
            output.append(line)
            show(line)
    print(flush=True)
    if process.returncode:
        print(f"The installation failed; pip said:\n\n{''.join(output[-20:])}")
    return process.returncode


def show(line: str) -> None:
    """Show a line of pip's progress: on a terminal in place, elsewhere only the last stage."""
    words = line.split()
    if not words or words[0] not in ("Collecting", "Downloading", "Using", "Installing"):
        return
    what = {"Installing": "all of it", "Using": words[-1]}.get(words[0], words[1])
    stage = f"  {words[0].lower()} {what}"
    if sys.stdout.isatty():
        print(f"\r\033[K{stage[:76]}", end="", flush=True)
    elif words[0] == "Installing":
        print(stage, end="", flush=True)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
