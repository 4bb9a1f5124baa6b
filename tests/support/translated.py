"""What SAM's own translator, in an environment of its own, makes of a template."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from typing import Any

import pytest

from tests.support.code import ROOT

SAM_PYTHON = ROOT / ".local/sam/bin/python"
needs_sam = pytest.mark.skipif(not SAM_PYTHON.exists(), reason="`make sam` installs the translator")

_SCRIPT = """
import json, sys
from local.tools.translate import translate
print(json.dumps([translate(each) for each in json.load(sys.stdin)]))
"""


def translated(*templates: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what becomes of each template, as CloudFormation gets it."""
    done = subprocess.run(
        [SAM_PYTHON, "-c", _SCRIPT], cwd=ROOT, input=json.dumps(templates), capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)
