"""What a notification says, made of the facts that are stored with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kernel.accounts.devices import device_of
from kernel.texts import translate


def world_words(world: str, role: str | None) -> tuple[str, str]:
    """Return the title and the body of the news that there is a world.

    Args:
        role: the reader's there; None for a world that they do not belong to.
    """
    title = translate("A new world: {world}", world=world)
    match role:
        case "owner":
            return title, translate("Your world is ready. In the lobby, type: enter {world}", world=world)
        case None:
            return title, translate("It is open to everyone. In the lobby, type: enter {world}", world=world)
        case _:
            return title, translate("You are a member of it. In the lobby, type: enter {world}", world=world)


def sign_in_words(facts: Mapping[str, Any]) -> tuple[str, str]:
    """Return the title and the body of the news that someone has signed in.

    Args:
        facts: `address` and `user_agent`, as they are stored.
    """
    device = device_of(facts["user_agent"])
    return translate("A sign-in to your account from a new device or address"), translate(
        "{device}, from {address}. If it was not you, choose a new password: that ends all other sessions.",
        device=device,
        address=facts["address"] or translate("an unknown address"),
    )
