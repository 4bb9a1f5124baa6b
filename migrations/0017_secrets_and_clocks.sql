-- A key that was revoked or replaced stays known, so that no start and no deployment brings it back. Its name may be
-- given to another key. `revoked_at` may be in the future: until then, the key works beside the one that replaces it.
ALTER TABLE api_keys DROP CONSTRAINT api_keys_names_are_unique;
CREATE UNIQUE INDEX api_keys_one_per_name ON api_keys (name) WHERE revoked_at IS NULL;

-- Keys that others have replaced: what they have signed stays valid until then.
CREATE TABLE retired_signing_keys (
    key        bytea       PRIMARY KEY,
    purpose    text        NOT NULL,
    retires_at timestamptz NOT NULL
);

-- When a timeout was set or last extended: its length, which a clock that was wrong in between does not change.
ALTER TABLE timeouts ADD COLUMN set_at timestamptz NOT NULL DEFAULT now();
ALTER TABLE player_timeouts ADD COLUMN set_at timestamptz NOT NULL DEFAULT now();
