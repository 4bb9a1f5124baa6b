"""Imports point in the allowed directions and form no cycles."""

from __future__ import annotations

import pytest

from local.tools import structure


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
