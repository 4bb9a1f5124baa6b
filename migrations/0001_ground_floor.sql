-- Players: who they are, and by which names and ids the platforms know them.

CREATE TABLE platforms (
    platform text PRIMARY KEY
);
INSERT INTO platforms (platform) VALUES ('twitch'), ('youtube'), ('discord');

CREATE TABLE users (
    user_id    uuid        PRIMARY KEY,
    username   text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT users_name_has_a_length CHECK (length(username) BETWEEN 1 AND 100)
);
CREATE INDEX users_newest_first ON users (created_at DESC, user_id);

CREATE TABLE user_platform_links (
    user_id          uuid        NOT NULL REFERENCES users ON DELETE CASCADE,
    platform         text        NOT NULL REFERENCES platforms,
    platform_user_id text        NOT NULL,
    username         text        NOT NULL,
    seen_at          timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, platform),
    CONSTRAINT user_platform_links_one_user_per_identity UNIQUE (platform, platform_user_id)
);
-- A name lookup wants the one who used the name last.
CREATE INDEX user_platform_links_by_name ON user_platform_links (platform, lower(username), seen_at DESC);

CREATE TABLE user_inventory (
    user_id        uuid        PRIMARY KEY REFERENCES users ON DELETE CASCADE,
    inventory_data jsonb       NOT NULL DEFAULT '{"slots": []}',
    updated_at     timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT user_inventory_every_slot_holds_1_to_999999 CHECK (
        NOT jsonb_path_exists(inventory_data, '$.slots[*].quantity ? (@ < 1 || @ > 999999)')
    )
);
CREATE INDEX user_inventory_by_content ON user_inventory USING gin (inventory_data jsonb_path_ops);

-- Content, mirrored for reports; configs/ is the authority and carries the ids.

CREATE TABLE config_sync_metadata (
    config_name text        PRIMARY KEY,
    sha256      text        NOT NULL,
    synced_at   timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE items (
    item_id       integer PRIMARY KEY,
    internal_name text    NOT NULL CONSTRAINT items_internal_names_are_unique UNIQUE,
    public_name   text    NOT NULL,
    base_value    integer NOT NULL,
    definition    jsonb   NOT NULL
);

CREATE TABLE progression_nodes (
    node_id     integer     PRIMARY KEY,
    node_key    text        NOT NULL CONSTRAINT progression_nodes_keys_are_unique UNIQUE,
    unlock_cost integer     NOT NULL,
    definition  jsonb       NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now()
);

-- What the community has unlocked. `world` is one row: its version changes with everything a running
-- environment may have cached, and travels with every load. A random value and not a number, so that no two
-- states share one, not even across a rollback or in a copy of the database.

CREATE TABLE world (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    version  uuid    NOT NULL DEFAULT gen_random_uuid()
);
INSERT INTO world DEFAULT VALUES;

-- Documents that can change while environments run: item aliases and themes.
CREATE TABLE world_documents (
    name       text        PRIMARY KEY,
    body       jsonb       NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE progression_unlocks (
    unlock_id        bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    node_id          integer     NOT NULL REFERENCES progression_nodes,
    level            integer     NOT NULL CHECK (level >= 1),
    unlocked_at      timestamptz NOT NULL,
    unlocked_by      text        NOT NULL,
    engagement_score bigint      NOT NULL DEFAULT 0,
    CONSTRAINT progression_unlocks_once_per_level UNIQUE (node_id, level)
);

-- Jobs.

CREATE TABLE user_jobs (
    user_id     uuid        NOT NULL REFERENCES users ON DELETE CASCADE,
    job_key     text        NOT NULL,
    xp          bigint      NOT NULL CHECK (xp >= 0),
    level       integer     NOT NULL CHECK (level >= 0),
    daily_xp    integer     NOT NULL CHECK (daily_xp >= 0),
    daily_xp_on date        NOT NULL,
    PRIMARY KEY (user_id, job_key)
);

-- Timeouts belong to a name in a chat, not to a player: a moderator may time out somebody we never met.

CREATE TABLE timeouts (
    platform   text        NOT NULL REFERENCES platforms,
    username   text        NOT NULL CONSTRAINT timeouts_names_are_lower_case CHECK (username = lower(username)),
    expires_at timestamptz NOT NULL,
    reason     text        NOT NULL DEFAULT '',
    PRIMARY KEY (platform, username)
);

-- Linking accounts.

CREATE TABLE link_tokens (
    token              text        PRIMARY KEY,
    state              text        NOT NULL CHECK (state IN ('pending', 'claimed', 'confirmed', 'expired')),
    source_platform    text        NOT NULL REFERENCES platforms,
    source_platform_id text        NOT NULL,
    source_username    text,
    target_platform    text        REFERENCES platforms,
    target_platform_id text,
    target_username    text,
    created_at         timestamptz NOT NULL,
    expires_at         timestamptz NOT NULL
);
CREATE UNIQUE INDEX link_tokens_one_alive_per_source ON link_tokens (source_platform, source_platform_id)
    WHERE state IN ('pending', 'claimed');
CREATE INDEX link_tokens_by_age ON link_tokens (expires_at);

CREATE TABLE unlink_requests (
    platform           text        NOT NULL REFERENCES platforms,
    platform_user_id   text        NOT NULL,
    target_platform    text        NOT NULL REFERENCES platforms,
    target_platform_id text        NOT NULL,
    expires_at         timestamptz NOT NULL,
    PRIMARY KEY (platform, platform_user_id, target_platform)
);

-- Events: the outbox and the audit log in one, dropped partition by partition.

CREATE TABLE events (
    position        bigint      GENERATED ALWAYS AS IDENTITY,
    event_id        uuid        NOT NULL,
    event_type      text        NOT NULL,
    user_id         uuid,
    payload         jsonb       NOT NULL,
    metadata        jsonb       NOT NULL DEFAULT '{}',
    created_at      timestamptz NOT NULL,
    -- A reader that follows the log must not overtake a transaction that commits late: it reads what is older
    -- than every transaction still running (pg_snapshot_xmin).
    transaction_id  xid8        NOT NULL DEFAULT pg_current_xact_id(),
    attempts        integer     NOT NULL DEFAULT 0,
    next_attempt_at timestamptz DEFAULT '-infinity',
    published_at    timestamptz,
    last_error      text,
    PRIMARY KEY (created_at, position)
) PARTITION BY RANGE (created_at);
COMMENT ON COLUMN events.next_attempt_at IS 'null: nothing left to do, because it was published or is dead';
CREATE INDEX events_to_publish ON events (position) WHERE next_attempt_at IS NOT NULL;
CREATE INDEX events_dead ON events (position) WHERE next_attempt_at IS NULL AND published_at IS NULL;
CREATE INDEX events_by_type ON events (event_type, position DESC);
CREATE INDEX events_by_user ON events (user_id, position DESC) WHERE user_id IS NOT NULL;
CREATE TABLE events_default PARTITION OF events DEFAULT;

-- Which consumer has seen which event already.
CREATE TABLE consumed_events (
    consumer    text        NOT NULL,
    event_id    uuid        NOT NULL,
    consumed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (consumer, event_id)
);
CREATE INDEX consumed_events_by_age ON consumed_events (consumed_at);

-- Counted for /metrics.

CREATE TABLE business_counters (
    metric text   NOT NULL,
    label  text   NOT NULL DEFAULT '',
    total  bigint NOT NULL,
    PRIMARY KEY (metric, label)
);

CREATE TABLE request_counters (
    method  text             NOT NULL,
    path    text             NOT NULL,
    status  integer          NOT NULL,
    count   bigint           NOT NULL,
    seconds double precision NOT NULL,
    buckets bigint[]         NOT NULL,
    PRIMARY KEY (method, path, status)
);

-- The door: who may call, and what was answered already.

CREATE TABLE api_keys (
    key_hash   text        PRIMARY KEY CHECK (key_hash ~ '^[0-9a-f]{64}$'),
    name       text        NOT NULL CONSTRAINT api_keys_names_are_unique UNIQUE,
    role       text        NOT NULL CHECK (role IN ('admin', 'bot', 'viewer')),
    created_at timestamptz NOT NULL DEFAULT now(),
    revoked_at timestamptz
);

CREATE TABLE failed_keys (
    address      text        PRIMARY KEY,
    attempts     integer     NOT NULL,
    window_start timestamptz NOT NULL
);

CREATE TABLE idempotency_keys (
    caller     text        NOT NULL,
    path       text        NOT NULL,
    key        text        NOT NULL,
    status     integer     NOT NULL,
    body       text        NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (caller, path, key)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

-- Partitions of the log are named events_YYYY_MM_DD and hold one UTC day.

CREATE FUNCTION ensure_events_partition(day date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    partition_name text := 'events_' || to_char(day, 'YYYY_MM_DD');
BEGIN
    IF to_regclass(partition_name) IS NOT NULL THEN
        RETURN;
    END IF;
    -- Filled before it is attached: rows of that day may have landed in the default partition meanwhile.
    LOCK TABLE events IN ACCESS EXCLUSIVE MODE;
    EXECUTE format('CREATE TABLE %I (LIKE events INCLUDING DEFAULTS INCLUDING INDEXES)', partition_name);
    EXECUTE format(
        'WITH moved AS (DELETE FROM events_default WHERE created_at >= %L AND created_at < %L RETURNING *)
         INSERT INTO %I SELECT * FROM moved',
        day::timestamp AT TIME ZONE 'UTC', (day + 1)::timestamp AT TIME ZONE 'UTC', partition_name
    );
    EXECUTE format(
        'ALTER TABLE events ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
        partition_name, day::timestamp AT TIME ZONE 'UTC', (day + 1)::timestamp AT TIME ZONE 'UTC'
    );
END
$$;

CREATE FUNCTION drop_events_partitions_before(day date) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    partition_name text;
BEGIN
    FOR partition_name IN
        SELECT inhrelid::regclass::text
        FROM pg_inherits
        WHERE inhparent = 'events'::regclass AND inhrelid::regclass::text < 'events_' || to_char(day, 'YYYY_MM_DD')
          AND inhrelid <> 'events_default'::regclass
    LOOP
        EXECUTE format('DROP TABLE %I', partition_name);
        RETURN NEXT partition_name;
    END LOOP;
    DELETE FROM events_default WHERE created_at < day::timestamp AT TIME ZONE 'UTC';
END
$$;
