"""Which switches are off from the start."""

from __future__ import annotations

from msgspec import Struct

from kernel.settings import text


class SwitchSettings(Struct, frozen=True):
    """The setting for switches that no administrator has set.

    Attributes:
        off: the names of the features that are off until an administrator turns them on.
    """

    off: frozenset[str]


settings = SwitchSettings(off=frozenset(text("FEATURES_OFF").replace(",", " ").split()))
