-- Points that were imported from other bots. A balance waits for the first line of its account, and is then sent as a
-- delivery with the entry's id, so that it cannot arrive twice.

CREATE TABLE import_batches (
    batch_id    uuid        PRIMARY KEY,
    platform    text        NOT NULL REFERENCES platforms,
    format      text        NOT NULL,
    file_hash   text        NOT NULL,
    rate        text        NOT NULL,
    imported_by text        NOT NULL,
    imported_at timestamptz NOT NULL,
    undone_at   timestamptz
);
COMMENT ON COLUMN import_batches.file_hash IS 'SHA-256 of the file, so that the same file is not imported twice';
COMMENT ON COLUMN import_batches.rate IS 'money for a point, as a fraction: 1/10';
CREATE UNIQUE INDEX import_batches_once_per_file ON import_batches (platform, file_hash) WHERE undone_at IS NULL;

CREATE TABLE import_entries (
    entry_id         uuid        PRIMARY KEY,
    batch_id         uuid        NOT NULL REFERENCES import_batches ON DELETE CASCADE,
    line             integer     NOT NULL,
    platform         text        NOT NULL REFERENCES platforms,
    platform_user_id text        NOT NULL,
    username         text        NOT NULL,
    name_key         text        NOT NULL,
    amount           bigint      NOT NULL CHECK (amount > 0),
    user_id          uuid,
    credited_at      timestamptz,
    taken_back       bigint,
    CONSTRAINT import_entries_credited_to_a_player CHECK ((user_id IS NULL) = (credited_at IS NULL)),
    CONSTRAINT import_entries_taken_back_after_credit CHECK (taken_back IS NULL OR taken_back BETWEEN 0 AND amount)
);
COMMENT ON COLUMN import_entries.platform_user_id IS 'where it is given it decides; empty when the file has only the name';
COMMENT ON COLUMN import_entries.name_key IS 'as in user_platform_links';
COMMENT ON COLUMN import_entries.user_id IS 'who got it; null while it waits for the account''s first line';
CREATE INDEX import_entries_waiting ON import_entries (platform, platform_user_id, name_key) WHERE credited_at IS NULL;
CREATE INDEX import_entries_by_batch ON import_entries (batch_id, user_id);
CREATE INDEX import_entries_by_user ON import_entries (user_id) WHERE user_id IS NOT NULL;


-- Players who were forgotten. What is left of an account is a keyed hash, with the limits that outlive it.

CREATE TABLE forgotten_accounts (
    account_hash text        PRIMARY KEY CHECK (account_hash ~ '^[0-9a-f]{64}$'),
    limits       jsonb       NOT NULL,
    excluded     boolean     NOT NULL,
    forgotten_at timestamptz NOT NULL
);
COMMENT ON COLUMN forgotten_accounts.account_hash IS 'HMAC-SHA-256 of platform and id, with a key that is not in the database';
COMMENT ON COLUMN forgotten_accounts.limits IS 'what the account''s next player starts with: cooldowns, paid rewards, the experience of the day';
COMMENT ON COLUMN forgotten_accounts.excluded IS 'the account takes no part in the game';
