-- Villages of the game's own people, and what makes up a life there. Days are whole ones of a world's own time.
CREATE TABLE worlds.villages (
    village_id uuid   PRIMARY KEY,
    version    bigint NOT NULL,
    world_id   uuid   NOT NULL REFERENCES worlds.worlds ON DELETE CASCADE,
    key        text   NOT NULL,
    name       text   NOT NULL,
    species    text   NOT NULL,
    x          bigint NOT NULL,
    y          bigint NOT NULL,
    homes      jsonb  NOT NULL,
    places     jsonb  NOT NULL,
    founded    bigint NOT NULL,
    lived      bigint NOT NULL,
    moves_at   bigint NOT NULL DEFAULT 0,
    CONSTRAINT villages_one_per_key UNIQUE (world_id, key)
);
COMMENT ON COLUMN worlds.villages.lived IS 'the day up to which it has been lived; what came since follows from who lives there';
COMMENT ON COLUMN worlds.villages.moves_at IS 'when someone next goes elsewhere, in milliseconds of the world''s time; no event says it';

ALTER TABLE worlds.npcs
    ADD COLUMN number    integer NOT NULL DEFAULT 0,
    ADD COLUMN family    text    NOT NULL DEFAULT '',
    ADD COLUMN sex       text    NOT NULL DEFAULT '',
    ADD COLUMN spouse_id uuid,
    ADD COLUMN wed       bigint,
    ADD COLUMN house     integer NOT NULL DEFAULT 0,
    ADD COLUMN died      bigint,
    ADD COLUMN cause     text    NOT NULL DEFAULT '',
    ADD COLUMN needs     jsonb,
    ADD COLUMN needs_at  bigint,
    ADD COLUMN baseline  jsonb,
    ADD COLUMN doing     text    NOT NULL DEFAULT '';
COMMENT ON COLUMN worlds.npcs.needs IS 'as they were at `needs_at`; null for someone whose needs nothing but their own days has changed';
COMMENT ON COLUMN worlds.npcs.doing IS 'as one sees it where they stand; both follow from the time of day, and no event says it';
COMMENT ON COLUMN worlds.npcs.baseline IS 'what they were like when someone inhabited them last';

-- An account that has played one of the game's own people is forgotten: they stay, with what was done in their name.
CREATE FUNCTION worlds.forget_inhabitant(account uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM set_config('worlds.forgetting', 'on', true);
    UPDATE worlds.events
    SET payload = CASE WHEN payload ->> 'player_id' = account::text
                  THEN payload || '{"player_id": null}' ELSE payload END,
        metadata = metadata - 'actor'
    WHERE aggregate_id IN (SELECT aggregate_id FROM worlds.events
                           WHERE event_type = 'CharacterCreatedViaInhabitance' AND payload ->> 'player_id' = account::text)
      AND (payload ->> 'player_id' = account::text OR metadata ->> 'actor' = account::text);
    PERFORM set_config('worlds.forgetting', 'off', true);
END
$$;
