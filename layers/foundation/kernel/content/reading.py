"""Reading content files and explaining what is wrong with them."""

import json
import re
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from kernel.content.base import Document
from kernel.content.errors import ContentError
from kernel.content.problems import did_you_mean

D = TypeVar("D", bound=Document)


def parse(raw: bytes, model: type[D], file: str) -> D:
    """Parse a file's bytes into a model.

    Raises:
        ContentError: the JSON is broken, or does not have the model's shape.
    """
    try:
        text = raw.decode("utf-8-sig")  # some editors on Windows write a byte order mark
        json.loads(text, object_pairs_hook=_unique)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise ContentError(file, place, f"broken JSON: {error.msg}") from None
    except (ValueError, RecursionError) as error:
        raise ContentError(file, "", f"broken JSON: {error}") from None
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise ContentError(file, dotted(first["loc"]), _explain(first)) from None


def dotted(location: tuple[str | int, ...]) -> str:
    """Return a pydantic error's location as a dotted path, e.g. recipes[3].costs[0].item."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in location if step != "[key]")
    return "".join(steps).removeprefix(".")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f'"{twice}" stands twice in one object')
    return found


def _explain(error: ErrorDetails) -> str:
    given = json.dumps(error["input"], ensure_ascii=False, default=str)
    given = given if len(given) <= 60 else f"{given[:57]}..."
    match error["type"]:
        case "missing":
            return "is missing"
        case "extra_forbidden":
            return "there is no such field"
        case "literal_error":
            known = re.findall(r"'([^']*)'", error["ctx"]["expected"]) if "ctx" in error else []
            hint = did_you_mean(str(error["input"]), known) or f" (known: {', '.join(known)})"
            return f"{given} is not known{hint}"
        case "value_error":
            return error["msg"].removeprefix("Value error, ")
        case _:
            message = error["msg"]
            return f"{message[0].lower()}{message[1:]}, not {given}"
