"""Schemathesis against the running stack: whatever comes in, no server error goes out."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from local.process import StackProcess

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_no_input_of_any_kind_is_a_server_error(database_url: str):
    with StackProcess(database_url) as stack:
        result = subprocess.run(
            [
                Path(sys.executable).parent / "schemathesis",
                "run",
                ROOT / "docs" / "openapi.json",
                f"--url={stack.url}",
                "--header=X-API-Key: test-api-key",
                "--checks=not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance",
                "--phases=examples,coverage,fuzzing",
                "--max-examples=60",
                "--max-time=240",
                "--seed=20261121",
                "--suppress-health-check=all",
                "--no-color",
            ],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=600,
        )

    assert result.returncode == 0, result.stdout[-8000:]
