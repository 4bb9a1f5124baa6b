"""Write the keys of the progression tree as a type, so that code cannot name a node that the tree does not have."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Final

from local.tools.generated import ROOT, write_or_check

TREE: Final = ROOT / "configs" / "community" / "progression_tree.json"
FILE: Final = ROOT / "layers" / "community" / "community" / "progression" / "keys.py"

HEAD: Final = '''"""The keys of the progression tree's nodes. Generated from the tree: make generated."""

from __future__ import annotations

from typing import Literal

TreeNodeKey = Literal[
'''


def document(tree: Path = TREE) -> str:
    """Return the module, with the keys of all nodes of a tree in order, those included that are planned or retired."""
    keys = sorted(node["key"] for node in json.loads(tree.read_text(encoding="utf-8"))["nodes"])
    return HEAD + "".join(f"    {json.dumps(key)},\n" for key in keys) + "]\n"


if __name__ == "__main__":
    sys.exit(write_or_check(FILE, document(), sys.argv[1:]))
