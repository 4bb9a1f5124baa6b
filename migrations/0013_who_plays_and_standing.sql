-- Accounts that take no part in the game: common bots (from the content), the community's own bots (from a setting), and
-- those that an administrator adds. An administrator may also let an account of the first two kinds play (`excluded` is
-- false).

CREATE TABLE excluded_accounts (
    account_id       bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    platform         text        NOT NULL REFERENCES platforms,
    platform_user_id text        NOT NULL,
    username         text        NOT NULL,
    name_key         text        NOT NULL,
    source           text        NOT NULL CHECK (source IN ('content', 'setting', 'administrator')),
    excluded         boolean     NOT NULL DEFAULT true,
    added_at         timestamptz NOT NULL,
    CONSTRAINT excluded_accounts_have_an_id_or_a_name CHECK (platform_user_id <> '' OR username <> '')
);
COMMENT ON COLUMN excluded_accounts.name_key IS 'as in user_platform_links';
COMMENT ON COLUMN excluded_accounts.platform_user_id IS 'where it is given it decides, and the name is only shown';
CREATE UNIQUE INDEX excluded_accounts_once_per_id ON excluded_accounts (platform, platform_user_id)
    WHERE platform_user_id <> '';
CREATE UNIQUE INDEX excluded_accounts_once_per_name ON excluded_accounts (platform, name_key) WHERE platform_user_id = '';

-- The roles of an account in the community's chat, as its last line or action said.

ALTER TABLE user_platform_links ADD COLUMN roles text[] NOT NULL DEFAULT '{}';

-- What a player has done just now, for the limits on points per minute and on identical lines. Only written when one of
-- the limits is set.

CREATE TABLE player_recent_activity (
    user_id    uuid    PRIMARY KEY REFERENCES users ON DELETE CASCADE,
    minute     integer NOT NULL,
    points     bigint  NOT NULL,
    line       text    NOT NULL,
    line_count integer NOT NULL
);
COMMENT ON COLUMN player_recent_activity.minute IS 'minutes since 1970';
COMMENT ON COLUMN player_recent_activity.points IS 'contribution points earned in that minute';
COMMENT ON COLUMN player_recent_activity.line IS 'a hash of the last line of chat; empty for none';
COMMENT ON COLUMN player_recent_activity.line_count IS 'how often that line came in a row';

-- The last missed day that a streak was forgiven.

ALTER TABLE user_streaks ADD COLUMN repaired_on date;
