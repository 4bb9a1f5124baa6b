-- The kinds of plants and animals that a world began with, as its events say; its deep time begins with them.
CREATE TABLE worlds.species (
    world_id uuid    NOT NULL REFERENCES worlds.worlds ON DELETE CASCADE,
    number   integer NOT NULL,
    details  jsonb   NOT NULL,
    PRIMARY KEY (world_id, number)
);
COMMENT ON COLUMN worlds.species.details IS 'worlds.ecosystem.species.WorldSpecies';

-- Where a character has begun to search the ground for ore, the last time. Who stays there finds more with time.
CREATE TABLE worlds.searches (
    character_id uuid    PRIMARY KEY REFERENCES worlds.characters ON DELETE CASCADE,
    world_id     uuid    NOT NULL,
    x            bigint  NOT NULL,
    y            bigint  NOT NULL,
    begun_at     bigint  NOT NULL
);
COMMENT ON TABLE worlds.searches IS 'x and y in decimetres, begun_at in milliseconds of the world''s own time';
CREATE INDEX searches_of_worlds ON worlds.searches (world_id);

-- The veins that a character has found; what they are follows from the seed of the world and its ground.
CREATE TABLE worlds.found_veins (
    character_id uuid   NOT NULL REFERENCES worlds.characters ON DELETE CASCADE,
    vein         text   NOT NULL,
    world_id     uuid   NOT NULL,
    cell         bigint NOT NULL,
    PRIMARY KEY (character_id, vein)
);
COMMENT ON COLUMN worlds.found_veins.cell IS 'the square of 100 m that it is in, as of other things';
CREATE INDEX found_veins_of_worlds ON worlds.found_veins (world_id);

-- What is left of resource grounds that someone has gathered from. All others are whole, and follow from seed and ground.
CREATE TABLE worlds.stocks (
    world_id    uuid             NOT NULL REFERENCES worlds.worlds ON DELETE CASCADE,
    ground      text             NOT NULL,
    cell        bigint           NOT NULL,
    quantity    double precision NOT NULL CONSTRAINT stocks_quantities CHECK (quantity >= 0),
    settled_at  bigint           NOT NULL,
    rests_until bigint           NOT NULL,
    PRIMARY KEY (world_id, ground)
);
COMMENT ON TABLE worlds.stocks IS 'quantity as it was at settled_at; times in milliseconds of the world''s own time';
CREATE INDEX stocks_near ON worlds.stocks (world_id, cell);
