from collections.abc import Collection, Iterator
from graphlib import CycleError, TopologicalSorter

from community.content.tree import Dynamic, Node, NodesBelowTier, TreeFile, parse_dynamic
from kernel.content.problems import Problem, did_you_mean, repeated


def tree_problems(file: str, document: TreeFile) -> Iterator[Problem]:
    nodes = document.nodes
    yield from repeated(file, "nodes", "node_id", (node.node_id for node in nodes))
    yield from repeated(file, "nodes", "key", (node.key for node in nodes))
    broken_links = list(_broken_links(file, nodes))
    yield from broken_links
    if not broken_links:  # what follows walks along the links
        yield from _circle(file, nodes)
        yield from _out_of_reach(file, nodes)


def _broken_links(file: str, nodes: tuple[Node, ...]) -> Iterator[Problem]:
    keys = {node.key for node in nodes}
    for index, node in enumerate(nodes):
        for place, text in enumerate(node.prerequisites):
            if problem := _link_problem(node, place, text, keys):
                yield Problem(file, f"nodes[{index}].prerequisites[{place}]", problem)


def _link_problem(node: Node, place: int, text: str, keys: Collection[str]) -> str | None:
    if text in node.prerequisites[:place]:
        return f'"{text}" is listed twice'
    if text.startswith("-"):
        try:
            parse_dynamic(text)
        except ValueError as error:
            return str(error)
        return None
    if text == node.key:
        return f'"{text}" needs itself'
    return None if text in keys else f'no node named "{text}"{did_you_mean(text, keys)}'


def _circle(file: str, nodes: tuple[Node, ...]) -> Iterator[Problem]:
    order = {node.key: index for index, node in enumerate(nodes)}
    try:
        TopologicalSorter({node.key: node.static_prerequisites for node in nodes}).prepare()
    except CycleError as error:
        # It begins and ends with one node, and each is needed by the next. Turned round, each needs the next.
        circle: list[str] = list(reversed(error.args[1]))[1:]
        start = circle.index(min(circle, key=order.__getitem__))
        circle = [*circle[start:], *circle[:start]]
        index = order[circle[0]]
        needed = [*circle[1:], circle[0]]
        place = nodes[index].prerequisites.index(needed[0])
        path = " -> ".join([circle[0], *needed])
        yield Problem(file, f"nodes[{index}].prerequisites[{place}]", f"these nodes need each other: {path}")


def _out_of_reach(file: str, nodes: tuple[Node, ...]) -> Iterator[Problem]:
    """Unlock whatever can be, until nothing more can. Unlocking never hurts, so what is left never opens."""
    reached: set[str] = set()
    tiers: list[int] = []
    while fresh := [node for node in nodes if node.key not in reached and _opens(node, reached, tiers)]:
        reached.update(node.key for node in fresh)
        tiers.extend(node.tier for node in fresh)
    for index, node in enumerate(nodes):
        if node.key in reached or not reached.issuperset(node.static_prerequisites):
            continue
        for place, text in enumerate(node.prerequisites):
            if text.startswith("-") and (problem := _shortfall(parse_dynamic(text), tiers)):
                yield Problem(file, f"nodes[{index}].prerequisites[{place}]", problem)


def _opens(node: Node, reached: set[str], tiers: list[int]) -> bool:
    return node.auto_unlock or (
        reached.issuperset(node.static_prerequisites)
        and not any(_shortfall(dynamic, tiers) for dynamic in node.dynamic_prerequisites)
    )


def _shortfall(dynamic: Dynamic, unlocked_tiers: list[int]) -> str | None:
    if isinstance(dynamic, NodesBelowTier):
        possible = sum(tier < dynamic.tier for tier in unlocked_tiers)
        kind = f"nodes below tier {dynamic.tier}"
    else:
        possible, kind = len(unlocked_tiers), "nodes"
    if possible >= dynamic.count:
        return None
    return f"asks for {dynamic.count} unlocked {kind}, but at most {possible} can be unlocked before it"
