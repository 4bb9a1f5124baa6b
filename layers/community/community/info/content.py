"""The help texts for players."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import StringConstraints

from community.configs import shipped
from community.text_contexts import INFO
from kernel.content.base import Document, Frozen, Key, Text
from kernel.content.library import FolderSection
from kernel.content.po_files import TextId
from kernel.content.problems import Problem

OVERVIEW = "overview"
# A line of Twitch chat is limited to 500 characters, and the bot puts a name before the text.
Short = Annotated[str, StringConstraints(min_length=1, max_length=450, pattern=r"^[^\r\n]*$")]


class Topic(Frozen):
    discord: Text
    short: Short


class Feature(Document):
    """One file of configs/info/; its name is the feature's."""

    discord: Text
    short: Short
    topics: Mapping[Key, Topic] = {}


class InfoSection(FolderSection[Feature]):
    folder = "info"
    model = Feature

    @property
    def by_feature(self) -> Mapping[str, Feature]:
        return self.documents

    def problems(self) -> Iterator[Problem]:
        homes: dict[str, str] = {}
        for name, feature in self.by_feature.items():
            file = f"{self.folder}/{name}.json"
            if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
                yield Problem(file, "", "a feature's name has only small letters, digits and _")
            for topic in feature.topics:
                # A topic can be requested without its feature, so its name must be unique.
                if topic in homes:
                    yield Problem(file, f"topics.{topic}", f'"{topic}" is a topic of {homes[topic]} already')
                homes[topic] = name
        if OVERVIEW not in self.by_feature:
            yield Problem(f"{self.folder}/{OVERVIEW}.json", "", "the file is missing")

    def texts(self) -> Iterator[TextId]:
        for feature in self.by_feature.values():
            for each in (feature, *feature.topics.values()):
                yield TextId(INFO, each.discord)
                yield TextId(INFO, each.short)

    def summary(self) -> str:
        return f"{len(self.by_feature)} info texts"


texts = shipped[InfoSection]
