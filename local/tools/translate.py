"""Translates template.yaml to CloudFormation and compares its size with the limits, which `sam validate` does not do.

Run it with the SAM CLI's Python. A second path is where to write the translated template, for `make scan`.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

from samcli.commands.validate.lib.exceptions import InvalidSamDocumentException  # pyright: ignore[reportMissingImports]
from samcli.lib.translate.sam_template_validator import SamTemplateValidator  # pyright: ignore[reportMissingImports]
from samcli.yamlhelper import yaml_parse  # pyright: ignore[reportMissingImports]

MAX_RESOURCES: Final = 500
MAX_BYTES: Final = 1_000_000
# From here on, the stack has to be split.
FULL_RESOURCES: Final = 460
FULL_BYTES: Final = 800_000

logging.disable(logging.WARNING)


def translate(document: Mapping[str, Any]) -> dict[str, Any]:
    """The template that SAM makes of this one.

    Raises:
        InvalidSamDocumentException: SAM cannot make one.
    """
    # SAM changes the document in place, so what YAML aliases share has to be copied.
    copied = json.loads(json.dumps(document))
    # Without AWS's managed policies, which SAM would fetch over the network; the template uses none.
    validator = SamTemplateValidator(copied, SimpleNamespace(load=dict), region="us-east-1")
    return yaml_parse(validator.get_translated_template_if_valid())


def main(path: Path, result: Path | None = None) -> int:
    try:
        translated = translate(yaml_parse(path.read_text()))
    except InvalidSamDocumentException as error:
        print(error, file=sys.stderr)
        return 1
    if result:
        result.write_text(json.dumps(translated, indent=1))
    resources = len(translated["Resources"])
    size = len(json.dumps(translated, separators=(",", ":")).encode())
    print(f"{path}: {resources} of {MAX_RESOURCES} resources, {size // 1000} of {MAX_BYTES // 1000} kB")
    if resources >= FULL_RESOURCES or size >= FULL_BYTES:
        print(f"It has to stay below {FULL_RESOURCES} and {FULL_BYTES // 1000} kB", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:])))
