-- What the document adds up to, for the leaderboards; saved together with it.

ALTER TABLE user_inventory
    ADD COLUMN money bigint NOT NULL DEFAULT 0,
    ADD COLUMN items bigint NOT NULL DEFAULT 0;
UPDATE user_inventory
SET (money, items) = (
    SELECT coalesce(sum(quantity) FILTER (WHERE internal_name = 'money'), 0),
           coalesce(sum(quantity) FILTER (WHERE internal_name <> 'money'), 0)
    FROM jsonb_to_recordset(inventory_data -> 'slots') AS slot (item_id integer, quantity bigint)
    JOIN items USING (item_id)
);
CREATE INDEX user_inventory_most_money_first ON user_inventory (money DESC, user_id) WHERE money > 0;
CREATE INDEX user_inventory_most_items_first ON user_inventory (items DESC, user_id) WHERE items > 0;

-- Who talks where just now.

CREATE TABLE active_chatters (
    user_id         uuid        NOT NULL REFERENCES users ON DELETE CASCADE,
    platform        text        NOT NULL REFERENCES platforms,
    last_message_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, platform)
);
CREATE INDEX active_chatters_latest_first ON active_chatters (platform, last_message_at DESC);

-- Cooldowns. Without a user: for everybody.

CREATE TABLE cooldowns (
    user_id    uuid        REFERENCES users ON DELETE CASCADE,
    action_key text        NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT cooldowns_one_per_action UNIQUE NULLS NOT DISTINCT (user_id, action_key)
);
CREATE INDEX cooldowns_by_age ON cooldowns (expires_at);

-- Jobs: what was earned by what. Scholar XP for engagement is not listed again: each piece of engagement is.

CREATE TABLE job_xp_events (
    xp_event_id bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id     uuid        NOT NULL REFERENCES users ON DELETE CASCADE,
    job_key     text        NOT NULL,
    xp          integer     NOT NULL CHECK (xp > 0),
    source      text        NOT NULL,
    metadata    jsonb,
    earned_at   timestamptz NOT NULL
);
CREATE INDEX job_xp_events_by_user ON job_xp_events (user_id, xp_event_id DESC);

CREATE TABLE daily_reset (
    only_row         boolean     PRIMARY KEY DEFAULT true CHECK (only_row),
    last_reset_at    timestamptz,
    records_affected bigint      NOT NULL DEFAULT 0
);
INSERT INTO daily_reset DEFAULT VALUES;

-- Statistics and engagement. An action only appends to an inbox, whose size does not depend on the past. Each minute
-- the rollup adds the inbox up and empties it in one transaction; whoever reads adds what is still in the inbox.
-- No foreign keys here: the rows are written in passing and in bulk, and a merge moves them by itself.

CREATE TABLE user_streaks (
    user_id uuid    PRIMARY KEY REFERENCES users ON DELETE CASCADE,
    streak  integer NOT NULL CHECK (streak >= 1),
    last_on date    NOT NULL
);

CREATE TABLE stats_inbox (
    stat_id     bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id     uuid        NOT NULL,
    event_type  text        NOT NULL,
    event_data  jsonb,
    happened_at timestamptz NOT NULL
);
CREATE INDEX stats_inbox_by_user ON stats_inbox (user_id);

CREATE TABLE stats_events (
    stat_id     bigint      NOT NULL,
    user_id     uuid        NOT NULL,
    event_type  text        NOT NULL,
    event_data  jsonb,
    happened_at timestamptz NOT NULL
);
CREATE INDEX stats_events_by_time ON stats_events (happened_at) INCLUDE (event_type, user_id);
CREATE INDEX stats_events_by_user ON stats_events (user_id, happened_at) INCLUDE (event_type);

-- How often, since the beginning of each period. `stats_windows` says what beginning the counts are about.
CREATE TABLE stats_standings (
    user_id    uuid   NOT NULL,
    event_type text   NOT NULL,
    daily      bigint NOT NULL DEFAULT 0,
    weekly     bigint NOT NULL DEFAULT 0,
    monthly    bigint NOT NULL DEFAULT 0,
    yearly     bigint NOT NULL DEFAULT 0,
    total      bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (user_id, event_type)
);
CREATE INDEX stats_standings_by_day ON stats_standings (event_type, daily DESC, user_id) WHERE daily > 0;
CREATE INDEX stats_standings_by_week ON stats_standings (event_type, weekly DESC, user_id) WHERE weekly > 0;
CREATE INDEX stats_standings_by_month ON stats_standings (event_type, monthly DESC, user_id) WHERE monthly > 0;
CREATE INDEX stats_standings_by_year ON stats_standings (event_type, yearly DESC, user_id) WHERE yearly > 0;
CREATE INDEX stats_standings_by_total ON stats_standings (event_type, total DESC, user_id) WHERE total > 0;

CREATE TABLE stats_totals (
    event_type text   PRIMARY KEY,
    daily      bigint NOT NULL DEFAULT 0,
    weekly     bigint NOT NULL DEFAULT 0,
    monthly    bigint NOT NULL DEFAULT 0,
    yearly     bigint NOT NULL DEFAULT 0,
    total      bigint NOT NULL DEFAULT 0
);

CREATE TABLE stats_windows (
    period        text        PRIMARY KEY CHECK (period IN ('daily', 'weekly', 'monthly', 'yearly')),
    counted_since timestamptz NOT NULL
);
INSERT INTO stats_windows (period, counted_since)
VALUES ('daily', '-infinity'), ('weekly', '-infinity'), ('monthly', '-infinity'), ('yearly', '-infinity');

CREATE TABLE engagement_inbox (
    entry_id    bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id     uuid        NOT NULL,
    metric      text        NOT NULL,
    value       bigint      NOT NULL CHECK (value > 0),
    recorded_at timestamptz NOT NULL
);
CREATE INDEX engagement_inbox_by_user ON engagement_inbox (user_id);

CREATE TABLE engagement_totals (
    user_id uuid   NOT NULL,
    metric  text   NOT NULL,
    total   bigint NOT NULL,
    PRIMARY KEY (user_id, metric)
);

-- The weighted sum of a player's totals, kept for the leaderboard.
CREATE TABLE engagement_scores (
    user_id uuid   PRIMARY KEY,
    score   bigint NOT NULL
);
CREATE INDEX engagement_scores_highest_first ON engagement_scores (score DESC, user_id);

CREATE TABLE engagement_days (
    day    date   NOT NULL,
    metric text   NOT NULL,
    total  bigint NOT NULL,
    PRIMARY KEY (day, metric)
);

-- Contribution points: only ever added to, in several rows, so that one busy chat does not queue behind itself.
-- Room for new versions of a row beside the old ones keeps every update within its page.

CREATE TABLE contribution_shards (
    shard  integer PRIMARY KEY,
    points bigint  NOT NULL CHECK (points >= 0)
) WITH (fillfactor = 10);

-- Voting. Sessions, options and progress are numbered by whoever holds the world's lock.

CREATE TABLE voting_sessions (
    session_id        integer     PRIMARY KEY,
    status            text        NOT NULL CHECK (status IN ('voting', 'frozen', 'completed')),
    started_at        timestamptz NOT NULL,
    voting_deadline   timestamptz NOT NULL,
    ended_at          timestamptz,
    winning_option_id integer,
    CONSTRAINT voting_sessions_end_with_a_winner CHECK (
        (status = 'completed') = (ended_at IS NOT NULL AND winning_option_id IS NOT NULL)
    )
);
CREATE UNIQUE INDEX voting_sessions_one_open ON voting_sessions ((true)) WHERE status <> 'completed';

CREATE TABLE voting_options (
    option_id            integer     PRIMARY KEY,
    session_id           integer     NOT NULL REFERENCES voting_sessions ON DELETE CASCADE,
    position             integer     NOT NULL CHECK (position >= 1),
    node_id              integer     NOT NULL REFERENCES progression_nodes,
    target_level         integer     NOT NULL CHECK (target_level >= 1),
    vote_count           integer     NOT NULL DEFAULT 0 CHECK (vote_count >= 0),
    weighted_votes       numeric     NOT NULL DEFAULT 0 CHECK (weighted_votes >= 0),
    last_highest_vote_at timestamptz,
    CONSTRAINT voting_options_one_per_position UNIQUE (session_id, position),
    CONSTRAINT voting_options_one_per_node UNIQUE (session_id, node_id)
);

CREATE TABLE ballots (
    session_id integer     NOT NULL REFERENCES voting_sessions ON DELETE CASCADE,
    user_id    uuid        NOT NULL REFERENCES users ON DELETE CASCADE,
    option_id  integer     NOT NULL REFERENCES voting_options ON DELETE CASCADE,
    weight     numeric     NOT NULL CHECK (weight > 0),
    cast_at    timestamptz NOT NULL,
    CONSTRAINT ballots_one_per_player_and_session PRIMARY KEY (session_id, user_id)
);
CREATE INDEX ballots_by_user ON ballots (user_id);
CREATE INDEX ballots_by_option ON ballots (option_id);

CREATE TABLE voting_weights (
    weight_id     bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id       uuid        NOT NULL REFERENCES users ON DELETE CASCADE,
    voting_weight numeric     NOT NULL CHECK (voting_weight > 0 AND voting_weight <= 100),
    reason        text        NOT NULL DEFAULT '',
    created_at    timestamptz NOT NULL,
    expires_at    timestamptz
);
CREATE INDEX voting_weights_newest_first ON voting_weights (user_id, weight_id DESC);

-- What the points count towards. Points are never taken from the shards: each target begins at a sum of all points
-- ever made, and what came in above its cost counts towards the next.

CREATE TABLE unlock_progress (
    progress_id       integer     PRIMARY KEY,
    node_id           integer     REFERENCES progression_nodes,
    target_level      integer,
    starts_at_points  bigint      NOT NULL,
    started_at        timestamptz NOT NULL,
    unlocked_at       timestamptz,
    voting_session_id integer     REFERENCES voting_sessions ON DELETE SET NULL,
    CONSTRAINT unlock_progress_names_a_level_of_its_node CHECK ((node_id IS NULL) = (target_level IS NULL))
);
CREATE UNIQUE INDEX unlock_progress_one_open ON unlock_progress ((true)) WHERE unlocked_at IS NULL;

CREATE TABLE progression_resets (
    reset_id           integer     GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    reset_by           text        NOT NULL,
    reason             text        NOT NULL,
    preserved          boolean     NOT NULL,
    unlocks            integer     NOT NULL,
    sessions           integer     NOT NULL,
    ballots            integer     NOT NULL,
    contributions      bigint      NOT NULL,
    reset_at           timestamptz NOT NULL
);
