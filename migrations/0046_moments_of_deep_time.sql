-- What a world was like at moments of its deep time, for its page: 256 of them at most, on a grid that widens as years
-- pass, and the map at every sixteenth. Like the checkpoint beside them, they follow from the world's seed and events.
CREATE TABLE worlds.deep_moments (
    world_id    uuid    NOT NULL REFERENCES worlds.worlds ON DELETE CASCADE,
    year        bigint  NOT NULL,
    celsius     double precision NOT NULL,
    sea_level   integer NOT NULL,  -- metres
    land        double precision NOT NULL,  -- per cent
    species     integer NOT NULL,
    extinctions bigint  NOT NULL,  -- since the first year
    map         jsonb,
    CONSTRAINT deep_moments_pkey PRIMARY KEY (world_id, year)
);

-- What happened in a world's deep time that is worth a mark on its page: the last 200.
CREATE TABLE worlds.deep_marks (
    mark_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    world_id uuid   NOT NULL REFERENCES worlds.worlds ON DELETE CASCADE,
    year     bigint NOT NULL,
    kind     text   NOT NULL,
    details  jsonb  NOT NULL
);
CREATE INDEX deep_marks_of_world ON worlds.deep_marks (world_id, year DESC, mark_id DESC);
