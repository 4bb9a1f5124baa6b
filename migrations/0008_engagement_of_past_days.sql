-- The engagement of all days before one, so that a total does not add up years of days. Entries that arrive late for
-- such a day are added here as well as to their day.

CREATE TABLE engagement_past (
    metric text   PRIMARY KEY,
    total  bigint NOT NULL
);

CREATE TABLE engagement_past_until (
    day date NOT NULL
);
CREATE UNIQUE INDEX engagement_past_until_one_row ON engagement_past_until ((true));
INSERT INTO engagement_past_until (day) VALUES ('0001-01-01');
