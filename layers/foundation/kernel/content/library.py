"""A product's content: the sections that its features declare, stored in a folder of configs/.

A feature declares a section once, as a class: its file, the shape of its rows, how they are looked up, and further
rules. A library holds the sections of one folder; it reads and parses each of them once, on first use.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from hashlib import sha256
from pathlib import Path, PurePath
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar, cast

from kernel.content.base import Document
from kernel.content.errors import ContentError
from kernel.content.reading import parse

if TYPE_CHECKING:
    from kernel.content.problems import Problem
    from kernel.content.text_ids import TextId

D = TypeVar("D", bound=Document)


class Section(Generic[D]):
    """Base of all sections. A feature derives from `FileSection` or `FolderSection`."""

    model: type[D]

    def __init__(self, library: Library) -> None:
        self.library = library

    @classmethod
    def schema_name(cls) -> str:
        """Return the name of the section's JSON Schema, without its suffix."""
        raise NotImplementedError

    def load(self) -> None:
        """Read and parse the section, unless that has been done already.

        Raises:
            ContentError: a file is missing, its JSON is broken, or it does not have the model's shape.
        """
        raise NotImplementedError

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the section's files."""
        return self.model.model_json_schema()

    def problems(self) -> Iterator[Problem]:
        """Find problems that no single field shows. `library[Other]` is another section; its files have been parsed."""
        return iter(())

    def texts(self) -> Iterator[TextId]:
        """Return what players read of the section, for translators."""
        return iter(())

    def summary(self) -> str:
        """Return the size of the section, e.g. "24 items"; "" to leave it out of the summary."""
        return ""


class FileSection(Section[D]):
    """A content file.

    Attributes:
        file: relative to the library's folder, with "/".
        model: the file's shape.
        empty: the content to assume when the file is missing; None when the file is required.
    """

    file: ClassVar[str]
    empty: ClassVar[Mapping[str, Any] | None] = None

    @classmethod
    def schema_name(cls) -> str:
        return PurePath(cls.file).stem

    @property
    def exists(self) -> bool:
        return (self.library.root / self.file).is_file()

    @cached_property
    def document(self) -> D:
        """The parsed file, read on first use.

        Raises:
            ContentError: see `load`.
        """
        place = f"{self.library.name}/{self.file}"
        if self.exists:
            return parse((self.library.root / self.file).read_bytes(), self.model, place)
        if self.empty is None:
            raise ContentError(place, "", "the file is missing")
        return self.model.model_validate(dict(self.empty))

    def load(self) -> None:
        _ = self.document


class FolderSection(Section[D]):
    """A folder of content files with the same shape, each named after what it describes.

    Attributes:
        folder: relative to the library's folder, with "/".
        model: the shape of each file.
    """

    folder: ClassVar[str]

    @classmethod
    def schema_name(cls) -> str:
        return PurePath(cls.folder).name

    @cached_property
    def documents(self) -> Mapping[str, D]:
        """The parsed files as {name without .json: file}, sorted by name, read on first use.

        Raises:
            ContentError: see `load`.
        """
        place = f"{self.library.name}/{self.folder}"
        files = sorted((self.library.root / self.folder).glob("*.json"))
        return MappingProxyType(
            {file.stem: parse(file.read_bytes(), self.model, f"{place}/{file.name}") for file in files}
        )

    def load(self) -> None:
        _ = self.documents


S = TypeVar("S", bound=Section[Any])


class Library:
    """The sections of one folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._sections: dict[type[Section[Any]], Section[Any]] = {}

    @property
    def name(self) -> str:
        """The folder's name for messages, e.g. configs/community."""
        return f"{self.root.parent.name}/{self.root.name}"

    def __getitem__(self, section: type[S]) -> S:
        """Return a section of this folder, always the same object. Its files are read on first use."""
        if section not in self._sections:
            self._sections[section] = section(self)
        return cast(S, self._sections[section])

    def load(self) -> None:
        """Read and parse every section that has been requested so far.

        Raises:
            ContentError: the first problem.
        """
        for section in list(self._sections.values()):
            section.load()

    def check(self, sections: Iterable[type[Section[Any]]]) -> None:
        """Read and parse sections, then check in the given order that they are consistent.

        Raises:
            ContentError: the first problem.
        """
        opened = [self[section] for section in sections]
        for section in opened:
            section.load()
        for section in opened:
            self.refuse(section.problems())

    def refuse(self, problems: Iterable[Problem]) -> None:
        """Raise the first problem, if any.

        Raises:
            ContentError
        """
        for problem in problems:
            raise ContentError(f"{self.name}/{problem.file}", problem.field, problem.text)

    def digests(self, sections: Iterable[type[Section[Any]]]) -> Mapping[str, str]:
        """Return {file: SHA-256 of its bytes} of the sections that are files and exist, in the given order."""
        files = [section.file for section in sections if issubclass(section, FileSection) and self[section].exists]
        return {file: sha256((self.root / file).read_bytes()).hexdigest() for file in files}
