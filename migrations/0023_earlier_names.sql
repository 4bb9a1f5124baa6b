-- What a player was called before, and whom a merge has made one with them: forgetting them takes that, too, out of the
-- event log.
ALTER TABLE users
    ADD COLUMN earlier_names text[] NOT NULL DEFAULT '{}',
    ADD COLUMN merged_ids    uuid[] NOT NULL DEFAULT '{}';
