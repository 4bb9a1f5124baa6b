"""The keys of the tree, as a type."""

from __future__ import annotations

import json
from pathlib import Path
from typing import get_args

from community.contributions.service import BOOST
from community.effects import FEATURES
from community.progression.keys import TreeNodeKey
from local.tools.progression_keys import FILE, TREE, document


def test_the_type_has_the_keys_of_the_tree():
    assert FILE.read_text(encoding="utf-8") == document()


def test_a_new_node_is_one_line_in_the_tree(tmp_path: Path):
    tree = json.loads(TREE.read_text(encoding="utf-8"))
    tree["nodes"].append({"key": "feature_weather"})
    changed = tmp_path / "tree.json"
    changed.write_text(json.dumps(tree), encoding="utf-8")

    assert set(document(changed).splitlines()) - set(document().splitlines()) == {'    "feature_weather",'}


def test_what_the_code_asks_for_is_in_the_tree_but_for_a_node_that_communities_may_add():
    assert FEATURES - set(get_args(TreeNodeKey)) == {BOOST}
