-- Guesses of linking codes: how many an account, or all accounts behind an address, made within a minute.

CREATE TABLE code_guesses (
    platform         text        NOT NULL,
    platform_user_id text        NOT NULL,
    guesses          integer     NOT NULL,
    window_start     timestamptz NOT NULL,
    PRIMARY KEY (platform, platform_user_id)
);
COMMENT ON COLUMN code_guesses.platform IS 'empty where platform_user_id is the address of a caller';

-- failed_keys is not used any more: wrong API keys are counted in memory. The functions of the version before still write
-- to it while this one is deployed, so a later migration removes it.
