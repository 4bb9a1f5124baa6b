from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple


class Problem(NamedTuple):
    file: str  # relative to the configs directory
    field: str  # dotted path, e.g. recipes[3].costs[0].item
    text: str


def unknown(file: str, field: str, kind: str, name: str | None, known: Collection[str]) -> Iterator[Problem]:
    """Find out whether a name refers to nothing; None refers to nothing on purpose."""
    if name is not None and name not in known:
        yield Problem(file, field, f'no {kind} named "{name}"{did_you_mean(name, known)}')


def repeated(file: str, rows: str, field: str, values: Iterable[int | str]) -> Iterator[Problem]:
    """Find every value that an earlier row has already; `values` holds one per row."""
    first: dict[int | str, int] = {}
    for index, value in enumerate(values):
        if first.setdefault(value, index) != index:
            shown = value if isinstance(value, int) else f'"{value}"'
            yield Problem(file, f"{rows}[{index}].{field}", f"{shown} is taken by {rows}[{first[value]}]")


def did_you_mean(wrong: str, known: Iterable[str]) -> str:
    """Return " (did you mean ...?)", or nothing when no known word comes close."""
    from difflib import get_close_matches  # only a broken file needs it

    close = get_close_matches(wrong, sorted(known), n=1)
    return f' (did you mean "{close[0]}"?)' if close else ""
