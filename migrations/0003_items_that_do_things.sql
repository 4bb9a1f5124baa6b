-- What is on its way to a player: something being made, a prize that found no room. Whoever touches a row holds the
-- lock of its player's row in users.

CREATE TABLE deliveries (
    delivery_id uuid        PRIMARY KEY,
    user_id     uuid        NOT NULL REFERENCES users ON DELETE CASCADE,
    source      text        NOT NULL,
    slots       jsonb       NOT NULL,
    details     jsonb       NOT NULL DEFAULT '{}',
    sent_at     timestamptz NOT NULL,
    due_at      timestamptz NOT NULL,
    no_room     boolean     NOT NULL DEFAULT false
);
COMMENT ON COLUMN deliveries.no_room IS 'it was due and did not fit: the player''s next action tries again, the clock does not';
CREATE INDEX deliveries_by_user ON deliveries (user_id, due_at);
CREATE INDEX deliveries_due ON deliveries (due_at) WHERE NOT no_room;

-- Items that concern other players.

CREATE TABLE shields (
    user_id uuid    NOT NULL REFERENCES users ON DELETE CASCADE,
    kind    text    NOT NULL CHECK (kind IN ('block', 'reflect')),
    charges integer NOT NULL CHECK (charges >= 0),
    PRIMARY KEY (user_id, kind)
);

CREATE TABLE traps (
    trap_id         uuid        PRIMARY KEY,
    setter_id       uuid        NOT NULL REFERENCES users ON DELETE CASCADE,
    target_id       uuid        NOT NULL REFERENCES users ON DELETE CASCADE,
    quality_level   text        NOT NULL,
    timeout_seconds integer     NOT NULL CHECK (timeout_seconds > 0),
    placed_at       timestamptz NOT NULL,
    triggered_at    timestamptz
);
CREATE UNIQUE INDEX traps_one_waiting_per_target ON traps (target_id) WHERE triggered_at IS NULL;
CREATE INDEX traps_by_setter ON traps (setter_id);
CREATE INDEX traps_by_target ON traps (target_id);
CREATE INDEX traps_triggered ON traps (triggered_at) WHERE triggered_at IS NOT NULL;

-- One blast per chat waits for a quiet moment.
CREATE TABLE armed_blasts (
    platform  text        PRIMARY KEY REFERENCES platforms,
    blast_id  uuid        NOT NULL,
    setter_id uuid        NOT NULL REFERENCES users ON DELETE CASCADE,
    item_id   integer     NOT NULL,
    seconds   integer     NOT NULL CHECK (seconds > 0),
    chatters  integer     NOT NULL CHECK (chatters > 0),
    armed_at  timestamptz NOT NULL
);
CREATE INDEX armed_blasts_by_setter ON armed_blasts (setter_id);

-- Crafting.

CREATE TABLE user_unlocked_recipes (
    user_id     uuid        NOT NULL REFERENCES users ON DELETE CASCADE,
    recipe_key  text        NOT NULL,
    unlocked_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, recipe_key)
);

-- Gambles. The row of a gamble is locked before those of its players.

CREATE TABLE gambles (
    gamble_id     uuid        PRIMARY KEY,
    initiator_id  uuid        NOT NULL,
    state         text        NOT NULL CHECK (state IN ('Created', 'Joining', 'Opening', 'Completed', 'Refunded')),
    bets          jsonb       NOT NULL,
    created_at    timestamptz NOT NULL,
    join_deadline timestamptz NOT NULL,
    executed_at   timestamptz,
    winner_id     uuid,
    total_value   bigint,
    CONSTRAINT gambles_end_once CHECK ((executed_at IS NOT NULL) = (state IN ('Completed', 'Refunded')))
);
CREATE UNIQUE INDEX gambles_one_active ON gambles ((true)) WHERE state IN ('Created', 'Joining', 'Opening');
CREATE INDEX gambles_by_initiator ON gambles (initiator_id);
CREATE INDEX gambles_by_winner ON gambles (winner_id);

CREATE TABLE gamble_participants (
    gamble_id uuid        NOT NULL REFERENCES gambles ON DELETE CASCADE,
    user_id   uuid        NOT NULL,
    bets      jsonb       NOT NULL,
    joined_at timestamptz NOT NULL,
    CONSTRAINT gamble_participants_join_once PRIMARY KEY (gamble_id, user_id)
);
CREATE INDEX gamble_participants_by_user ON gamble_participants (user_id);

CREATE TABLE gamble_opened_items (
    opened_item_id bigint  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    gamble_id      uuid    NOT NULL REFERENCES gambles ON DELETE CASCADE,
    user_id        uuid    NOT NULL,
    item_id        integer NOT NULL,
    quantity       integer NOT NULL CHECK (quantity > 0),
    quality_level  text    NOT NULL,
    value          bigint  NOT NULL CHECK (value >= 0)
);
CREATE INDEX gamble_opened_items_by_gamble ON gamble_opened_items (gamble_id);
CREATE INDEX gamble_opened_items_by_user ON gamble_opened_items (user_id);

-- Achievements. One that is unlocked counts no further.

CREATE TABLE user_achievements (
    user_id         uuid        NOT NULL REFERENCES users ON DELETE CASCADE,
    achievement_key text        NOT NULL,
    progress        bigint      NOT NULL CHECK (progress >= 0),
    unlocked_at     timestamptz,
    PRIMARY KEY (user_id, achievement_key)
);

-- Jobs: lessons count into the day's sum, and there is no end to them.

ALTER TABLE user_jobs ALTER COLUMN daily_xp TYPE bigint;
