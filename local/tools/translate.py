"""Run with the SAM CLI's Python: template.yaml as CloudFormation will see it. `sam validate` does not go so far."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from types import SimpleNamespace

from samcli.commands.validate.lib.exceptions import InvalidSamDocumentException  # pyright: ignore[reportMissingImports]
from samcli.lib.translate.sam_template_validator import SamTemplateValidator  # pyright: ignore[reportMissingImports]
from samcli.yamlhelper import yaml_parse  # pyright: ignore[reportMissingImports]

logging.disable(logging.WARNING)


def main(path: Path) -> int:
    # AWS's own policies would be asked for over the network; those of the template are written out.
    validator = SamTemplateValidator(yaml_parse(path.read_text()), SimpleNamespace(load=dict), region="us-east-1")
    try:
        validator.get_translated_template_if_valid()
    except InvalidSamDocumentException as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{path} can be translated")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
