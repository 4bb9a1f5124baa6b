-- Creatures keep their wounds when a fight is over. Null: never hurt.
ALTER TABLE worlds.creatures
    ADD COLUMN hp       smallint CONSTRAINT creatures_with_wounds_live CHECK (hp > 0),
    ADD COLUMN hp_since bigint   NOT NULL DEFAULT 0;
COMMENT ON COLUMN worlds.creatures.hp IS 'hit points at hp_since, in milliseconds of real time: from then on they come back with rest';
