"""Reading configs/info/."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from community.content import ContentError
from community.content.loading import shown_path
from community.info.models import Feature
from kernel.content.reading import parse

FOLDER = "info"
OVERVIEW = "overview"


def load_info(root: Path) -> Mapping[str, Feature]:
    """{feature: its texts}, read from every file of `root`/info.

    Raises:
        ContentError: a file is broken, a topic stands in two of them, or there is no overview.
    """
    place = f"{shown_path(root)}/{FOLDER}"
    features: dict[str, Feature] = {}
    homes: dict[str, str] = {}
    for path in sorted((root / FOLDER).glob("*.json")):
        file = f"{place}/{path.name}"
        if not re.fullmatch(r"[a-z][a-z0-9_]*", path.stem):
            raise ContentError(file, "", "a feature's name has only small letters, digits and _")
        feature = features[path.stem] = parse(path.read_bytes(), Feature, file)
        for topic in feature.topics:
            # A topic can be asked for without its feature, so its name must mean one thing.
            if topic in homes:
                raise ContentError(file, f"topics.{topic}", f'"{topic}" is a topic of {homes[topic]} already')
            homes[topic] = path.stem
    if OVERVIEW not in features:
        raise ContentError(f"{place}/{OVERVIEW}.json", "", "the file is missing")
    return features
