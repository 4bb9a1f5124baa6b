-- What administrators can turn on and off without a deployment. Each deployment stores the switches that its code declares.
CREATE TABLE kernel.features (
    name          text    PRIMARY KEY,
    is_usually_on boolean NOT NULL,
    is_on         boolean,
    changed_at    timestamptz,
    changed_by    text,
    CONSTRAINT features_are_set_by_someone CHECK (num_nulls(is_on, changed_at, changed_by) IN (0, 3))
);
COMMENT ON COLUMN kernel.features.is_usually_on IS 'the position in which nothing is refused';
COMMENT ON COLUMN kernel.features.is_on IS 'null: as the settings say';
COMMENT ON COLUMN kernel.features.changed_by IS 'the name of an administrator''s key, or of a Discord user';
