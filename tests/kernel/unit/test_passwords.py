"""How passwords are hashed and verified. Source: worlds 3."""

from __future__ import annotations

from importlib.util import find_spec, module_from_spec

import pytest
from argon2 import low_level

from kernel.accounts import passwords
from kernel.accounts.passwords import hash_password, verify_password
from kernel.accounts.settings import AccountSettings

PASSWORD = "correct horse ünd mörę"


def test_a_hash_verifies_its_password_and_no_other():
    stored = hash_password(PASSWORD)

    assert verify_password(stored, PASSWORD)
    assert not verify_password(stored, PASSWORD + " ")
    assert not verify_password(stored, "")


def test_the_same_password_twice_differs():
    first, second = (hash_password(PASSWORD) for _ in range(2))

    assert first != second
    assert verify_password(first, PASSWORD)
    assert verify_password(second, PASSWORD)


def test_a_hash_says_its_parameters_and_has_a_salt_of_16_and_an_output_of_32_bytes():
    _, variant, version, parameters, salt, output = hash_password(PASSWORD).split("$")

    assert (variant, version, parameters) == ("argon2id", "v=19", "m=8,t=1,p=1")
    assert (len(salt), len(output)) == (22, 43)  # without padding


@pytest.fixture
def defaults(monkeypatch: pytest.MonkeyPatch) -> AccountSettings:
    """The settings of an installation that has set none."""
    for name in ("PASSWORD_MEMORY_KIB", "PASSWORD_PASSES", "PASSWORD_LANES"):
        monkeypatch.delenv(name, raising=False)
    found = find_spec("kernel.accounts.settings")
    assert found is not None
    assert found.loader is not None
    module = module_from_spec(found)
    found.loader.exec_module(module)
    return module.settings


def test_the_parameters_of_the_contract(defaults: AccountSettings):
    assert (defaults.hash_memory_kib, defaults.hash_passes, defaults.hash_lanes) == (65_536, 3, 4)


@pytest.mark.slow
def test_a_hash_with_the_parameters_of_the_contract(defaults: AccountSettings, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(passwords, "settings", defaults)

    stored = hash_password(PASSWORD)

    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert verify_password(stored, PASSWORD)


def other(kind: low_level.Type = low_level.Type.ID, version: int = 19, salt: int = 16, output: int = 32) -> str:
    return low_level.hash_secret(PASSWORD.encode(), b"s" * salt, 1, 8, 1, output, kind, version).decode()


@pytest.mark.parametrize(
    "stored",
    [
        other(low_level.Type.I),
        other(low_level.Type.D),
        other(version=16),
        other(salt=8),
        other(output=16),
        other().removeprefix("$"),
        other() + "$",
        other() + "=",
        other().replace("$v=19", ""),
        "-",
        "",
        None,
    ],
)
def test_other_variants_versions_and_forms_are_refused(stored: str | None, monkeypatch: pytest.MonkeyPatch):
    compared: list[bytes] = []
    compare = low_level.verify_secret
    monkeypatch.setattr(low_level, "verify_secret", lambda *given: compared.append(given[0]) or compare(*given))

    assert not verify_password(stored, PASSWORD)
    assert len(compared) == 1  # as much work as for one of ours
