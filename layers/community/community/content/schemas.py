"""Write the JSON Schemas that editors use for configs/: `python -m community.content.schemas`."""

import json
from pathlib import Path
from typing import Any

from community.content import configs
from community.content.loading import FILES
from community.info.models import Feature


def schemas() -> dict[str, str]:
    """Return {schema's file name: its text}."""
    models = {Path(name).stem: model for name, model in FILES.items()} | {"info": Feature}
    return {f"{name}.schema.json": _text(model.model_json_schema()) for name, model in models.items()}


def _text(schema: dict[str, Any]) -> str:
    return json.dumps(schema, indent=2, sort_keys=True) + "\n"


def main() -> None:
    directory = configs() / "schemas"
    directory.mkdir(exist_ok=True)
    for name, text in schemas().items():
        (directory / name).write_text(text, encoding="utf-8")
        print(directory / name)


if __name__ == "__main__":
    main()
