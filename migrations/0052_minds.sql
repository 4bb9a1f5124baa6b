-- What the game's own people remember, what they think of others, and what they were promised. Times are milliseconds
-- of the world's own time. Who did something is known by id alone, so that nothing here has to be renamed.
CREATE TABLE worlds.memories (
    memory_id   uuid             PRIMARY KEY,
    npc_id      uuid             NOT NULL REFERENCES worlds.characters ON DELETE CASCADE,
    world_id    uuid             NOT NULL,
    version     bigint           NOT NULL,
    kind        text             NOT NULL,
    occurrence  text             NOT NULL,
    formed_at   bigint           NOT NULL,
    clarity     double precision NOT NULL CHECK (clarity BETWEEN 0 AND 1),
    weight      double precision NOT NULL CHECK (weight BETWEEN 0 AND 1),
    profile     jsonb            NOT NULL,
    accesses    integer          NOT NULL,
    accessed_at bigint,
    content     jsonb            NOT NULL,
    original    jsonb,
    tags        text[]           NOT NULL,
    about_id    uuid,
    told_by     uuid,
    source_id   uuid             NOT NULL
);
COMMENT ON COLUMN worlds.memories.clarity IS 'when it was formed: what is left of it is computed';
COMMENT ON COLUMN worlds.memories.original IS 'the content before it was corrupted; null if it was not';
CREATE INDEX memories_of_npcs ON worlds.memories (npc_id, formed_at);
CREATE INDEX memories_that_move ON worlds.memories (npc_id, weight);
CREATE INDEX memories_about_someone ON worlds.memories (about_id, npc_id) WHERE about_id IS NOT NULL;
CREATE INDEX memories_by_tag ON worlds.memories USING gin (tags);
CREATE INDEX memories_of_worlds ON worlds.memories (world_id);

-- What was said in a conversation that is remembered. It is no part of the log: it goes with who said it.
CREATE TABLE worlds.words_said (
    memory_id    uuid        PRIMARY KEY,
    character_id uuid        NOT NULL REFERENCES worlds.characters ON DELETE CASCADE,
    npc_id       uuid        NOT NULL REFERENCES worlds.characters ON DELETE CASCADE,
    said         text        NOT NULL,
    answered     text        NOT NULL,
    said_at      timestamptz NOT NULL
);
CREATE INDEX words_said_by_characters ON worlds.words_said (character_id);
CREATE INDEX words_said_to_npcs ON worlds.words_said (npc_id);

CREATE TABLE worlds.relationships (
    relationship_id uuid         NOT NULL UNIQUE,
    npc_id     uuid             NOT NULL REFERENCES worlds.characters ON DELETE CASCADE,
    other_id   uuid             NOT NULL,
    world_id   uuid             NOT NULL,
    version    bigint           NOT NULL,
    affection  double precision NOT NULL CHECK (affection BETWEEN -100 AND 100),
    trust      double precision NOT NULL CHECK (trust BETWEEN -100 AND 100),
    fear       double precision NOT NULL CHECK (fear BETWEEN -100 AND 100),
    settled_at bigint           NOT NULL,
    met_at     bigint           NOT NULL,
    history    jsonb            NOT NULL,
    baseline   jsonb            NOT NULL,
    count      integer          NOT NULL,
    frozen     jsonb,
    noticed    double precision NOT NULL,
    PRIMARY KEY (npc_id, other_id)
);
COMMENT ON TABLE worlds.relationships IS 'as of settled_at: what time has done since is computed';
CREATE INDEX relationships_to_someone ON worlds.relationships (other_id);
CREATE INDEX relationships_of_worlds ON worlds.relationships (world_id);

CREATE TABLE worlds.promises (
    promise_id   uuid    PRIMARY KEY,
    npc_id       uuid    NOT NULL REFERENCES worlds.characters ON DELETE CASCADE,
    character_id uuid    NOT NULL,
    world_id     uuid    NOT NULL,
    version      bigint  NOT NULL,
    item         text    NOT NULL,
    quantity     integer NOT NULL CHECK (quantity > 0),
    given        integer NOT NULL CHECK (given >= 0),
    made_at      bigint  NOT NULL,
    due          bigint  NOT NULL,
    status       text    NOT NULL CHECK (status IN ('open', 'kept', 'broken'))
);
CREATE INDEX promises_that_are_open ON worlds.promises (npc_id, due) WHERE status = 'open';
CREATE INDEX promises_of_characters ON worlds.promises (character_id);
CREATE INDEX promises_of_worlds ON worlds.promises (world_id);

-- Up to which day of a world its villagers have passed on what they know. Locked while they do, so that it happens once.
CREATE TABLE worlds.gossip_days (
    world_id uuid   NOT NULL REFERENCES worlds.worlds ON DELETE CASCADE,
    village  text   NOT NULL,
    day      bigint NOT NULL,
    PRIMARY KEY (world_id, village)
);

-- What others think of someone goes with them; what they remember stays, without who it was.
CREATE FUNCTION worlds.forget_in_minds(forgotten uuid[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    remembered uuid[] := ARRAY(SELECT memory_id FROM worlds.memories WHERE about_id = ANY (forgotten));
    gone uuid[] := ARRAY(
        SELECT promise_id FROM worlds.promises WHERE character_id = ANY (forgotten)
        UNION ALL
        SELECT relationship_id FROM worlds.relationships WHERE other_id = ANY (forgotten));
    ids text[] := ARRAY(SELECT id::text FROM unnest(forgotten) AS id);
BEGIN
    PERFORM set_config('worlds.forgetting', 'on', true);
    DELETE FROM worlds.events WHERE aggregate_id = ANY (gone);
    UPDATE worlds.events
    SET metadata = '{}', payload = payload || jsonb_build_object('about_id', NULL, 'tags', (
        SELECT coalesce(jsonb_agg(tag), '[]') FROM jsonb_array_elements_text(payload -> 'tags') AS tag
        WHERE tag <> ALL (ids)))
    WHERE aggregate_id = ANY (remembered) AND event_type = 'MemoryFormed';
    UPDATE worlds.memories
    SET about_id = NULL, tags = ARRAY(SELECT tag FROM unnest(tags) AS tag WHERE tag <> ALL (ids))
    WHERE memory_id = ANY (remembered);
    DELETE FROM worlds.relationships WHERE other_id = ANY (forgotten);
    DELETE FROM worlds.promises WHERE character_id = ANY (forgotten);
    PERFORM set_config('worlds.forgetting', 'off', true);
END
$$;
