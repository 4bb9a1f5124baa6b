-- What models write about places of worlds.

ALTER TABLE worlds.generated_texts ADD COLUMN place text;
COMMENT ON COLUMN worlds.generated_texts.place IS 'that a text describes: world, x, y and z; null for other texts';
CREATE INDEX generated_texts_by_place ON worlds.generated_texts (place) WHERE place IS NOT NULL;

-- Who looks forward to a text: what they looked at last. Each row may be deleted at any time.
CREATE TABLE worlds.awaited_texts (
    character_id uuid        PRIMARY KEY REFERENCES worlds.characters ON DELETE CASCADE,
    key          text        NOT NULL,
    place        text        NOT NULL,
    expires_at   timestamptz NOT NULL
);
COMMENT ON COLUMN worlds.awaited_texts.place IS 'where they have to be still, as in worlds.generated_texts';
CREATE INDEX awaited_texts_by_key ON worlds.awaited_texts (key);
CREATE INDEX awaited_texts_by_age ON worlds.awaited_texts (expires_at);
