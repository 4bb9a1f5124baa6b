-- Worlds: a text world that players live in. Source: worlds 4 to 9, 13, 14, 25. Positions are integers in decimetres.
CREATE SCHEMA worlds;

-- The log of everything that happened in worlds. Read models below are made of it, by the same code that rebuilds them.
CREATE TABLE worlds.events (
    number         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id       uuid        NOT NULL,
    event_type     text        NOT NULL,
    aggregate_type text        NOT NULL,
    aggregate_id   uuid        NOT NULL,
    version        bigint      NOT NULL,
    schema_version integer     NOT NULL DEFAULT 1,
    occurred_at    timestamptz NOT NULL,
    payload        jsonb       NOT NULL,
    metadata       jsonb       NOT NULL DEFAULT '{}',
    CONSTRAINT events_one_of_each_version UNIQUE (aggregate_id, version)
);
COMMENT ON COLUMN worlds.events.number IS
    'what depends on something else has a larger number, because it waited for its lock';
CREATE INDEX events_by_type ON worlds.events (event_type, occurred_at);
CREATE INDEX events_by_time ON worlds.events (occurred_at);

CREATE FUNCTION worlds.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('worlds.forgetting', true) = 'on' THEN
        IF TG_OP = 'UPDATE' THEN
            RETURN NEW;
        ELSIF TG_OP = 'DELETE' THEN
            RETURN OLD;
        END IF;
    END IF;
    RAISE EXCEPTION 'worlds.events is append-only' USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER events_are_kept BEFORE UPDATE OR DELETE ON worlds.events
    FOR EACH ROW EXECUTE FUNCTION worlds.refuse_change();
CREATE TRIGGER events_are_never_emptied BEFORE TRUNCATE ON worlds.events
    EXECUTE FUNCTION worlds.refuse_change();

-- The one exception: people are forgotten when they delete their account. What their characters did to things that others
-- see stays, without who did it, so that everything can still be made of the log. It runs as the owner of the log, since
-- no function may change that otherwise.
CREATE FUNCTION worlds.forget_characters(forgotten uuid[], kept_types text[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM set_config('worlds.forgetting', 'on', true);
    DELETE FROM worlds.events WHERE aggregate_id = ANY (forgotten) AND event_type <> ALL (kept_types);
    UPDATE worlds.events AS e
    SET aggregate_type = 'ground', aggregate_id = ground.id, version = kept.place, metadata = '{}',
        payload = payload - '{character_id,saved,removed}'::text[]
    FROM (SELECT number, aggregate_id, row_number() OVER (PARTITION BY aggregate_id ORDER BY version) AS place
          FROM worlds.events WHERE aggregate_id = ANY (forgotten)) AS kept
    JOIN (SELECT known, gen_random_uuid() AS id FROM unnest(forgotten) AS known) AS ground
        ON ground.known = kept.aggregate_id
    WHERE e.number = kept.number;
    DELETE FROM worlds.snapshots WHERE aggregate_id = ANY (forgotten);
    PERFORM set_config('worlds.forgetting', 'off', true);
END
$$;

-- States to begin a replay from: each may be deleted at any time.
CREATE TABLE worlds.snapshots (
    aggregate_id uuid        NOT NULL,
    version      bigint      NOT NULL,
    code_version integer     NOT NULL,
    state        jsonb       NOT NULL,
    made_at      timestamptz NOT NULL,
    PRIMARY KEY (aggregate_id, version)
);

CREATE TABLE worlds.worlds (
    world_id         uuid        PRIMARY KEY,
    version          bigint      NOT NULL,
    name             text        NOT NULL,
    name_key         text        NOT NULL,
    shape            text        NOT NULL
                     CONSTRAINT worlds_shapes CHECK (shape IN ('spherical', 'bounded_cube', 'infinite')),
    circumference    bigint,
    lowest           bigint[],
    highest          bigint[],
    owner_id         uuid        REFERENCES kernel.accounts ON DELETE SET NULL,
    is_system        boolean     NOT NULL DEFAULT false,
    privacy          text        NOT NULL DEFAULT 'public'
                     CONSTRAINT worlds_privacies CHECK (privacy IN ('public', 'private', 'invite')),
    seats            integer,
    status           text        NOT NULL DEFAULT 'ready'
                     CONSTRAINT worlds_statuses CHECK (status IN ('building', 'ready', 'failed')),
    generation       jsonb       NOT NULL DEFAULT '{}',
    game_anchor      bigint      NOT NULL DEFAULT 0,
    real_anchor      timestamptz NOT NULL,
    dilation         numeric     NOT NULL DEFAULT 1,
    hours_per_day    integer     NOT NULL DEFAULT 24,
    is_paused        boolean     NOT NULL DEFAULT false,
    owed             bigint      NOT NULL DEFAULT 0,
    told_until       bigint      NOT NULL DEFAULT 0,
    created_at       timestamptz NOT NULL
);
COMMENT ON COLUMN worlds.worlds.circumference IS 'decimetres; of spherical worlds only';
COMMENT ON COLUMN worlds.worlds.lowest IS 'x, y, z in decimetres; of bounded worlds only, as is highest';
COMMENT ON COLUMN worlds.worlds.game_anchor IS 'milliseconds of the world''s own time at real_anchor';
COMMENT ON COLUMN worlds.worlds.told_until IS 'milliseconds of game time: up to where people were told what changes';
COMMENT ON COLUMN worlds.worlds.owed IS 'milliseconds of real time that a pause took and that are still to be paid';
CREATE UNIQUE INDEX worlds_one_of_each_name ON worlds.worlds (name_key);
CREATE INDEX worlds_by_age ON worlds.worlds (created_at DESC, world_id DESC) WHERE NOT is_system;
CREATE INDEX worlds_by_owner ON worlds.worlds (owner_id);

CREATE TABLE worlds.members (
    world_id   uuid        NOT NULL REFERENCES worlds.worlds ON DELETE CASCADE,
    account_id uuid        NOT NULL REFERENCES kernel.accounts ON DELETE CASCADE,
    role       text        NOT NULL CONSTRAINT members_roles CHECK (role IN ('owner', 'admin', 'guest')),
    since      timestamptz NOT NULL,
    PRIMARY KEY (world_id, account_id)
);
CREATE INDEX members_by_account ON worlds.members (account_id);

CREATE TABLE worlds.characters (
    character_id uuid        PRIMARY KEY,
    version      bigint      NOT NULL,
    account_id   uuid        NOT NULL REFERENCES kernel.accounts ON DELETE CASCADE,
    world_id     uuid        NOT NULL REFERENCES worlds.worlds ON DELETE CASCADE,
    name         text        NOT NULL,
    name_key     text        NOT NULL,
    role         text        NOT NULL,
    species      text        NOT NULL,
    appearance   text        NOT NULL DEFAULT '',
    description  text        NOT NULL DEFAULT '',
    occupation   text        NOT NULL DEFAULT '',
    attributes   jsonb       NOT NULL DEFAULT '{}',
    skills       jsonb       NOT NULL DEFAULT '{}',
    x            bigint      NOT NULL,
    y            bigint      NOT NULL,
    z            bigint      NOT NULL,
    cell         bigint      NOT NULL,
    facing       integer[]   NOT NULL DEFAULT '{0,1000,0}',
    is_flying    boolean     NOT NULL DEFAULT false,
    mode         text        NOT NULL DEFAULT 'walk',
    hp           bigint      NOT NULL DEFAULT 0,
    stamina      bigint      NOT NULL DEFAULT 0,
    settled_at   timestamptz NOT NULL,
    hurt_at      timestamptz,
    is_present   boolean     NOT NULL DEFAULT false,
    created_at   timestamptz NOT NULL,
    last_played  timestamptz
);
COMMENT ON COLUMN worlds.characters.stamina IS 'ten-millionths of a point, at settled_at';
COMMENT ON COLUMN worlds.characters.facing IS 'thousandths';
COMMENT ON COLUMN worlds.characters.is_present IS 'stands in its world: its player is connected, or has left it in a fight';
CREATE UNIQUE INDEX characters_one_per_world ON worlds.characters (account_id, world_id);
CREATE INDEX characters_in_cell ON worlds.characters (world_id, cell) WHERE is_present;
CREATE INDEX characters_present ON worlds.characters (name_key) WHERE is_present;

CREATE TABLE worlds.holdings (
    holding_id   uuid        PRIMARY KEY,
    character_id uuid        NOT NULL REFERENCES worlds.characters ON DELETE CASCADE,
    item         text        NOT NULL,
    quantity     integer     NOT NULL CONSTRAINT holdings_of_something CHECK (quantity > 0),
    durability   integer     NOT NULL,
    quality      integer     NOT NULL,
    slot         text
);
CREATE INDEX holdings_by_character ON worlds.holdings (character_id);
CREATE UNIQUE INDEX holdings_one_per_slot ON worlds.holdings (character_id, slot) WHERE slot IS NOT NULL;

-- Things that are somewhere: what lies in the ground, statues, portals, plants, doors.
CREATE TABLE worlds.entities (
    entity_id    uuid        PRIMARY KEY,
    world_id     uuid        NOT NULL REFERENCES worlds.worlds ON DELETE CASCADE,
    kind         text        NOT NULL CONSTRAINT entities_kinds
                 CHECK (kind IN ('static', 'npc', 'creature', 'item', 'plant', 'structure', 'resource')),
    name         text        NOT NULL,
    description  text        NOT NULL DEFAULT '',
    details      text        NOT NULL DEFAULT '',
    x            bigint      NOT NULL,
    y            bigint      NOT NULL,
    z            bigint      NOT NULL,
    cell         bigint      NOT NULL,
    radius       integer     NOT NULL DEFAULT 0,
    locked       boolean     NOT NULL DEFAULT false,
    interactable boolean     NOT NULL DEFAULT true,
    item         text,
    quantity     integer     CONSTRAINT entities_of_something CHECK (quantity > 0),
    durability   integer,
    quality      integer,
    metadata     jsonb       NOT NULL DEFAULT '{}'
);
COMMENT ON COLUMN worlds.entities.radius IS 'decimetres that no one may come nearer than; 0 for what one walks over';
COMMENT ON COLUMN worlds.entities.details IS 'what is seen from two metres only';
COMMENT ON COLUMN worlds.entities.metadata IS 'of portals: world_id; of doors: state';
CREATE INDEX entities_in_cell ON worlds.entities (world_id, cell);

-- Where people are: the world and the character that they have chosen last.
CREATE TABLE worlds.whereabouts (
    account_id   uuid        PRIMARY KEY REFERENCES kernel.accounts ON DELETE CASCADE,
    world_id     uuid        REFERENCES worlds.worlds ON DELETE SET NULL,
    character_id uuid        REFERENCES worlds.characters ON DELETE SET NULL,
    since        timestamptz NOT NULL
);
CREATE INDEX whereabouts_by_world ON worlds.whereabouts (world_id);
CREATE INDEX whereabouts_by_character ON worlds.whereabouts (character_id);

-- Where a player's client is: one connection for a character.
CREATE TABLE worlds.connections (
    connection_id text        PRIMARY KEY,
    character_id  uuid        NOT NULL REFERENCES worlds.characters ON DELETE CASCADE,
    account_id    uuid        NOT NULL REFERENCES kernel.accounts ON DELETE CASCADE,
    session_id    uuid        NOT NULL,
    opened_at     timestamptz NOT NULL,
    heard_at      timestamptz NOT NULL,
    window_began  timestamptz NOT NULL DEFAULT '-infinity',
    commands      integer     NOT NULL DEFAULT 0,
    tiles         integer[]   NOT NULL DEFAULT '{}',
    closing       text
);
COMMENT ON COLUMN worlds.connections.tiles IS 'of the ground around the character, so that a command can ask for them';
COMMENT ON COLUMN worlds.connections.commands IS 'in the second that began at window_began';
COMMENT ON COLUMN worlds.connections.closing IS 'why it is to be closed: another one has taken its place, or the session has ended';
CREATE UNIQUE INDEX connections_one_per_character ON worlds.connections (character_id) WHERE closing IS NULL;
CREATE INDEX connections_by_account ON worlds.connections (account_id);
CREATE INDEX connections_closing ON worlds.connections (connection_id) WHERE closing IS NOT NULL;

-- What characters are told, as clients receive it. The pusher numbers posts when it takes them, so that a client sees every loss.
CREATE TABLE worlds.posts (
    post_id      bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    character_id uuid        NOT NULL REFERENCES worlds.characters ON DELETE CASCADE,
    envelope     jsonb       NOT NULL,
    posted_at    timestamptz NOT NULL,
    seq          bigint,
    delivered_at timestamptz
);
CREATE INDEX posts_waiting ON worlds.posts (character_id, post_id) WHERE delivered_at IS NULL;
CREATE INDEX posts_by_character ON worlds.posts (character_id, post_id DESC);
CREATE INDEX posts_by_age ON worlds.posts (posted_at);

CREATE TABLE worlds.mailboxes (
    character_id  uuid        PRIMARY KEY REFERENCES worlds.characters ON DELETE CASCADE,
    last_seq      bigint      NOT NULL DEFAULT 0,
    leased_until  timestamptz
);

-- Answers to commands: a repeat of a command's id gets the same again, and a client that comes back its last lines.
CREATE TABLE worlds.answers (
    character_id uuid        NOT NULL REFERENCES worlds.characters ON DELETE CASCADE,
    answer_id    bigint      GENERATED ALWAYS AS IDENTITY,
    command_id   text,
    command      text        NOT NULL,
    body         jsonb       NOT NULL,
    answered_at  timestamptz NOT NULL,
    PRIMARY KEY (character_id, answer_id)
);
CREATE UNIQUE INDEX answers_one_per_command ON worlds.answers (character_id, command_id) WHERE command_id IS NOT NULL;
CREATE INDEX answers_by_age ON worlds.answers (answered_at);

-- Whether the pusher is awake: as relay_lease. Source: kernel.events.waking.
CREATE TABLE worlds.pusher_lease (
    only_row    boolean     PRIMARY KEY DEFAULT true CONSTRAINT pusher_lease_only_row CHECK (only_row),
    awake_until timestamptz NOT NULL DEFAULT '-infinity',
    wanted_at   timestamptz NOT NULL DEFAULT '-infinity'
);
INSERT INTO worlds.pusher_lease DEFAULT VALUES;

CREATE TABLE worlds.tickets (
    ticket_hash  bytea       PRIMARY KEY,
    account_id   uuid        NOT NULL REFERENCES kernel.accounts ON DELETE CASCADE,
    session_id   uuid        NOT NULL,
    expires_at   timestamptz NOT NULL
);
CREATE INDEX tickets_by_age ON worlds.tickets (expires_at);
CREATE INDEX tickets_by_account ON worlds.tickets (account_id);

CREATE TABLE worlds.ignored (
    character_id uuid        NOT NULL REFERENCES worlds.characters ON DELETE CASCADE,
    ignored_id   uuid        NOT NULL,
    PRIMARY KEY (character_id, ignored_id)
);
COMMENT ON COLUMN worlds.ignored.ignored_id IS 'may be gone: who ignores someone need not notice that they left';

-- What players tell the administrators about each other.
CREATE TABLE worlds.reports (
    report_id    uuid        PRIMARY KEY,
    reporter_id  uuid        REFERENCES kernel.accounts ON DELETE SET NULL,
    account_id   uuid        NOT NULL REFERENCES kernel.accounts ON DELETE CASCADE,
    character_id uuid        NOT NULL,
    world_id     uuid        NOT NULL,
    name         text        NOT NULL,
    reason       text        NOT NULL,
    reported_at  timestamptz NOT NULL,
    decided_at   timestamptz,
    decided_by   uuid        REFERENCES kernel.accounts ON DELETE SET NULL,
    outcome      text        CONSTRAINT reports_outcomes CHECK (outcome IN ('upheld', 'dismissed')),
    note         text        NOT NULL DEFAULT ''
);
COMMENT ON COLUMN worlds.reports.account_id IS 'who is reported, as character_id, in world_id and under that name';
CREATE UNIQUE INDEX reports_one_open_each ON worlds.reports (reporter_id, character_id) WHERE decided_at IS NULL;
CREATE INDEX reports_by_age ON worlds.reports ((decided_at IS NULL), reported_at, report_id);
CREATE INDEX reports_by_account ON worlds.reports (account_id);
CREATE INDEX reports_by_decider ON worlds.reports (decided_by);

-- Trades between two people; nothing changes hands before both have accepted what lies on the table.
CREATE TABLE worlds.trades (
    trade_id        uuid        PRIMARY KEY,
    first_id        uuid        NOT NULL REFERENCES worlds.characters ON DELETE CASCADE,
    second_id       uuid        NOT NULL REFERENCES worlds.characters ON DELETE CASCADE,
    is_open         boolean     NOT NULL DEFAULT false,
    first_offer     jsonb       NOT NULL DEFAULT '{}',
    second_offer    jsonb       NOT NULL DEFAULT '{}',
    first_accepted  boolean     NOT NULL DEFAULT false,
    second_accepted boolean     NOT NULL DEFAULT false,
    changed_at      timestamptz NOT NULL
);
COMMENT ON COLUMN worlds.trades.is_open IS 'the second has agreed to trade';
COMMENT ON COLUMN worlds.trades.first_offer IS '{holding_id: quantity}';
CREATE UNIQUE INDEX trades_one_per_first ON worlds.trades (first_id);
CREATE INDEX trades_by_second ON worlds.trades (second_id);
CREATE INDEX trades_by_age ON worlds.trades (changed_at);

-- The ground of worlds, in squares of up to 64 x 64 cells. Source: worlds.generation.tiles.
CREATE TABLE worlds.tiles (
    world_id uuid    NOT NULL REFERENCES worlds.worlds ON DELETE CASCADE,
    tile     integer NOT NULL,
    content  bytea   NOT NULL,
    PRIMARY KEY (world_id, tile)
);
COMMENT ON COLUMN worlds.tiles.tile IS 'face, row and column in one number: see TileKey.number';
ALTER TABLE worlds.tiles ALTER COLUMN content SET STORAGE EXTERNAL;  -- it is compressed already

-- What stages of generation have made for those that come next; gone when the world is ready.
CREATE TABLE worlds.checkpoints (
    world_id uuid  NOT NULL REFERENCES worlds.worlds ON DELETE CASCADE,
    stage    text  NOT NULL,
    content  bytea NOT NULL,
    PRIMARY KEY (world_id, stage)
);
ALTER TABLE worlds.checkpoints ALTER COLUMN content SET STORAGE EXTERNAL;

-- Whole worlds at a glance. What is missing is drawn again.
CREATE TABLE worlds.maps (
    world_id uuid    NOT NULL REFERENCES worlds.worlds ON DELETE CASCADE,
    size     integer NOT NULL,
    content  jsonb   NOT NULL,
    PRIMARY KEY (world_id, size)
);
COMMENT ON COLUMN worlds.maps.size IS 'cells along the shorter side';

-- Distances. A spherical world is C wide and C/2 high: it repeats beyond its seam, and beyond a pole it is mirrored and
-- shifted by C/2. The shortest way is the shortest of those to all images. Exact up to 9,000 km.
CREATE FUNCTION worlds.squared_distance(
    circumference bigint, x1 bigint, y1 bigint, z1 bigint, x2 bigint, y2 bigint, z2 bigint
) RETURNS double precision LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN circumference IS NULL
        THEN (x1 - x2)::double precision ^ 2 + (y1 - y2)::double precision ^ 2 + (z1 - z2)::double precision ^ 2
        ELSE (z1 - z2)::double precision ^ 2 + least(
            least(abs(x1 - x2), circumference - abs(x1 - x2))::double precision ^ 2
                + (y1 - y2)::double precision ^ 2,
            (circumference / 2.0 - least(abs(x1 - x2), circumference - abs(x1 - x2))) ^ 2
                + (circumference / 2.0 - abs(y1 + y2)) ^ 2)
        END
$$;

-- The cells of 100 m that a circle touches, across the seam and the poles. Each is one number: see worlds.space.cells.
CREATE FUNCTION worlds.cells_near(circumference bigint, x bigint, y bigint, radius bigint)
RETURNS SETOF bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT DISTINCT (cy << 32) + cx
    FROM (
        SELECT x AS at_x, y AS at_y WHERE circumference IS NULL
        UNION ALL
        SELECT at_x + shift, at_y
        FROM (VALUES (x, y),
                     ((x + circumference / 2) % circumference, circumference / 2 - y),
                     ((x + circumference / 2) % circumference, -circumference / 2 - y)) AS image (at_x, at_y),
             (VALUES (0), (circumference), (-circumference)) AS seam (shift)
        WHERE circumference IS NOT NULL
    ) AS images,
    LATERAL generate_series(
        floor(greatest(at_x - radius, CASE WHEN circumference IS NULL THEN at_x - radius ELSE 0 END) / 1000.0)::bigint,
        floor(least(at_x + radius, coalesce(circumference - 1, at_x + radius)) / 1000.0)::bigint
    ) AS cx,
    LATERAL generate_series(
        floor(greatest(at_y - radius, coalesce(-circumference / 4, at_y - radius)) / 1000.0)::bigint,
        floor(least(at_y + radius, coalesce(circumference / 4, at_y + radius)) / 1000.0)::bigint
    ) AS cy
$$;

-- Takes from what lies there, if it still is what the taker has seen; otherwise the taker looks again.
CREATE FUNCTION worlds.take(taken uuid, seen integer, remaining integer) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF remaining = 0 THEN
        DELETE FROM worlds.entities WHERE entity_id = taken AND quantity = seen;
    ELSE
        UPDATE worlds.entities SET quantity = remaining WHERE entity_id = taken AND quantity = seen;
    END IF;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'someone else has taken of it' USING ERRCODE = 'serialization_failure';
    END IF;
END
$$;

-- What time it is in a world, in milliseconds of its own. Source: worlds.time.rules.game_time.
CREATE FUNCTION worlds.game_time(
    game_anchor bigint, real_anchor timestamptz, dilation numeric, is_paused boolean, owed bigint, at timestamptz
) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT game_anchor + CASE WHEN is_paused THEN 0 ELSE floor(dilation * (
        owed + greatest(0, floor(extract(epoch FROM at - real_anchor) * 1000))))::bigint END
$$;

-- A number that grows by one with each part of a day that begins. Source: worlds.time.rules.PARTS.
CREATE FUNCTION worlds.part_of_time(game_time bigint, hours_per_day integer) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT game_time / length * 8 + width_bucket(game_time % length * 100 / length, ARRAY[25, 30, 45, 55, 70, 75, 90])
    FROM (SELECT hours_per_day * 3600000::bigint AS length) AS day
$$;
