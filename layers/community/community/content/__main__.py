"""Check every content file: `python -m community.content [directory]`."""

import sys
from pathlib import Path

from community.content import ContentError, configs, load_content
from community.content.loading import shown_path
from community.info.loading import load_info


def main(arguments: list[str]) -> int:
    try:
        root = Path(arguments[0]).resolve() if arguments else configs()
        found, texts = load_content(root), load_info(root)
        # Not before: who knows what happens in the game has read the files that are shipped with it.
        from community.achievements.checks import check

        check(found.achievements.values(), shown_path(root))
    except ContentError as error:
        print(error, file=sys.stderr)
        return 1
    print(
        f"{len(found.items)} items, {len(found.nodes)} nodes, {len(found.jobs)} jobs, "
        f"{len(found.upgrades)} upgrades, {len(found.disassembles)} disassembles, {len(found.sales)} sales, "
        f"{len(found.loot)} loot tables, {len(found.achievements)} achievements, "
        f"{len(found.aliases)} aliases, {len(found.themes)} themes, {len(texts)} info texts"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
