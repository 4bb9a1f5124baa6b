-- Accounts of people, for every product that people use in a browser: one sign-up, one log-in, one deletion.
CREATE SCHEMA kernel;

CREATE TABLE kernel.accounts (
    account_id    uuid        PRIMARY KEY,
    email         text        NOT NULL,
    user_name     text,
    user_name_key text,
    password_hash text        NOT NULL,
    roles         text[]      NOT NULL DEFAULT '{}',
    language      text,
    last_log_in_at timestamptz,
    created_at    timestamptz NOT NULL DEFAULT now(),
    updated_at    timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT accounts_emails_are_lower_case CHECK (email = lower(email))
);
COMMENT ON COLUMN kernel.accounts.user_name IS 'asked for on entering Worlds; null until then';
COMMENT ON COLUMN kernel.accounts.user_name_key IS 'the name without case (kernel.naming.folded): a database may know ASCII only';
COMMENT ON COLUMN kernel.accounts.roles IS 'admin, for what the whole installation''s administrators may see';
CREATE UNIQUE INDEX accounts_one_per_email ON kernel.accounts (email);
CREATE UNIQUE INDEX accounts_one_per_user_name ON kernel.accounts (user_name_key);

CREATE TABLE kernel.sessions (
    session_id   uuid        PRIMARY KEY,
    account_id   uuid        NOT NULL REFERENCES kernel.accounts ON DELETE CASCADE,
    began_at     timestamptz NOT NULL DEFAULT now(),
    expires_at   timestamptz NOT NULL,
    ended_at     timestamptz,
    address      text        NOT NULL DEFAULT '',
    user_agent   text        NOT NULL DEFAULT ''
);
CREATE INDEX sessions_by_account ON kernel.sessions (account_id, expires_at);
CREATE INDEX sessions_by_expiry ON kernel.sessions (expires_at);

-- Wrong passwords, per account and address: no one can lock out someone else.
CREATE TABLE kernel.failed_log_ins (
    account_key text        NOT NULL,
    address     text        NOT NULL,
    failures    integer     NOT NULL,
    first_at    timestamptz NOT NULL,
    locked_until timestamptz,
    PRIMARY KEY (account_key, address)
);
COMMENT ON COLUMN kernel.failed_log_ins.account_key IS 'a hash of the e-mail address that was tried; it need not exist';
CREATE INDEX failed_log_ins_by_time ON kernel.failed_log_ins (first_at);

CREATE TABLE kernel.password_resets (
    token_hash bytea       PRIMARY KEY,
    account_id uuid        NOT NULL REFERENCES kernel.accounts ON DELETE CASCADE,
    expires_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX password_resets_by_account ON kernel.password_resets (account_id);

-- How often someone has asked lately: a window begins with a key's first request.
CREATE TABLE kernel.rate_windows (
    scope           text        NOT NULL,
    key             text        NOT NULL,
    window_began_at timestamptz NOT NULL,
    requests        integer     NOT NULL,
    PRIMARY KEY (scope, key)
);
CREATE INDEX rate_windows_by_time ON kernel.rate_windows (window_began_at);

-- Which player of the community an account belongs to: one account, one player. A linking code joins them; to its
-- table, an account is one of the platform `web`, on which no one plays.
INSERT INTO platforms (platform) VALUES ('web');
CREATE TABLE player_accounts (
    account_id uuid        PRIMARY KEY REFERENCES kernel.accounts ON DELETE CASCADE,
    user_id    uuid        NOT NULL REFERENCES users ON DELETE CASCADE,
    linked_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT player_accounts_one_per_player UNIQUE (user_id)
);
