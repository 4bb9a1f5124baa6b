"""Playing with other content than the shipped one, within a test."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from community import contents
from community.catalog import item_names
from community.configs import shipped
from community.quests import rules as quests
from kernel.content.library import Section

Documents = dict[str, Any]
"""{content file: its JSON}"""

ITEMS, TREE, JOBS = "items.json", "progression_tree.json", "jobs.json"
UPGRADES, DISASSEMBLES = "recipes/upgrade.json", "recipes/disassemble.json"
LOOT, ACHIEVEMENTS, QUESTS, ALIASES = "loot_tables.json", "achievements.json", "quests.json", "item_aliases.json"
FILES = (ITEMS, TREE, JOBS, UPGRADES, DISASSEMBLES, LOOT, ACHIEVEMENTS, QUESTS, ALIASES)

Change = Callable[[Documents], None]

KINDS: Mapping[str, tuple[str, str, str]] = {
    "item": (ITEMS, "items", "internal_name"),
    "node": (TREE, "nodes", "key"),
    "job": (JOBS, "jobs", "key"),
    "recipe": (UPGRADES, "recipes", "recipe_key"),
    "achievement": (ACHIEVEMENTS, "achievements", "key"),
}
"""{kind: (file, its list, the field with the name)}"""


@contextmanager
def changed_content(folder: Path, *changes: Change) -> Iterator[Documents]:
    """The game with changed content: what the sections have read and derived is set aside until the end.

    Args:
        folder: for the changed files; it must not exist.
    """
    original = shipped.root
    shutil.copytree(original, folder)
    documents = {name: json.loads((folder / name).read_bytes()) for name in FILES}
    for change in changes:
        change(documents)
    for name, document in documents.items():
        (folder / name).write_text(json.dumps(document), encoding="utf-8")
    sections = [shipped[section] for section in contents.SECTIONS]
    before = [dict(section.__dict__) for section in sections]
    try:
        _use(folder, sections, [{"library": shipped}] * len(sections))
        yield documents
    finally:
        _use(original, sections, before)  # the same objects as before, which other tests' modules have kept


def _use(folder: Path, sections: Sequence[Section[Any]], contained: Sequence[Mapping[str, Any]]) -> None:
    shipped.root = folder
    for section, values in zip(sections, contained, strict=True):
        section.__dict__.clear()
        section.__dict__.update(values)
    quests._active_quests.cache_clear()
    item_names._index = None


def names_of(documents: Documents, kind: str) -> list[str]:
    file, rows, field = KINDS[kind]
    return [row[field] for row in documents[file][rows]]


def entry(documents: Documents, kind: str, name: str) -> dict[str, Any]:
    file, rows, field = KINDS[kind]
    return next(row for row in documents[file][rows] if row[field] == name)


def without(kind: str, name: str) -> Change:
    """Remove an entry, and what refers to it as far as that can be removed."""

    def change(documents: Documents) -> None:
        file, rows, field = KINDS[kind]
        _release(documents, kind, name)
        documents[file][rows] = [row for row in documents[file][rows] if row[field] != name]
        documents[ALIASES]["aliases"].pop(name if kind == "item" else "", None)
        if kind == "item":
            documents[LOOT]["tables"].pop(name, None)
            documents[UPGRADES]["recipes"] = [
                row for row in documents[UPGRADES]["recipes"] if name not in _items_of_recipe(row)
            ]
        _drop_orphans(documents)

    return change


def retired(kind: str, name: str) -> Change:
    """Mark an entry as retired, and do what the content checks then advise."""

    def change(documents: Documents) -> None:
        entry(documents, kind, name)["retired"] = True
        _release(documents, kind, name)
        for row in documents[UPGRADES]["recipes"]:
            if kind == "item" and name in _items_of_recipe(row):
                row["retired"] = True
        _drop_orphans(documents)

    return change


def renamed(kind: str, old: str, new: str) -> Change:
    """Give an entry another name everywhere, and say so."""

    def change(documents: Documents) -> None:
        row = entry(documents, kind, old)
        row[KINDS[kind][2]] = new
        row["renamed_from"] = [old]
        fields = {
            "item": {"item", "item_name", "target_item"},
            "node": {"node_key"},
            "job": {"job_key"},
            "recipe": {"associated_upgrade", "target_recipe_key", "recipe"},
        }.get(kind, set())
        for document in documents.values():
            _rename_values(document, fields, old, new)
        if kind == "item":
            for table in (documents[LOOT]["tables"], documents[ALIASES]["aliases"]):
                if old in table:
                    table[new] = table.pop(old)
            for recipe in documents[DISASSEMBLES]["recipes"]:
                recipe["recipe_key"] = new if recipe["recipe_key"] == old else recipe["recipe_key"]
        if kind == "node":
            for node in documents[TREE]["nodes"]:
                node["prerequisites"] = [new if key == old else key for key in node["prerequisites"]]

    return change


def _rename_values(document: Any, fields: set[str], old: str, new: str) -> None:
    if isinstance(document, list):
        for each in document:
            _rename_values(each, fields, old, new)
    elif isinstance(document, dict):
        for field, value in document.items():
            if field in fields and value == old:
                document[field] = new
            else:
                _rename_values(value, fields, old, new)


def _items_of_recipe(row: dict[str, Any]) -> set[str]:
    return {row["target_item"], *(cost["item"] for cost in row["costs"])}


def _release(documents: Documents, kind: str, name: str) -> None:
    """Remove what refers to an entry and can do without it."""
    if kind == "item":
        for item in documents[ITEMS]["items"]:
            if item["handler_config"].get("item") == name:
                item["handler"], item["handler_config"] = None, {}
        for box, table in documents[LOOT]["tables"].items():
            if box != name:
                table[:] = [row for row in table if row["item_name"] != name]
        for row in documents[ACHIEVEMENTS]["achievements"]:
            reward = row.get("reward", {})
            reward["items"] = [each for each in reward.get("items", ()) if each["item"] != name]
    if kind == "job":
        for recipe in documents[UPGRADES]["recipes"]:
            if recipe.get("job_key") == name:
                recipe.update(unlock_type="auto", job_key=None)
        for row in documents[ACHIEVEMENTS]["achievements"]:
            if (row.get("reward", {}).get("lesson") or {}).get("job_key") == name:
                del row["reward"]["lesson"]
    if kind == "node":
        for row in (*documents[ITEMS]["items"], *documents[UPGRADES]["recipes"]):
            if row.get("node_key") == name:
                row["node_key"] = None
                if row.get("unlock_type") == "node":
                    row["unlock_type"] = "auto"
        for row in documents[JOBS]["jobs"]:
            if row["node_key"] == name:
                row["retired"] = True
                _release(documents, "job", row["key"])
        needed = entry(documents, "node", name)["prerequisites"]
        for node in documents[TREE]["nodes"]:
            if name in node["prerequisites"]:
                kept = [key for key in node["prerequisites"] if key != name]
                node["prerequisites"] = list(dict.fromkeys([*kept, *needed]))
    if kind == "recipe":
        for row in documents[ACHIEVEMENTS]["achievements"]:
            if row.get("reward", {}).get("recipe") == name:
                del row["reward"]["recipe"]


def _drop_orphans(documents: Documents) -> None:
    """Remove what takes items apart, asks for recipes and unlocks things that are no longer part of the game."""
    unlocking = {
        row["node_key"]
        for kind in ("item", "job", "recipe")
        for row in documents[KINDS[kind][0]][KINDS[kind][1]]
        if row.get("node_key") and not row.get("retired")
    }
    for node in documents[TREE]["nodes"]:
        if node["type"] in ("item", "job") and node["key"] not in unlocking and not node.get("planned"):
            node["retired"] = True
            _release(documents, "node", node["key"])
    recipes = {row["recipe_key"] for row in documents[UPGRADES]["recipes"] if not row.get("retired")}
    items = {row["internal_name"] for row in documents[ITEMS]["items"] if not row.get("retired")}
    documents[DISASSEMBLES]["recipes"] = [
        row
        for row in documents[DISASSEMBLES]["recipes"]
        if row["associated_upgrade"] in recipes
        and {row["recipe_key"], *(out["item"] for out in row["outputs"])} <= items
    ]
    apart = {row["recipe_key"] for row in documents[DISASSEMBLES]["recipes"]}
    documents[QUESTS]["quests"] = [
        row
        for row in documents[QUESTS]["quests"]
        if row.get("target_recipe_key") is None or row["target_recipe_key"] in recipes | apart
    ]
    for row in documents[ACHIEVEMENTS]["achievements"]:
        reward = row.get("reward", {})
        if reward.get("recipe") not in {None, *recipes}:
            del reward["recipe"]
