-- What characters have learned since their last level, and what they have done with skills in the last minute.
ALTER TABLE worlds.characters
    ADD COLUMN xp   jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN uses jsonb NOT NULL DEFAULT '{}';
COMMENT ON COLUMN worlds.characters.xp IS '{skill: experience towards its next level}, in hundredths of a point';
COMMENT ON COLUMN worlds.characters.uses IS
    '{skill/action: when it was done, the last ten times}, in milliseconds since 1970; older than a minute goes with the next use';
COMMENT ON COLUMN worlds.stocks.ground IS 'the key of a resource ground, or vein/ and the key of a vein';
