-- What characters know about making things, besides what everyone in their world knows.
CREATE TABLE worlds.researched_nodes (
    character_id uuid NOT NULL REFERENCES worlds.characters ON DELETE CASCADE,
    node         text NOT NULL,
    world_id     uuid NOT NULL,
    PRIMARY KEY (character_id, node)
);
COMMENT ON TABLE worlds.researched_nodes IS 'of configs/worlds/technology.json; the recipes of a node are known with it';
CREATE INDEX researched_nodes_of_worlds ON worlds.researched_nodes (world_id);

CREATE TABLE worlds.known_recipes (
    character_id uuid             NOT NULL REFERENCES worlds.characters ON DELETE CASCADE,
    recipe       text             NOT NULL,
    world_id     uuid             NOT NULL,
    source       text             CONSTRAINT known_recipes_sources CHECK (source IN ('experiment', 'taught', 'found')),
    proficiency  double precision NOT NULL DEFAULT 0
        CONSTRAINT known_recipes_proficiencies CHECK (proficiency BETWEEN 0 AND 100),
    PRIMARY KEY (character_id, recipe)
);
COMMENT ON COLUMN worlds.known_recipes.source IS 'null for what came with its node, or is known to everyone';
CREATE INDEX known_recipes_of_worlds ON worlds.known_recipes (world_id);

-- What a character is busy with, the last time: what takes long ends by itself, and is taken when someone is there.
CREATE TABLE worlds.works (
    character_id uuid   PRIMARY KEY REFERENCES worlds.characters ON DELETE CASCADE,
    world_id     uuid   NOT NULL,
    kind         text   NOT NULL CONSTRAINT works_kinds CHECK (kind IN ('craft', 'research', 'done')),
    subject      text   NOT NULL,
    x            bigint NOT NULL,
    y            bigint NOT NULL,
    z            bigint NOT NULL,
    version      bigint NOT NULL,
    begun_at     bigint NOT NULL,
    ends_at      bigint NOT NULL
);
COMMENT ON TABLE worlds.works IS 'places in decimetres, times in milliseconds of the world''s own time';
COMMENT ON COLUMN worlds.works.version IS 'of the character when it began: who has walked away since has given it up';
CREATE INDEX works_of_worlds ON worlds.works (world_id);
