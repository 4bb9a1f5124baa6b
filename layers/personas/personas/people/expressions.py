"""SQL expressions on the accounts of people."""

from __future__ import annotations

from typing import Final, LiteralString

PERSON: Final[LiteralString] = "coalesce(a.signed_up_from, a.account_id::text)"
"""Who an account `a` may be: accounts cost nothing, so all that one address has signed up count as one person where
lists share out their places."""
