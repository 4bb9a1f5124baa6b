"""SQL on link_tokens, code_guesses and unlink_requests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, LiteralString
from uuid import UUID

from kernel.database import Cursor, Tx
from kernel.retention import delete_part

Guesser = tuple[str, str]
"""An account's platform and id, or "" and an address."""

if TYPE_CHECKING:  # the retention clock starts without them
    from community.linking.models import Claim, LinkToken
    from community.players.models import PlayerRef


_KNOWN_NAME: LiteralString = (
    "(SELECT l.username FROM user_platform_links l WHERE l.platform = %(platform)s AND l.platform_user_id = %(id)s)"
)


def expire_tokens(tx: Tx, account: PlayerRef) -> None:
    """Expire the account's own tokens, and withdraw its claim."""
    tx.execute(
        """
        UPDATE link_tokens SET state = 'expired'
        WHERE state IN ('pending', 'claimed') AND (source_platform, source_platform_id) = (%s, %s)
        """,
        (account.platform, account.platform_id),
    )
    tx.execute(
        "DELETE FROM link_claims WHERE (platform, platform_user_id) = (%s, %s)", (account.platform, account.platform_id)
    )


_CLAIMS: LiteralString = "SELECT c.number, c.platform, c.platform_user_id, c.username FROM link_claims c"


def list_claims(tx: Tx, token: str) -> Cursor:
    """Return the claims of a token, after it is locked: a statement that waits would see those of before."""
    return tx.execute(_CLAIMS + " WHERE c.token = %s ORDER BY c.number", (token,))


def list_claims_of(tx: Tx, source: PlayerRef) -> Cursor:
    """Return the claims of the source's token that is pending or claimed, after it is locked."""
    return tx.execute(
        _CLAIMS
        + """
        JOIN link_tokens t USING (token)
        WHERE t.source_platform = %s AND t.source_platform_id = %s AND t.state IN ('pending', 'claimed')
        ORDER BY c.number
        """,
        (source.platform, source.platform_id),
    )


def insert_token(tx: Tx, token: LinkToken) -> Cursor:
    """Insert a token; returns no row if it exists, or if its source has received another one at the same time."""
    return tx.execute(
        """
        INSERT INTO link_tokens
            (token, state, source_platform, source_platform_id, source_username, created_at, expires_at)
        VALUES (%(token)s, %(state)s, %(platform)s, %(id)s, coalesce(%(username)s, """
        + _KNOWN_NAME
        + """), %(now)s, %(expires_at)s)
        ON CONFLICT DO NOTHING
        RETURNING token
        """,
        {
            "token": token.token,
            "state": token.state,
            "platform": token.source.platform,
            "id": token.source.platform_id,
            "username": token.source.username,
            "now": tx.now,
            "expires_at": token.expires_at,
        },
    )


def lock_token(tx: Tx, token: str) -> Cursor:
    return tx.execute("SELECT * FROM link_tokens WHERE token = %s FOR UPDATE", (token,))


def lock_token_of(tx: Tx, source: PlayerRef) -> Cursor:
    """Lock the source's token that is pending or claimed, expired or not; there is at most one."""
    return tx.execute(
        """
        SELECT * FROM link_tokens
        WHERE source_platform = %s AND source_platform_id = %s AND state IN ('pending', 'claimed')
        FOR UPDATE
        """,
        (source.platform, source.platform_id),
    )


def read_status(tx: Tx, account: PlayerRef) -> Cursor:
    """Return one row: `platforms` of the account's player (null for a stranger), and the columns of the account's
    usable token (null without one)."""
    return tx.execute(
        """
        SELECT (SELECT array_agg(every.platform)
                FROM user_platform_links this JOIN user_platform_links every USING (user_id)
                WHERE this.platform = %(platform)s AND this.platform_user_id = %(platform_id)s) AS platforms,
               token.*
        FROM (VALUES (true)) AS always
        LEFT JOIN link_tokens token
            ON source_platform = %(platform)s AND source_platform_id = %(platform_id)s
            AND state IN ('pending', 'claimed') AND expires_at > %(now)s
        """,
        {"platform": account.platform, "platform_id": account.platform_id, "now": tx.now},
    )


def claim_token(tx: Tx, token: str, claim: Claim) -> None:
    """Insert a claim, which ends the account's earlier one. The token is locked."""
    tx.execute("UPDATE link_tokens SET state = 'claimed', last_number = %s WHERE token = %s", (claim.number, token))
    tx.execute(
        """
        INSERT INTO link_claims (platform, platform_user_id, username, token, number)
        VALUES (%(platform)s, %(id)s, coalesce(%(username)s, """
        + _KNOWN_NAME
        + """), %(token)s, %(number)s)
        ON CONFLICT (platform, platform_user_id) DO UPDATE
        SET username = excluded.username, token = excluded.token, number = excluded.number
        """,
        {
            "token": token,
            "number": claim.number,
            "platform": claim.account.platform,
            "id": claim.account.platform_id,
            "username": claim.account.username,
        },
    )


def confirm_token(tx: Tx, token: str) -> None:
    tx.execute("UPDATE link_tokens SET state = 'confirmed' WHERE token = %s", (token,))


def replace_account(tx: Tx, user_id: UUID, account_id: str) -> Cursor:
    """Link an account to a player, in place of another one of either; returns no row if the account is gone."""
    tx.execute("DELETE FROM player_accounts WHERE user_id = %s AND account_id <> %s", (user_id, account_id))
    return tx.execute(
        """
        INSERT INTO player_accounts (account_id, user_id, linked_at)
        SELECT account_id, %(user_id)s, %(now)s FROM kernel.accounts WHERE account_id = %(account_id)s
        ON CONFLICT (account_id) DO UPDATE SET user_id = excluded.user_id, linked_at = excluded.linked_at
        RETURNING account_id
        """,
        {"user_id": user_id, "account_id": account_id, "now": tx.now},
    )


def move_account(tx: Tx, old: UUID, new: UUID) -> None:
    """Give a player's account to the one they are merged into, who keeps an own one."""
    tx.execute(
        """
        UPDATE player_accounts SET user_id = %(new)s, linked_at = %(now)s
        WHERE user_id = %(old)s AND NOT EXISTS (SELECT FROM player_accounts WHERE user_id = %(new)s)
        """,
        {"old": old, "new": new, "now": tx.now},
    )


def delete_account_linked_at(tx: Tx, user_id: UUID, linked_at: datetime) -> None:
    """Unlink the account that came to the player at that moment, with the accounts of the same code."""
    tx.execute("DELETE FROM player_accounts WHERE user_id = %s AND linked_at = %s", (user_id, linked_at))


def delete_account(tx: Tx, account_id: UUID) -> Cursor:
    """Unlink an account from its player; returns a row if it had one."""
    return tx.execute("DELETE FROM player_accounts WHERE account_id = %s RETURNING user_id", (account_id,))


def find_player_of(tx: Tx, account_id: UUID) -> Cursor:
    """Return the player of an account: `user_id`, `username`, `linked_at` and `platforms`."""
    return tx.execute(
        """
        SELECT u.user_id, u.username, a.linked_at,
               (SELECT array_agg(l.platform) FROM user_platform_links l WHERE l.user_id = u.user_id) AS platforms
        FROM player_accounts a JOIN users u USING (user_id)
        WHERE a.account_id = %s
        """,
        (account_id,),
    )


def list_roles_of(tx: Tx, account_id: UUID, since: datetime) -> Cursor:
    """Return rows of `roles`, of the platforms where an account's player was seen with them since then."""
    return tx.execute(
        """
        SELECT l.roles FROM player_accounts a JOIN user_platform_links l USING (user_id)
        WHERE a.account_id = %s AND l.roles_at > %s
        """,
        (account_id, since),
    )


def find_account_of(tx: Tx, player: PlayerRef) -> Cursor:
    """Return the account that is linked to a player: `account_id`."""
    return tx.execute(
        """
        SELECT a.account_id FROM player_accounts a JOIN user_platform_links l USING (user_id)
        WHERE l.platform = %s AND l.platform_user_id = %s
        """,
        (player.platform, player.platform_id),
    )


def find_claimed_token(tx: Tx, platform: str, platform_id: str) -> Cursor:
    """Return the token that an account has claimed and that waits for its confirmation, and the claim's `number`."""
    return tx.execute(
        """
        SELECT t.*, c.number FROM link_claims c JOIN link_tokens t USING (token)
        WHERE c.platform = %s AND c.platform_user_id = %s AND t.state = 'claimed' AND t.expires_at > %s
        """,
        (platform, platform_id, tx.now),
    )


DEPARTED: LiteralString = """
    SELECT json_agg(json_build_array(d.platform, d.platform_user_id)) FROM departed_accounts d
    WHERE d.user_id = u.user_id
"""
"""SQL expression over `u`, a row of users: the accounts that have left the player, as (platform, id)."""


def mark_linked(tx: Tx, user_id: UUID, befores: Mapping[str, UUID | None]) -> None:
    """Note that a code has brought accounts just now, and whose each is, by platform, if the link is undone."""
    tx.execute(
        """
        UPDATE user_platform_links l SET linked_at = %s, person_before = brought.person_before
        FROM unnest(%s::text[], %s::uuid[]) AS brought (platform, person_before)
        WHERE l.user_id = %s AND l.platform = brought.platform
        """,
        (tx.now, list(befores), list(befores.values()), user_id),
    )


_UNSETTLED: LiteralString = """
    FROM user_platform_links l JOIN users u USING (user_id)
    WHERE l.linked_at <= %s AND l.person_before IS NOT NULL
    ORDER BY u.user_id
"""


def list_unsettled(tx: Tx, since: datetime) -> Cursor:
    """List links from before then that have yet to make one person of two: `user_id`, `person_id`, `person_before`."""
    return tx.execute("SELECT u.user_id, u.person_id, l.person_before" + _UNSETTLED, (since,))


def lock_unsettled(tx: Tx, since: datetime) -> None:
    """Lock the players of these links, after the people."""
    tx.execute("SELECT" + _UNSETTLED + "FOR NO KEY UPDATE OF u", (since,))


def settle(tx: Tx, user_id: UUID, person_id: UUID, since: datetime) -> None:
    """Give a player their person, and note that the links from before then have been settled."""
    tx.execute("UPDATE users SET person_id = %s WHERE user_id = %s", (person_id, user_id))
    tx.execute(
        "UPDATE user_platform_links SET person_before = NULL WHERE user_id = %s AND linked_at <= %s", (user_id, since)
    )


def count_guess(tx: Tx, guessers: Sequence[Guesser], window: timedelta) -> Cursor:
    """Count a guess of each guesser; return `guesses` and `window_start` of each, in the same order.

    The rows stay locked, so that the guesses of an account or an address come one after the other.
    """
    return tx.execute(
        """
        INSERT INTO code_guesses AS earlier (platform, platform_user_id, guesses, window_start)
        SELECT platform, platform_user_id, 1, %(now)s
        FROM unnest(%(platforms)s::text[], %(ids)s::text[]) AS guesser (platform, platform_user_id)
        ON CONFLICT (platform, platform_user_id) DO UPDATE
        SET guesses = CASE WHEN earlier.window_start > %(since)s THEN earlier.guesses + 1 ELSE 1 END,
            window_start = CASE WHEN earlier.window_start > %(since)s THEN earlier.window_start ELSE %(now)s END
        RETURNING guesses, window_start
        """,
        {**_arrays(guessers), "now": tx.now, "since": tx.now - window},
    )


def uncount_guess_from(tx: Tx, address: str) -> None:
    """Take back an address's guess that turned out right, while its row is locked."""
    tx.execute(
        "UPDATE code_guesses SET guesses = guesses - 1 WHERE platform = '' AND platform_user_id = %s", (address,)
    )


def _arrays(guessers: Sequence[Guesser]) -> dict[str, list[str]]:
    platforms, ids = zip(*guessers, strict=True)
    return {"platforms": list(platforms), "ids": list(ids)}


def delete_guesses_before(tx: Tx, moment: datetime) -> bool:
    return delete_part(tx, "code_guesses", "window_start < %(moment)s", {"moment": moment})


def delete_tokens_expired_before(tx: Tx, moment: datetime) -> bool:
    return delete_part(tx, "link_tokens", "expires_at < %(moment)s", {"moment": moment})


def upsert_unlink_request(tx: Tx, caller: PlayerRef, target: PlayerRef, expires_at: datetime) -> None:
    tx.execute(
        """
        INSERT INTO unlink_requests
            (platform, platform_user_id, target_platform, target_platform_id, expires_at)
        VALUES (%s, %s, %s, %s, %s)
        ON CONFLICT (platform, platform_user_id, target_platform) DO UPDATE
        SET target_platform_id = excluded.target_platform_id, expires_at = excluded.expires_at
        """,
        (caller.platform, caller.platform_id, target.platform, target.platform_id, expires_at),
    )


def take_unlink_request(tx: Tx, caller: PlayerRef, platform: str) -> Cursor:
    """Delete an unlink request; returns its `target_platform_id` and `expires_at`."""
    return tx.execute(
        """
        DELETE FROM unlink_requests
        WHERE platform = %s AND platform_user_id = %s AND target_platform = %s
        RETURNING target_platform_id, expires_at
        """,
        (caller.platform, caller.platform_id, platform),
    )


def delete_unlink_requests_expired_before(tx: Tx, moment: datetime) -> bool:
    return delete_part(tx, "unlink_requests", "expires_at < %(moment)s", {"moment": moment})
