"""Sections and libraries, with the content of a small product."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from kernel.content import commands, schemas
from kernel.content.base import Document, Frozen, Key
from kernel.content.descriptions import describe
from kernel.content.errors import ContentError
from kernel.content.library import FileSection, FolderSection, Library, Section
from kernel.content.problems import Problem, repeated, unknown


class Pet(Frozen):
    name: Key
    food: Key


class PetsFile(Document):
    pets: tuple[Pet, ...]


class Food(Document):
    price: int


class ToysFile(Document):
    toys: Mapping[Key, int]


class FoodSection(FolderSection[Food]):
    folder = "food"
    model = Food


class PetsSection(FileSection[PetsFile]):
    file = "animals/pets.json"
    model = PetsFile

    @cached_property
    def by_name(self) -> Mapping[str, Pet]:
        return {pet.name: pet for pet in self.document.pets}

    def problems(self) -> Iterator[Problem]:
        yield from repeated(self.file, "pets", "name", (pet.name for pet in self.document.pets))
        for index, pet in enumerate(self.document.pets):
            yield from unknown(self.file, f"pets[{index}].food", "food", pet.food, self.library[FoodSection].documents)

    def summary(self) -> str:
        return f"{len(self.by_name)} pets"


class ToysSection(FileSection[ToysFile]):
    file = "toys.json"
    model = ToysFile
    empty = MappingProxyType({"version": "1.0", "toys": {}})

    def summary(self) -> str:
        return f"{len(self.document.toys)} toys"


SECTIONS: tuple[type[Section[Any]], ...] = (PetsSection, ToysSection, FoodSection)
FILES = {
    "animals/pets.json": {"pets": [{"name": "rex", "food": "bone"}, {"name": "tom", "food": "fish"}]},
    "food/bone.json": {"price": 3},
    "food/fish.json": {"price": 5},
}


def put(root: Path, name: str, **fields: object) -> None:
    file = root / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"version": "1.0"} | fields))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, fields in FILES.items():
        put(tmp_path / "configs" / "zoo", name, **fields)
    return tmp_path / "configs" / "zoo"


def complaint(root: Path) -> str:
    with pytest.raises(ContentError) as error:
        Library(root).check(SECTIONS)
    return str(error.value)


def test_what_a_section_indexes_is_found(root: Path):
    library = Library(root)

    assert library[PetsSection].by_name["tom"].food == "fish"
    assert {name: food.price for name, food in library[FoodSection].documents.items()} == {"bone": 3, "fish": 5}


def test_nothing_is_read_before_it_is_used_and_then_once(root: Path):
    (root / "animals" / "pets.json").unlink()
    pets = Library(root)[PetsSection]
    put(root, "animals/pets.json", pets=[])

    assert pets.by_name == {}

    put(root, "animals/pets.json", pets=FILES["animals/pets.json"]["pets"])

    assert pets.by_name == {}
    assert pets.library[PetsSection] is pets


def test_loading_reads_what_was_asked_for_and_nothing_else(root: Path):
    library = Library(root)
    pets, _ = library[PetsSection], library[ToysSection]
    (root / "food" / "bone.json").write_text("{")

    library.load()
    (root / "animals" / "pets.json").unlink()

    assert len(pets.by_name) == 2
    with pytest.raises(ContentError, match="configs/zoo/food/bone.json: line 1"):
        library[FoodSection].load()


def test_a_missing_file_is_empty_where_the_section_says_so(root: Path):
    toys = Library(root)[ToysSection]

    assert (toys.exists, toys.document.toys) == (False, {})

    put(root, "toys.json", toys={"ball": 2})

    assert Library(root)[ToysSection].document.toys == {"ball": 2}


def test_every_other_missing_file_is_named(root: Path):
    (root / "animals" / "pets.json").unlink()

    assert complaint(root) == "configs/zoo/animals/pets.json: the file is missing"


def test_a_reference_to_another_section_is_checked(root: Path):
    put(root, "animals/pets.json", pets=[{"name": "rex", "food": "bones"}])

    assert complaint(root) == (
        'configs/zoo/animals/pets.json: pets[0].food: no food named "bones" (did you mean "bone"?)'
    )


def test_a_broken_file_comes_before_what_does_not_fit_together(root: Path):
    put(root, "animals/pets.json", pets=[{"name": "rex", "food": "bones"}])
    put(root, "food/fish.json", price="five")

    assert complaint(root) == 'configs/zoo/food/fish.json: price: input should be a valid integer, not "five"'


def test_the_first_problem_wins(root: Path):
    put(root, "animals/pets.json", pets=[{"name": "rex", "food": "bone"}, {"name": "rex", "food": "x"}])

    assert complaint(root) == 'configs/zoo/animals/pets.json: pets[1].name: "rex" is taken by pets[0]'


def test_digests_are_those_of_the_files_that_exist(root: Path):
    raw = (root / "animals" / "pets.json").read_bytes()

    assert Library(root).digests(SECTIONS) == {"animals/pets.json": sha256(raw).hexdigest()}


def test_schemas_are_named_after_their_files(root: Path):
    library = Library(root)
    assert schemas.outdated(library, SECTIONS) == ["food.schema.json", "pets.schema.json", "toys.schema.json"]

    written = schemas.write(library, SECTIONS)

    assert [file.relative_to(root).as_posix() for file in written] == [
        "schemas/pets.schema.json",
        "schemas/toys.schema.json",
        "schemas/food.schema.json",
    ]
    assert json.loads(written[0].read_text()) == describe(PetsFile.model_json_schema(), PetsFile)
    assert schemas.outdated(library, SECTIONS) == []


def test_a_schema_of_no_section_is_outdated(root: Path):
    library = Library(root)
    schemas.write(library, SECTIONS)
    (root / "schemas" / "cages.schema.json").write_text("{}\n")

    assert schemas.outdated(library, SECTIONS) == ["cages.schema.json"]


def run(root: Path, *arguments: str) -> int:
    return commands.run(arguments, Library(root), SECTIONS, lambda library: library.check(SECTIONS))


def test_the_command_says_how_much_there_is(root: Path, capsys: pytest.CaptureFixture[str]):
    assert run(root) == 0
    assert capsys.readouterr().out == "2 pets, 0 toys\n"


def test_the_command_checks_another_folder(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert run(root, str(tmp_path)) == 1
    assert capsys.readouterr().err == f"{tmp_path.parent.name}/{tmp_path.name}/animals/pets.json: the file is missing\n"


def test_the_command_brings_schemas_up_to_date(root: Path, capsys: pytest.CaptureFixture[str]):
    assert run(root, "--check-schemas") == 1
    assert "configs/zoo/schemas/pets.schema.json is outdated: run make generated\n" in capsys.readouterr().err

    assert (run(root, "--write-schemas"), run(root, "--check-schemas")) == (0, 0)
