"""Which names a reader could take for others."""

from __future__ import annotations

import pytest

from kernel.look_alikes import is_of_one_script, look_of, sounds_like_ours


@pytest.mark.parametrize(
    ("name", "twin"),
    [
        ("Max", "Ma\u0445"),
        ("Roy", "Ro\u0443"),
        ("Kim", "\u041aim"),
        ("Kate", "\u039a\u0391\u03a4\u0395"),
        ("Dave", "Da\u03bde"),
        ("Greg", "Gre\u0261"),
        ("Will", "\u051dill"),
        ("Zo\u00eb", "Zoe"),
        ("Bob", "B0b"),
        ("Ann", "Ann\ufffa"),
        ("Ann", "A\u1dc0nn"),
        ("Ann", "Ann\u00b7"),
        ("Mr Smith", "M.r. Smith"),
    ],
)
def test_names_that_look_alike(name: str, twin: str):
    assert look_of(name) == look_of(twin)


@pytest.mark.parametrize(("name", "other"), [("\u0930\u093e\u092e", "\u0930\u092e"), ("\u0930\u093f", "\u0930\u0940")])
def test_vowels_of_other_scripts_are_no_accents(name: str, other: str):
    assert look_of(name) != look_of(other)


def test_signs_alone_are_names_of_their_own():
    assert look_of("?!?") != look_of("!?!") != ""


@pytest.mark.parametrize("name", ["Mod.erator", "Ad\ufff9min", "The Administrators", "H0use Pr\u043e", "Br\u0430ndish"])
def test_names_that_sound_like_ours(name: str):
    assert sounds_like_ours(name)


@pytest.mark.parametrize("name", ["\u0410nn", "\u13aa\ua4eeNN", "Admɩn", "\u0391lex"])
def test_letters_of_several_scripts_or_of_none_in_use(name: str):
    assert not is_of_one_script(name)


@pytest.mark.parametrize(
    "name", ["\u0418\u0432\u0430\u043d", "\u6771\u4eac\u30bf\u30ef\u30fc", "Stra\u00dfe 7", "\U0001f409", "123"]
)
def test_one_script_or_no_letters(name: str):
    assert is_of_one_script(name)
