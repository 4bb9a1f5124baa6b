-- Whether anything waits for accounts that are no player's yet. While nothing does, newcomers are not looked up in what
-- was imported, nor among timeouts. It is set by triggers, so that it holds whichever version of a function writes; a
-- clock sets it back.
ALTER TABLE world ADD COLUMN awaits_accounts boolean NOT NULL DEFAULT false;

CREATE FUNCTION await_accounts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM added) THEN
        RETURN NULL;
    END IF;
    -- The clock that sets it back waits for this lock, and then sees what waits; no one else does.
    PERFORM FROM world WHERE awaits_accounts FOR KEY SHARE;
    IF NOT FOUND THEN
        UPDATE world SET awaits_accounts = true, version = gen_random_uuid();
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER import_entries_await_accounts AFTER INSERT ON import_entries
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION await_accounts();
CREATE TRIGGER timeouts_await_accounts AFTER INSERT ON timeouts
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION await_accounts();
CREATE TRIGGER account_timeouts_await_accounts AFTER INSERT ON account_timeouts
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION await_accounts();

-- After the triggers, which keep all writers out until this is committed.
UPDATE world SET awaits_accounts = EXISTS (SELECT FROM import_entries WHERE credited_at IS NULL)
    OR EXISTS (SELECT FROM timeouts) OR EXISTS (SELECT FROM account_timeouts);

-- Part of the statement that adds an account without having looked: if something has begun to wait since its player was
-- read, the action is repeated.
CREATE FUNCTION nothing_awaits_accounts() RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF (SELECT awaits_accounts FROM world) THEN
        RAISE EXCEPTION 'something waits for accounts' USING ERRCODE = 'serialization_failure';
    END IF;
    RETURN true;
END
$$;

-- The game checks platforms itself, and this check costs newcomers less than a look into a table of three rows.
ALTER TABLE user_platform_links
    DROP CONSTRAINT user_platform_links_platform_fkey,
    ADD CONSTRAINT user_platform_links_platform_check CHECK (platform IN ('twitch', 'youtube', 'discord'));
