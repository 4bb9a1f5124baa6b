-- How fast the community unlocks nodes: their costs follow the number of active players.

ALTER TABLE world
    ADD COLUMN active_players  integer       NOT NULL DEFAULT 0 CHECK (active_players >= 0),
    ADD COLUMN measured_since  date,
    ADD COLUMN measured_on     date,
    ADD COLUMN next_measure_at timestamptz   NOT NULL DEFAULT '-infinity',
    ADD COLUMN fixed_pace      numeric(5, 2) CHECK (fixed_pace BETWEEN 0.25 AND 100);
COMMENT ON COLUMN world.active_players IS 'players of the last week in which anyone played';
COMMENT ON COLUMN world.measured_since IS 'the first day on which anyone played; null before';
COMMENT ON COLUMN world.fixed_pace IS 'set by an administrator; null for the measured one';

-- A community that plays already has been measured.
UPDATE world SET measured_since = (SELECT min(day) FROM engagement_days);

-- The cost of a target is fixed when it becomes the target. Null where the functions before this migration set it, or
-- where there is no target.
ALTER TABLE unlock_progress ADD COLUMN cost bigint CHECK (cost >= 1);
