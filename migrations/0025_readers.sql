-- Whom an account has nothing to do with: a block holds in both directions.
CREATE VIEW personas.blocks AS
    SELECT account_id, muted_account_id AS other_id FROM personas.mutes WHERE is_block
    UNION ALL
    SELECT muted_account_id, account_id FROM personas.mutes WHERE is_block;

-- Whose posts a reader does not see: whom they have muted, and who stands behind a block.
CREATE VIEW personas.unseen_accounts AS
    SELECT account_id AS reader_id, muted_account_id AS account_id
    FROM personas.mutes WHERE muted_account_id IS NOT NULL
    UNION ALL
    SELECT muted_account_id, account_id FROM personas.mutes WHERE is_block;

-- The personas that a reader does not see, in battles of other people either.
CREATE VIEW personas.unseen_personas AS
    SELECT account_id AS reader_id, muted_persona_id AS persona_id
    FROM personas.mutes WHERE muted_persona_id IS NOT NULL
    UNION ALL
    SELECT u.reader_id, p.persona_id FROM personas.unseen_accounts AS u JOIN personas.personas AS p USING (account_id);

-- Notifications are put into words when they are read. The words of those from before stay.
ALTER TABLE personas.notifications
    ADD COLUMN facts jsonb,
    ALTER COLUMN title SET DEFAULT '';
COMMENT ON COLUMN personas.notifications.facts IS
    'what the words are made of; null where title and body were stored as words, in English';

-- Lists are read a page at a time.
CREATE INDEX mutes_newest ON personas.mutes (account_id, created_at DESC, mute_id DESC);
DROP INDEX personas.mutes_of_account;
