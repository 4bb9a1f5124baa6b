"""Settings of the function that reaches the dead letters in AWS's queues."""

from __future__ import annotations

from msgspec import Struct

from kernel.settings import text


class LettersSettings(Struct, frozen=True):
    """Settings of the function that reaches the dead letters in AWS's queues.

    Attributes:
        admin_function: the inner function that checks the caller and words the answers.
        urls: the addresses of the queues that all others give their messages up to.
    """

    admin_function: str
    urls: tuple[str, str]


settings = LettersSettings(
    admin_function=text("ADMIN_FUNCTION"),
    urls=(text("DEAD_LETTERS_URL"), text("DEAD_LETTERS_IN_ORDER_URL")),
)
