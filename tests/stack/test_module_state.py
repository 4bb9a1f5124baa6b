"""What handlers change in a module is kept per environment, or known to be safe for threads to share.

The local stack runs environments as threads of one process. State is: module-level names that functions change,
module-level objects that can change, and results that are kept.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
PLACES: Final = {"functions": ROOT, "kernel": ROOT / "layers/foundation", "doors": ROOT / "layers/foundation"} | {
    product.name: layer for layer in (ROOT / "layers").iterdir() if (product := layer / layer.name).is_dir()
}

SHARED: Final = {
    # Changed by functions.
    "community.catalog.item_names._index": "replaced as a whole, together with the names that it was made of",
    "community.catalog.item_names._names": "frozen, replaced as a whole",
    "community.economy.ceilings.ceilings_of": "follows from the files alone; twice would give the same",
    "community.lootboxes.gates._cache": "frozen entries, each replaced as a whole and checked when it is read",
    "community.progression.service._cached": "frozen, replaced as a whole and checked when it is read",
    "community.progression.service._cached_tree": "frozen, replaced as a whole and checked when it is read",
    "doors.discord.commands.COMMANDS": "changed by imports only",
    "doors.discord.commands.COMPONENTS": "changed by imports only",
    "doors.people._DEMANDS": "changed by imports only",
    "doors.routes._FIRST_PATHS": "changed by imports only",
    "kernel.database.RACED_CONSTRAINTS": "changed by imports only",
    "kernel.startup._tasks": "changed by imports only",
    "kernel.texts._folders": "changed by imports only",
    # Objects.
    "community.configs.shipped": "reads its files once; twice would give the same",
    "personas.configs.shipped": "reads its files once; twice would give the same",
    "worlds.deep_time.simulation._climates": "follows from its arguments; twice would give the same",
    "worlds.ecosystem.life._noises": "follows from its arguments; twice would give the same",
    "worlds.configs.shipped": "reads its files once; twice would give the same",
    "community.progression.service.cache_statistics": "counts for people to read; a lost one harms nothing",
    "functions.personas.card.app.memory": "twice drawn is the same, and what is forgotten too early is drawn again",
    "functions.personas.pages.door.renderer": "templates are compiled once; twice would give the same",
    "functions.worlds.pages.door.renderer": "templates are compiled once; twice would give the same",
    "functions.personas.pages.door.door": "keeps nothing of a request",
    "functions.worlds.pages.door.door": "keeps nothing of a request",
    "functions.worlds.pages.door.static": "reads its files once; twice would give the same",
    "doors.pages.static_files.shared": "reads its files once; twice would give the same",
    "functions.shared.system.root.page._renderer": "templates are compiled once; twice would give the same",
    "functions.shared.authorizer.app.key_ring": "the keys are replaced as a whole; a lock guards the count of readings",
    "functions.shared.authorizer.app.ticket_keys": "the keys are replaced as a whole; reading twice gives the same",
    "functions.shared.authorizer.app.wrong_keys": "a lock guards the counts",
    "doors.llm.openai._pool": "a pool of connections, which any thread may use",
    "functions.shared.outside.app._pool": "a pool of threads, which any thread may use",
    "functions.shared.sockets.rounds._posters": "a pool of threads, which any thread may use",
    "functions.worlds.push.run._posters": "a pool of threads, which any thread may use",
    "functions.shared.stream.app.served": "keeps nothing of a request",
    # Results.
    "community.catalog.content._missing_item": "is never changed",
    "community.inventory.quality_names._names": "is never changed",
    "doors.aws.client": "clients may be used by any thread; a lock guards their creation",
    "doors.secrets.store": "entries replaced as a whole, and the same for all environments",
    "kernel.event_bridge._credentials": "renews itself under a lock of its own",
    "kernel.statements.converted": "is never changed",
    "kernel.texts._load": "is never changed",
    "kernel.texts._spoken_by": "is never changed",
    "worlds.describing.cache.last_keys": "a guess: a wrong one reads what was known already",
    "worlds.wording.cache.texts": "frozen entries, each replaced as a whole, and in the table, too",
    "worlds.acting.settled_creatures.faunas": "frozen entries, each replaced as a whole; any of them leads to the same",
    "worlds.ground.cache.last_worlds": "a guess: a wrong one reads what was known already",
    "worlds.ground.cache.spots": "what is remembered never changes; what another thread has forgotten is read again",
    "worlds.ground.cache.tiles": "what is remembered never changes; what another thread has forgotten is read again",
    "worlds.visiting.service._sites": "follows from the ground, which never changes; twice would give the same",
    "worlds.generation.grid.grid_of": "cannot be changed",
}
"""{name: why threads may share it}"""

CHANGES: Final = {
    *("add", "append", "appendleft", "clear", "discard", "extend", "insert", "move_to_end", "pop", "popitem"),
    *("popleft", "remove", "setdefault", "update"),
}
SAFE: Final = {
    "APIRouter",
    "FastAPI",
    "JSONDecoder",
    "Lock",
    "Router",
    "SystemRandom",
    "TypeVar",
    "TypeVarTuple",
    "local",
}
"""Classes of others whose objects do not change, or are made for threads."""

CACHES: Final = {"cache", "lru_cache", "functools.cache", "functools.lru_cache"}
VALUES: Final = (
    "str",
    "LiteralString",
    "bytes",
    "int",
    "float",
    "bool",
    "tuple",
    "frozenset",
    "Mapping",
    "Path",
    "Fraction",
)


def test_what_handlers_change_is_kept_per_environment_or_known_to_be_safe():
    trees = dict(modules())
    safe = SAFE | {name for tree in trees.values() for name in safe_classes(tree)}
    found = {f"{module}.{name}": why for module, tree in trees.items() for name, why in state_of(tree, safe)}

    assert {name: why for name, why in found.items() if name not in SHARED} == {}
    assert SHARED.keys() - found.keys() == set(), "these are no longer there"


def test_state_is_found():
    tree = ast.parse(
        """
_seen = set()
_last = None
_total = Totals()
_counts = {}
_environment = _Environment()
settings = Settings(1)
NAMES = Names()

class _Environment(threading.local): ...

@dataclass(frozen=True, slots=True)
class Settings: ...

def handler(event, _counts):
    global _last
    _last = event
    _seen.add(event)
    _environment.last = event
    _counts[event] = 1

@cache
def breaker() -> Breaker: ...

@lru_cache(maxsize=3)
def name() -> str: ...
"""
    )

    assert dict(state_of(tree, SAFE | set(safe_classes(tree)))) == {
        "_last": "it is assigned",
        "_seen": "add is called",
        "_total": "a Totals",
        "breaker": "its result is kept",
    }


def modules() -> Iterator[tuple[str, ast.Module]]:
    for package, place in PLACES.items():
        for file in sorted((place / package).rglob("*.py")):
            name = ".".join(file.relative_to(place).with_suffix("").parts).removesuffix(".__init__")
            yield name, ast.parse(file.read_text(encoding="utf-8"))


def safe_classes(tree: ast.Module) -> Iterator[str]:
    """The classes whose objects do not change, or are each thread's own."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            said = [ast.unparse(each) for each in (*node.decorator_list, *node.bases, *node.keywords)]
            if any("frozen=True" in each or each.startswith("threading.local") for each in said):
                yield node.name


def state_of(tree: ast.Module, safe: set[str]) -> Iterator[tuple[str, str]]:
    made = dict(objects(tree))
    for name, why in (*changed(tree), *kept_results(tree)):
        if made.get(name) not in safe:
            yield name, why
    for name, kind in made.items():
        if not name.isupper() and kind not in safe:
            yield name, f"a {kind}"


def changed(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """The module-level names that a function changes."""
    names = {target.id for statement in tree.body for target in targets(statement) if isinstance(target, ast.Name)}
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        nodes = list(ast.walk(function))
        declared = {name for node in nodes if isinstance(node, ast.Global) for name in node.names}
        own = {node.arg for node in nodes if isinstance(node, ast.arg)}
        own |= {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)} - declared
        for name in sorted(declared):
            yield name, "it is assigned"
        for node in nodes:
            match node:
                case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store() | ast.Del()) if name in names - own:
                    yield name, "its item is set"
                case ast.Attribute(value=ast.Name(id=name), ctx=ast.Store() | ast.Del()) if name in names - own:
                    yield name, "its attribute is set"
                case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=change)) if (
                    name in names - own and change in CHANGES
                ):
                    yield name, f"{change} is called"


def kept_results(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """The functions whose results are kept, unless they are plain values."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            decorators = {
                ast.unparse(each.func if isinstance(each, ast.Call) else each) for each in node.decorator_list
            }
            if decorators & CACHES and not ast.unparse(node.returns or ast.Constant(None)).startswith(VALUES):
                yield node.name, "its result is kept"


def objects(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """The module-level names of objects, and their classes."""
    for statement in tree.body:
        if isinstance(statement, ast.Assign | ast.AnnAssign) and isinstance(statement.value, ast.Call):
            kind = ast.unparse(statement.value.func).partition("[")[0].rpartition(".")[2]
            if kind.lstrip("_")[:1].isupper() or kind in SAFE:
                yield from ((target.id, kind) for target in targets(statement) if isinstance(target, ast.Name))


def targets(statement: ast.stmt) -> list[ast.expr]:
    if isinstance(statement, ast.Assign):
        return statement.targets
    return [statement.target] if isinstance(statement, ast.AnnAssign | ast.AugAssign) else []
