-- An environment serves the frames of many players, and a frame does not say what its player reads.
ALTER TABLE worlds.connections ADD COLUMN language text NOT NULL DEFAULT 'en';
COMMENT ON COLUMN worlds.connections.language IS 'that its player reads, as far as there are texts in it';
