"""docs/settings.md is what the code says, and leaves out nothing that an operator may set."""

from __future__ import annotations

import ast

import pytest

from local.tools import settings
from local.tools.settings import _read


def test_the_committed_file_is_current(capsys: pytest.CaptureFixture[str]):
    assert settings.main(["--check"]) == 0, capsys.readouterr().err


def test_every_variable_that_takes_a_parameter_is_listed():
    listed = settings.FILE.read_text(encoding="utf-8")
    parameters = {f'{{"Ref": "{name}"}}' for name in settings.TEMPLATE["Parameters"]}

    variables = {name for name, values in settings.set_by_template().items() if parameters.intersection(values)}
    assert len(variables) > 30
    assert {name for name in variables if f"| `{name}` |" not in listed} == set()


@pytest.mark.parametrize(
    ("source", "meaning"),
    [
        (
            'from kernel.settings import count\nclass A:\n    x: int\n    """Of the field."""\n'
            's = A(x=count("X_SECONDS"))',
            "Of the field.",
        ),
        (
            'from kernel.settings import count\nclass A:\n    """A.\n\n    Attributes:\n        x: under attributes.\n'
            '    """\n    x: int\ns = A(x=max(1, count("X_SECONDS")))',
            "under attributes.",
        ),
        (
            'from kernel.settings import count\ndef f():\n    """F.\n\n    X_SECONDS: of the function.\n    """\n'
            '    return count("X_SECONDS")',
            "of the function.",
        ),
        ('from kernel.settings import count\nx = count("X_SECONDS")\n"""Below it."""', "Below it."),
        ('from kernel.settings import count\nx = count("X_SECONDS")', ""),
    ],
)
def test_a_meaning_is_found_where_the_code_says_it(source: str, meaning: str):
    [found] = _read("example", ast.parse(source))

    assert (found.name, found.type, found.meaning) == ("X_SECONDS", "whole number: seconds", meaning)
