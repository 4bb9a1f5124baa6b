-- Worlds: interviews about new worlds, what was understood of them, and texts that a model has written. Source: worlds 10, 24.

-- Made of the log, like other read models.
CREATE TABLE worlds.interviews (
    interview_id uuid        PRIMARY KEY,
    version      bigint      NOT NULL,
    account_id   uuid        NOT NULL REFERENCES kernel.accounts ON DELETE CASCADE,
    language     text        NOT NULL,
    topic        smallint    NOT NULL CONSTRAINT interviews_topics CHECK (topic BETWEEN 0 AND 11),
    answers      jsonb       NOT NULL,
    clarified    smallint[]  NOT NULL,
    wording      text        NOT NULL,
    understood   jsonb,
    missing      smallint,
    world_id     uuid,
    started_at   timestamptz NOT NULL,
    question_key text        NOT NULL,
    names_key    text        NOT NULL
);
COMMENT ON COLUMN worlds.interviews.world_id IS 'that was made of it; null: it is going on';
COMMENT ON COLUMN worlds.interviews.question_key IS 'of the text in worlds.generated_texts that asks the next question';
COMMENT ON COLUMN worlds.interviews.names_key IS 'of the text in worlds.generated_texts that has names for this world';
CREATE UNIQUE INDEX interviews_one_at_a_time ON worlds.interviews (account_id) WHERE world_id IS NULL;
CREATE INDEX interviews_by_account ON worlds.interviews (account_id);

-- What worlds were made to be like: of those that came from an interview.
CREATE TABLE worlds.configurations (
    world_id      uuid  PRIMARY KEY REFERENCES worlds.worlds ON DELETE CASCADE,
    configuration jsonb NOT NULL
);

-- A cache: each row may be deleted at any time.
CREATE TABLE worlds.generated_texts (
    key        text        PRIMARY KEY,
    kind       text        NOT NULL,
    text       text        NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX generated_texts_by_age ON worlds.generated_texts (expires_at);
