-- People of the game's own live in worlds: characters that no account plays. What makes them more than a body is here.
ALTER TABLE worlds.characters ALTER COLUMN account_id DROP NOT NULL;
ALTER TABLE worlds.characters ADD CONSTRAINT characters_are_played
    CHECK ((account_id IS NULL) = (role = 'npc')) NOT VALID;
ALTER TABLE worlds.characters VALIDATE CONSTRAINT characters_are_played;
COMMENT ON COLUMN worlds.characters.account_id IS 'null for one of the game''s own people, as long as no one inhabits them';

CREATE TABLE worlds.npcs (
    character_id uuid   PRIMARY KEY REFERENCES worlds.characters ON DELETE CASCADE,
    world_id     uuid   NOT NULL,
    village      text   NOT NULL,
    genes        jsonb  NOT NULL,
    personality  jsonb  NOT NULL,
    born         bigint NOT NULL,
    mother_id    uuid,
    father_id    uuid,
    home_x       bigint NOT NULL,
    home_y       bigint NOT NULL
);
COMMENT ON TABLE worlds.npcs IS 'times in milliseconds of the world''s own time, before its beginning too; places in decimetres';
CREATE INDEX npcs_of_villages ON worlds.npcs (world_id, village);
