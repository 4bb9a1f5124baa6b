-- Which of the forgotten accounts may play again together: those that were one player's when they were excluded.
ALTER TABLE forgotten_accounts ADD COLUMN excluded_with uuid;
COMMENT ON COLUMN forgotten_accounts.excluded_with IS 'the same for all accounts of the excluded player who was forgotten';
UPDATE forgotten_accounts SET excluded_with = person_id WHERE excluded;

-- Accounts that left a player: forgetting the player takes them, too, out of the log and of what others say.
CREATE TABLE departed_accounts (
    user_id          uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    platform         text NOT NULL REFERENCES platforms,
    platform_user_id text NOT NULL,
    username         text NOT NULL,
    PRIMARY KEY (user_id, platform, platform_user_id)
);
COMMENT ON COLUMN departed_accounts.username IS 'what it was called when it left';
CREATE INDEX departed_accounts_by_account ON departed_accounts (platform, platform_user_id);

-- What people have asked for on Discord, with their ids there, and the answers stay in the log no longer than needed.
UPDATE events SET payload = '{}'
WHERE event_type IN ('discord.interaction_deferred', 'discord.followup_requested') AND published_at IS NOT NULL;

-- The timeout of an account that is no player's is its own, under any name: `timeouts` is for names.
CREATE TABLE account_timeouts (
    platform         text        NOT NULL REFERENCES platforms,
    platform_user_id text        NOT NULL,
    name_key         text        NOT NULL,
    set_at           timestamptz NOT NULL,
    expires_at       timestamptz NOT NULL,
    reason           text        NOT NULL DEFAULT '',
    PRIMARY KEY (platform, platform_user_id)
);
COMMENT ON COLUMN account_timeouts.name_key IS 'as in user_platform_links';
CREATE INDEX account_timeouts_by_name ON account_timeouts (platform, name_key);
INSERT INTO account_timeouts (platform, platform_user_id, name_key, set_at, expires_at, reason)
SELECT DISTINCT ON (platform, platform_user_id) platform, platform_user_id, username, set_at, expires_at, reason
FROM timeouts WHERE platform_user_id IS NOT NULL ORDER BY platform, platform_user_id, expires_at DESC;
DELETE FROM timeouts WHERE platform_user_id IS NOT NULL;
