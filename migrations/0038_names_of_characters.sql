-- No two characters of a world have names that look alike, so that each can be told, ignored and reported by its name.
-- Those of the version before are not bound by that: if two have the same name, both keep it.
ALTER TABLE worlds.characters ADD COLUMN look_key text;
COMMENT ON COLUMN worlds.characters.look_key IS
    'the name as a reader sees it (kernel.look_alikes.look_of); null if the version before has made the character';
UPDATE worlds.characters SET look_key = name_key;
DO $$
BEGIN
    EXECUTE format(
        'CREATE UNIQUE INDEX characters_one_per_name ON worlds.characters (world_id, look_key) WHERE created_at > %L',
        clock_timestamp());
END
$$;
CREATE INDEX characters_by_look ON worlds.characters (world_id, look_key);
