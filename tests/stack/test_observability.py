"""The alert rules and the dashboard speak of metrics that exist."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from functions.shared.system.exposition import exposition
from functions.shared.system.queries import MetricValues

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "observability"
WORDS_OF_PROMQL = {"sum", "rate", "increase", "histogram_quantile", "by", "le", "op"}


def expressions() -> Iterator[str]:
    rules = yaml.safe_load((FOLDER / "alerts.yml").read_text())
    yield from (rule["expr"] for group in rules["groups"] for rule in group["rules"])
    dashboard = json.loads((FOLDER / "grafana.json").read_text())
    yield from (target["expr"] for panel in dashboard["panels"] for target in panel["targets"])


def metrics_of(expression: str) -> set[str]:
    """The names in an expression that are neither functions, labels nor values."""
    bare = re.sub(r"\{[^}]*\}|\[[^\]]*\]|by \([^)]*\)", "", expression)
    return set(re.findall(r"[a-z_]{4,}", bare)) - WORDS_OF_PROMQL


def test_they_ask_for_metrics_that_the_installation_has():
    text = exposition(MetricValues((), {}, 0, 0, 0, 0, 0))
    known = set(re.findall(r"^# TYPE (\S+)", text, re.MULTILINE))
    asked = {re.sub(r"_bucket$", "", name) for each in expressions() for name in metrics_of(each)}

    assert asked
    assert asked - known == set()


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed (Debian: prometheus)")
def test_the_rules_do_what_they_say():
    for arguments in (("check", "config", "prometheus.yml"), ("test", "rules", "alerts_test.yml")):
        done = subprocess.run(["promtool", *arguments], cwd=FOLDER, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
