-- What a world's deep time goes on from, one row for each world that has any. It follows from the world's seed and
-- events; what is known about it in short is in worlds.worlds.generation.
CREATE TABLE worlds.deep_time (
    world_id uuid   PRIMARY KEY REFERENCES worlds.worlds ON DELETE CASCADE,
    run      integer NOT NULL,
    year     bigint NOT NULL,
    content  bytea  NOT NULL
);
ALTER TABLE worlds.deep_time ALTER COLUMN content SET STORAGE EXTERNAL;  -- it is compressed already
