-- Creatures that stand somewhere in a world, as they were when something was last done to any of them; what time has
-- done since is computed when someone looks. Times are ticks of the world's clock, five to a second.
CREATE TABLE worlds.creatures (
    world_id   uuid     NOT NULL REFERENCES worlds.worlds ON DELETE CASCADE,
    number     integer  NOT NULL,
    species    integer  NOT NULL,
    kind       smallint NOT NULL CHECK (kind BETWEEN 0 AND 2),
    biome      smallint NOT NULL,
    x          integer  NOT NULL,
    y          integer  NOT NULL,
    z          integer  NOT NULL,
    born       bigint   NOT NULL,
    fed        bigint   NOT NULL,
    mated      bigint   NOT NULL,
    died       bigint,
    cause      text     NOT NULL,
    mother     integer,
    father     integer,
    generation integer  NOT NULL,
    traits     jsonb    NOT NULL,
    PRIMARY KEY (world_id, number),
    CONSTRAINT creatures_die_of_something CHECK ((died IS NULL) = (cause = ''))
);
