"""Refuse a coverage report in which a package falls short: `python -m local.tools.coverage_floor FILE PRODUCT...`.

The file is what `pytest --cov-report=json` writes. Each feature of a product counts by itself: that of the whole would
hide a package without tests. Source: worlds 0.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

FLOOR: Final = 80
"""Per cent of the statements."""


def coverage(files: Mapping[str, Any], product: str) -> dict[str, float]:
    """Return {package of a product: per cent of its statements that ran}, the lowest first.

    Args:
        files: those of the report: {path: what is known of it}.
    """
    ran, there = Counter[str](), Counter[str]()
    for path, known in files.items():
        _, below, inside = path.rpartition(f"/{product}/{product}/")
        if not below:
            continue
        package = inside.split("/")[0] if "/" in inside else product
        ran[package] += known["summary"]["covered_lines"]
        there[package] += known["summary"]["num_statements"]
    shares = {package: 100 * ran[package] / number for package, number in there.items() if number}
    return dict(sorted(shares.items(), key=lambda each: each[1]))


def main(arguments: Iterable[str]) -> int:
    file, *products = arguments
    files = json.loads(Path(file).read_text(encoding="utf-8"))["files"]
    status = 0
    for product in products:
        shares = coverage(files, product)
        if not shares:
            print(f"{product}: nothing was measured", file=sys.stderr)
            status = 1
        for package, share in shares.items():
            if share < FLOOR:
                print(f"{product}.{package}: {share:.1f} %, which is less than {FLOOR} %", file=sys.stderr)
                status = 1
        if shares:
            package, share = next(iter(shares.items()))
            print(f"{product}: {len(shares)} packages; the least covered is {package} with {share:.1f} %")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
