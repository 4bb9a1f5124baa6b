-- Fights: who is in one, and what they are about to do. Worked out of the log they are not: they are over within minutes.
ALTER TABLE worlds.characters ADD COLUMN hp_since timestamptz;
COMMENT ON COLUMN worlds.characters.hp_since IS 'from when on rest brings hit points back; null as long as none were lost';

CREATE TABLE worlds.fights (
    fight_id    uuid        PRIMARY KEY,
    world_id    uuid        NOT NULL REFERENCES worlds.worlds ON DELETE CASCADE,
    version     integer     NOT NULL,
    next_number integer     NOT NULL,
    next_at     timestamptz,
    changed_at  timestamptz NOT NULL
);
COMMENT ON COLUMN worlds.fights.version IS 'of its events in the log';
COMMENT ON COLUMN worlds.fights.next_at IS 'when the next thing happens in it by itself; null for nothing';
CREATE INDEX fights_that_are_due ON worlds.fights (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX fights_of_worlds ON worlds.fights (world_id);
CREATE INDEX fights_by_age ON worlds.fights (changed_at);

CREATE TABLE worlds.fighters (
    fighter_id   uuid   CONSTRAINT fighters_in_one_fight PRIMARY KEY,
    fight_id     uuid   NOT NULL REFERENCES worlds.fights ON DELETE CASCADE,
    character_id uuid   REFERENCES worlds.characters ON DELETE CASCADE,
    cell         bigint,
    state        jsonb  NOT NULL
);
COMMENT ON COLUMN worlds.fighters.character_id IS 'null for a creature, of which all that counts is in its state';
COMMENT ON COLUMN worlds.fighters.cell IS 'where a creature stands; null for a character';
CREATE INDEX fighters_of_fights ON worlds.fighters (fight_id);
CREATE INDEX fighters_by_character ON worlds.fighters (character_id) WHERE character_id IS NOT NULL;
CREATE INDEX fighting_creatures ON worlds.fighters (cell) WHERE cell IS NOT NULL;

CREATE TABLE worlds.fight_lease (
    only_row    boolean     PRIMARY KEY DEFAULT true CONSTRAINT fight_lease_only_row CHECK (only_row),
    awake_until timestamptz NOT NULL DEFAULT '-infinity',
    wanted_at   timestamptz NOT NULL DEFAULT '-infinity'
);
COMMENT ON TABLE worlds.fight_lease IS 'until when someone looks after fights, and when that was asked for last';
INSERT INTO worlds.fight_lease DEFAULT VALUES;
