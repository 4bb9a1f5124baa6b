"""A strict parser of Prometheus's text format 0.0.4: it accepts only what Prometheus accepts.

Source: https://prometheus.io/docs/instrumenting/exposition_formats/
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"'
SAMPLE = re.compile(rf"({NAME})(?:\{{({LABEL}(?:,{LABEL})*)\}})? (\S+)")

Labels = tuple[tuple[str, str], ...]


@dataclass
class Family:
    kind: str
    text: str
    samples: dict[tuple[str, Labels], float] = field(default_factory=dict)

    def value(self, ending: str = "", /, **labels: str) -> float:
        return self.samples[ending, tuple(sorted(labels.items()))]


def parse(page: str) -> dict[str, Family]:
    """
    Raises:
        AssertionError: the page breaks a rule.
    """
    assert page.endswith("\n"), "the last line must end"
    families: dict[str, Family] = {}
    current = help_text = ""
    for line in page.removesuffix("\n").split("\n"):
        if match := re.fullmatch(rf"# HELP ({NAME}) ((?:[^\\]|\\[\\n])*)", line):
            assert match[1] not in families, f"{match[1]} is described twice"
            current, help_text = match[1], match[2]
        elif match := re.fullmatch(rf"# TYPE ({NAME}) (counter|gauge|histogram)", line):
            assert match[1] == current, "HELP and TYPE name different metrics"
            assert current not in families, "TYPE stands twice or comes late"
            families[current] = Family(match[2], help_text)
        else:
            match = SAMPLE.fullmatch(line)
            assert match, f"not a sample: {line!r}"
            assert current in families, "a sample without a TYPE before it"
            _add(families[current], current, match[1], match[2] or "", match[match.lastindex or 0])
    for name, family in families.items():
        if family.kind == "histogram":
            _check_histogram(family)
        elif family.kind == "counter":
            assert name.endswith("_total")
            assert all(value >= 0 for value in family.samples.values())
    return families


def _add(family: Family, name: str, sample: str, labels: str, value: str) -> None:
    assert sample.startswith(name), f"{sample} stands among the samples of {name}"
    ending = sample.removeprefix(name)
    assert ending in (("_bucket", "_sum", "_count") if family.kind == "histogram" else ("",))
    pairs = [(match[1], _unescape(match[2])) for match in re.finditer(LABEL, labels)]
    key = ending, tuple(sorted(pairs))
    assert len(dict(pairs)) == len(pairs), f"a label stands twice in {labels}"
    assert key not in family.samples, f"{sample}{{{labels}}} stands twice"
    family.samples[key] = float(value)


def _unescape(text: str) -> str:
    return re.sub(r"\\(.)", lambda match: {"n": "\n"}.get(match[1], match[1]), text)


def _check_histogram(family: Family) -> None:
    buckets: dict[Labels, list[tuple[float, float]]] = {}
    for (ending, labels), value in family.samples.items():
        if ending == "_bucket":
            rest: Mapping[str, str] = dict(labels)
            key = tuple(pair for pair in labels if pair[0] != "le")
            buckets.setdefault(key, []).append((float(rest["le"]), value))
    for labels, steps in buckets.items():
        assert steps == sorted(steps), "buckets go up, and each holds the ones before it"
        assert [count for _, count in steps] == sorted(count for _, count in steps)
        assert steps[-1] == (float("inf"), family.samples["_count", labels])
        assert ("_sum", labels) in family.samples
    assert {labels for ending, labels in family.samples if ending != "_bucket"} == buckets.keys()
