"""The races that features declare are in the schema."""

from __future__ import annotations

import pkgutil
from importlib import import_module

import community
import kernel
from kernel.database import RACED_CONSTRAINTS, Tx


def import_everything() -> None:
    for package in (kernel, community):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith(".__main__"):
                import_module(module.name)


def test_every_declared_race_is_over_a_unique_index(tx: Tx):
    import_everything()

    rows = tx.execute(
        "SELECT relname AS name FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE indisunique"
    ).fetchall()

    assert {"gambles_one_active", "idempotency_keys_pkey"} <= RACED_CONSTRAINTS
    assert {row["name"] for row in rows} >= RACED_CONSTRAINTS
