"""Problems in content files, and checks that several sections share."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple


class Problem(NamedTuple):
    """A problem in a content file."""

    file: str  # relative to the configs directory
    field: str  # dotted path, e.g. recipes[3].costs[0].item
    text: str


def unknown(file: str, field: str, kind: str, name: str | None, known: Collection[str]) -> Iterator[Problem]:
    """Yield a problem if a name is not among the known ones; None is allowed."""
    if name is not None and name not in known:
        yield Problem(file, field, f'no {kind} named "{name}"{did_you_mean(name, known)}')


def repeated(file: str, rows: str, field: str, values: Iterable[int | str]) -> Iterator[Problem]:
    """Yield a problem for each value that an earlier row has already; `values` holds one value per row."""
    first: dict[int | str, int] = {}
    for index, value in enumerate(values):
        if first.setdefault(value, index) != index:
            shown = value if isinstance(value, int) else f'"{value}"'
            yield Problem(file, f"{rows}[{index}].{field}", f"{shown} is taken by {rows}[{first[value]}]")


def retired(
    file: str, field: str, kind: str, name: str | None, gone: Collection[str], advice: str
) -> Iterator[Problem]:
    """Yield a problem if what is in use refers to something that is retired.

    Args:
        gone: the retired names.
        advice: what to do, e.g. "remove this line".
    """
    if name is not None and name in gone:
        yield Problem(file, field, f'the {kind} "{name}" is retired: {advice}')


def old_names(file: str, rows: str, names: Sequence[tuple[str, Sequence[str]]]) -> Iterator[Problem]:
    """Find old names that are still in use, or are claimed twice.

    Args:
        names: (name, its `renamed_from`) of each row.
    """
    taken = {name: index for index, (name, _) in enumerate(names)}
    for index, (_, former) in enumerate(names):
        for place, name in enumerate(former):
            if taken.setdefault(name, index) != index or name in former[:place] or name == names[index][0]:
                other = "itself" if taken[name] == index else f"{rows}[{taken[name]}]"
                yield Problem(file, f"{rows}[{index}].renamed_from[{place}]", f'"{name}" is already a name of {other}')


def did_you_mean(wrong: str, known: Iterable[str]) -> str:
    """Return " (did you mean ...?)", or "" when no known word is similar."""
    from difflib import get_close_matches  # needed for broken files only

    close = get_close_matches(wrong, sorted(known), n=1)
    return f' (did you mean "{close[0]}"?)' if close else ""
