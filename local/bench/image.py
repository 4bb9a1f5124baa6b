"""The layers and functions as `sam build` makes them, but for this machine: byte-code for python3.13 only."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from local.stack.template import Function, load

ROOT = Path(__file__).resolve().parents[2]
STATE = ROOT / ".local" / "bench"
TEMPLATE = ROOT / "template.yaml"
PYTHON_OF_THE_BUILD = str(ROOT / "layers" / "python313")


class BuildError(Exception):
    """A command of the build failed; the text is its output."""


@dataclass(frozen=True, slots=True)
class Image:
    """The code that a Lambda environment with all functions would see.

    Attributes:
        python: the interpreter, 3.13.
        functions: {name in the template: function}, those whose code is there.
        doors: the names of the functions that serve HTTP.
    """

    python: str
    paths: tuple[Path, ...]
    functions: Mapping[str, Function]
    doors: frozenset[str]

    def environment(self, **more: str) -> dict[str, str]:
        """Environment variables for a process of `python` that sees only the image and writes no byte-code."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "PYTHON313", "PYENV_ROOT") if name in os.environ}
        return kept | {
            "PYTHONPATH": os.pathsep.join(str(path) for path in self.paths),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONNOUSERSITE": "1",
            "AWS_REGION": "eu-central-1",
            **more,
        }


def build() -> Image:
    """Build everything anew except libraries, which are kept until their lock file changes.

    Raises:
        BuildError: no python3.13, a package that cannot be installed, or code that does not compile.
    """
    python = _run(PYTHON_OF_THE_BUILD, "-c", "import sys; print(sys.executable)").strip()
    template = load(TEMPLATE)
    functions = {
        name: function
        for name, function in template.functions.items()
        if (ROOT / Path(*re.split(r"[./]", function.handler)[:3])).is_dir()
    }
    paths = (_make("functions", *functions), *(_layer(Path(folder)) / "python" for folder in template.layers))
    return Image(python, paths, functions, frozenset(route.function for route in template.api.routes))


def _make(folder: str, *resources: str) -> Path:
    artifacts = STATE / "image" / Path(folder).name
    shutil.rmtree(artifacts, ignore_errors=True)
    return _make_into(artifacts, folder, *resources)


def _make_into(artifacts: Path, folder: str, *resources: str) -> Path:
    artifacts.mkdir(parents=True)
    targets = [f"build-{name}" for name in resources]
    _run("make", "--silent", "-f", f"{folder}/Makefile", *targets, f"ARTIFACTS_DIR={artifacts}", "PLATFORM=")
    return artifacts


def _layer(folder: Path) -> Path:
    resource = folder.name.capitalize()
    lock = ROOT / folder / "requirements.txt"
    if not lock.exists():
        return _make(str(folder), resource)
    fingerprint = hashlib.sha256(lock.read_bytes() + lock.with_name("Makefile").read_bytes()).hexdigest()[:12]
    home = STATE / f"{folder.name}-{fingerprint}"
    if not home.exists():
        for older in STATE.glob(f"{folder.name}-*"):
            shutil.rmtree(older)
        unfinished = STATE / f"unfinished-{folder.name}"
        shutil.rmtree(unfinished, ignore_errors=True)
        _make_into(unfinished, str(folder), resource).rename(home)
    return home


def _run(*command: str) -> str:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BuildError(f"{' '.join(command)}\n{done.stdout}{done.stderr}".strip())
    return done.stdout
