-- Weekly quests. Which quests a week has is computed, never stored. A quest's id contains its week, so that a new week
-- starts from nothing; rows of earlier weeks mean nothing and are deleted when the new week is announced.

CREATE TABLE quest_progress (
    user_id      uuid        NOT NULL REFERENCES users ON DELETE CASCADE,
    quest_id     integer     NOT NULL,
    progress     integer     NOT NULL CHECK (progress > 0),
    started_at   timestamptz NOT NULL,
    completed_at timestamptz,
    claimed_at   timestamptz,
    PRIMARY KEY (user_id, quest_id),
    CONSTRAINT quest_progress_claimed_when_completed CHECK (claimed_at IS NULL OR completed_at IS NOT NULL)
);

-- The last week that was announced: year * 100 + ISO week. The one we are in began before there were quests.

CREATE TABLE quest_reset (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    week     integer NOT NULL
);
INSERT INTO quest_reset (week) VALUES (to_char(now() AT TIME ZONE 'UTC', 'IYYYIW')::integer);
