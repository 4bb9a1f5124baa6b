"""Names of villages and of those who live there. Pure."""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import Final

from worlds.generation.randomness import Stream
from worlds.npcs.appearance import FEMALE, MALE

WOMEN: Final[Sequence[str]] = """
    Maren Ilse Tilda Runa Greta Sanna Elin Brida Hedda Linnea Alva Freya Signe Thora Yrsa Asta Berit
    Dagny Edda Gerda Helga Inga Jorun Karin Liv Mette Nanna Oda Petra Ragna Solvei Tove Ulrika
    Vigdis Wanda Ylva Agnes Birte Cilla Dora Elke Frida Gisela Hanne Ida Jutta Kaisa Lotte Marit
    Nora Orla Pia Rika Selma Tess Una Vera Wilma Annika Britta
""".split()  # noqa: SIM905
MEN: Final[Sequence[str]] = """
    Torben Jon Anders Bjarne Claus Detlef Eskil Finn Gorm Halvar Ivar Jarl Knut Leif Magnus Nils
    Olaf Per Rasmus Sven Tjark Ulf Viggo Wido Arne Bosse Egil Frode Gunnar Henning Ingmar Jens Kjell
    Lars Mats Njal Oskar Pelle Roald Stig Tore Uwe Vidar Willem Aksel Birger Didrik Einar Folke
    Georg Harald Isak Jasper Kaj Ludvig Matthis Ole Ruben Sigurd
""".split()  # noqa: SIM905
FAMILIES: Final[Sequence[str]] = """
    Alder Birch Brook Carver Cooper Dale Fallow Fenn Garth Hale Harrow Heath Holt Hythe Kettle Lark
    Marsh Meadow Mill Oakes Pike Quill Reed Rowan Rush Sedge Shaw Stone Thorne Tiller Vale Ward
    Weaver Wells Wick Wold Wren Yarrow
""".split()  # noqa: SIM905
FIRSTS: Final[Sequence[str]] = """
    Alder Ash Birch Black Brook Clay Cold Copper Deer Elm Fair Fern Fox Green Hazel High Holly Lamb
    Long Mill Moss Oak Otter Raven Reed Rush Stone Thorn White Willow
""".split()  # noqa: SIM905
SECONDS: Final[Sequence[str]] = """
    brook bridge bury combe dale field ford gate ham hollow hurst ley mere stead ton wick well worth
""".split()  # noqa: SIM905


def village_name(stream: Stream) -> str:
    """Return the name of a village."""
    return FIRSTS[stream.below(len(FIRSTS))] + SECONDS[stream.below(len(SECONDS))]


def family_name(stream: Stream, taken: Container[str]) -> str:
    """Return the name of a family that no other one of a village has, as long as there is one."""
    free = [each for each in FAMILIES if each not in taken] or FAMILIES
    return free[stream.below(len(free))]


def given_name(stream: Stream, sex: str, taken: Container[str]) -> str:
    """Return a name that no one who lives or has lived in a village has, as long as there is one."""
    names = {FEMALE: WOMEN, MALE: MEN}[sex]
    free = [each for each in names if each not in taken] or names
    return free[stream.below(len(free))]
