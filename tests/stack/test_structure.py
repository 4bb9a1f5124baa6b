"""Imports point in the allowed directions and form no cycles."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from local.tools import structure
from tests.support.code import ROOT


def test_imports_point_from_functions_through_products_and_doors_to_the_kernel():
    assert structure.forbidden_imports() == []


def test_no_modules_import_each_other():
    assert structure.cycles(structure.imports()) == []


@pytest.mark.parametrize("top", ["kernel", "doors", *structure.products()])
def test_no_packages_import_each_other(top: str):
    assert structure.cycles(structure.packages(top)) == []


def test_products_are_found():
    assert "community" in structure.products()


def test_a_cycle_is_found_with_all_its_members():
    graph = {"a": {"b"}, "b": {"c"}, "c": {"a", "d"}, "d": set[str](), "e": {"a"}}

    assert structure.cycles(graph) == [["a", "b", "c"]]


def test_the_committed_picture_is_current():
    assert structure.FILE.read_text() == structure.picture()


def test_no_function_starts_with_the_slow_libraries_of_aws():
    """They take longer to import than all of a function, and are only in Lambda's own runtime."""
    sources = [*(ROOT / "functions").rglob("*.py"), *(ROOT / "layers").glob("*/*/**/*.py")]
    starting = {
        str(source.relative_to(ROOT))
        for source in sources
        for statement in ast.parse(source.read_text(encoding="utf-8")).body
        if re.match(r"(import|from) (boto3|botocore)\b", ast.unparse(statement))
    }

    # These are imported when they are needed themselves.
    assert starting == {"layers/foundation/kernel/event_bridge.py", "layers/foundation/kernel/iam.py"}


def started_by_make() -> set[tuple[str, str]]:
    """Return what each Python that the Makefile starts is to run: a module, or a file."""
    targets = re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE)
    command = ["make", "--dry-run", "--always-make", "PYTHON313=python3.13", *targets]
    recipes = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return set(re.findall(r"python\S* (?:-m (\S+)|(\S+\.py)\b)", recipes))


def modules_in(folder: Path) -> set[str]:
    """Return what `import` finds in a folder; one without `__init__.py` gives way to Python's own module."""
    return {file.stem for file in folder.glob("*.py")} | {file.parent.name for file in folder.glob("*/__init__.py")}


def test_no_program_that_make_starts_finds_a_module_of_ours_in_place_of_pythons():
    """A file looks beside itself first, where `local/tools/inspect` is; a module looks in the root."""
    started = started_by_make()
    modules = {module for module, _ in started if module.startswith("local.")}
    scripts = {script for _, script in started if script}
    path = [ROOT, *(ROOT / "layers").iterdir(), *((ROOT / script).parent for script in scripts)]

    assert {"local.tools.translate", "local.tools.deploy"} <= modules
    assert [module for module in modules if find_spec(module) is None] == []
    assert {name for folder in path for name in modules_in(folder)} & sys.stdlib_module_names == set()
