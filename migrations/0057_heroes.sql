-- What people have achieved in worlds, as far as the community has been told: once for an account, or some times a day.
CREATE TABLE worlds.feats (
    account_id uuid     NOT NULL REFERENCES kernel.accounts ON DELETE CASCADE,
    feat       text     NOT NULL,
    most_a_day smallint NOT NULL,
    day        date     NOT NULL,
    times      smallint NOT NULL CONSTRAINT feats_have_happened CHECK (times > 0),
    PRIMARY KEY (account_id, feat)
);
COMMENT ON COLUMN worlds.feats.most_a_day IS '0: it counts once for ever';
COMMENT ON COLUMN worlds.feats.day IS 'the last one on which it counted, times as often';

-- Who lets the community follow them through worlds. No one else is in here.
CREATE TABLE worlds.followed (
    account_id uuid        PRIMARY KEY REFERENCES kernel.accounts ON DELETE CASCADE,
    shown_at   timestamptz NOT NULL
);
COMMENT ON COLUMN worlds.followed.shown_at IS 'when the community last heard of them';

-- The hero that the community follows: one at most, as long as the account is linked with a player.
CREATE TABLE followed_hero (
    account_id uuid        PRIMARY KEY REFERENCES player_accounts ON DELETE CASCADE,
    chosen_at  timestamptz NOT NULL,
    sighting   jsonb,
    seen_at    timestamptz,
    CONSTRAINT followed_hero_is_seen_at_a_time CHECK (sighting IS NULL OR seen_at IS NOT NULL)
);
COMMENT ON COLUMN followed_hero.seen_at IS
    'when the hero was seen, or hid: what is older is no news. Null if neither has happened since they were chosen';
CREATE UNIQUE INDEX followed_hero_is_one ON followed_hero ((true));

-- What players were rewarded for of what they did in worlds; a feat that counts once stays, so that it is rewarded once.
CREATE TABLE hero_feats (
    user_id uuid    NOT NULL REFERENCES users ON DELETE CASCADE,
    feat    text    NOT NULL,
    day     date    NOT NULL,
    xp      integer NOT NULL CONSTRAINT hero_feats_are_not_negative CHECK (xp >= 0),
    PRIMARY KEY (user_id, feat)
);
COMMENT ON COLUMN hero_feats.xp IS 'given for it on that day, the last one, before what multiplies experience';

-- Feats that count once, and have earned a player something: an account that is linked anew does not earn it again.
CREATE TABLE account_feats (
    account_id uuid NOT NULL REFERENCES kernel.accounts ON DELETE CASCADE,
    feat       text NOT NULL,
    PRIMARY KEY (account_id, feat)
);
