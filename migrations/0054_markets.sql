-- What people wanted to buy of the game's own people, by day and place: prices follow from it. Only the last week counts.
CREATE TABLE worlds.demand (
    world_id uuid    NOT NULL REFERENCES worlds.worlds ON DELETE CASCADE,
    item     text    NOT NULL,
    cell     bigint  NOT NULL,
    day      integer NOT NULL,
    wanted   bigint  NOT NULL CONSTRAINT demand_is_positive CHECK (wanted > 0),
    PRIMARY KEY (world_id, item, cell, day)
);
COMMENT ON TABLE worlds.demand IS 'day of the world''s own time; cell as of other things: a square of 100 m';
CREATE INDEX demand_near ON worlds.demand (world_id, cell);

-- What one of the game's own people would agree to instead of what a character has offered, the last time. For minutes.
CREATE TABLE worlds.barters (
    character_id       uuid        PRIMARY KEY REFERENCES worlds.characters ON DELETE CASCADE,
    seller_id          uuid        NOT NULL,
    offered            uuid        NOT NULL,
    offered_quantity   integer     NOT NULL CHECK (offered_quantity > 0),
    requested          uuid        NOT NULL,
    requested_quantity integer     NOT NULL CHECK (requested_quantity > 0),
    made_at            timestamptz NOT NULL
);
COMMENT ON TABLE worlds.barters IS 'offered and requested: holdings of the character, and of the seller';
CREATE INDEX barters_by_age ON worlds.barters (made_at);
