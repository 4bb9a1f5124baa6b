"""Texts about exports and about being forgotten."""

from __future__ import annotations

from kernel.texts import translate


def question(username: str) -> str:
    return translate(
        "Everything that {name} has and has done here will be deleted for good. Confirm it to go on.", name=username
    )


def forgotten() -> str:
    return translate("It is done. If the account comes back, it starts anew.")


def exported() -> str:
    return translate("This is everything that is stored about you.")


def shortened() -> str:
    return translate(
        "This is what is stored about you; of long lists, the newest entries. An administrator can export all of it."
    )
