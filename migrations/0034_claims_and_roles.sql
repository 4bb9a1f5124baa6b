-- A role in a chat protects as long as the account is seen with it now and then.
ALTER TABLE user_platform_links ADD COLUMN roles_at timestamptz;
COMMENT ON COLUMN user_platform_links.roles_at IS
    'when the account was last seen with its roles, to the day; null when it has never had any';
UPDATE user_platform_links SET roles_at = now() WHERE roles <> '{}';

-- Several accounts may claim a code, and its owner says which one is meant; an account has one claim.
CREATE TABLE link_claims (
    platform         text    NOT NULL REFERENCES platforms,
    platform_user_id text    NOT NULL,
    username         text,
    token            text    NOT NULL REFERENCES link_tokens ON DELETE CASCADE,
    number           integer NOT NULL,
    PRIMARY KEY (platform, platform_user_id)
);
CREATE INDEX link_claims_by_token ON link_claims (token);
COMMENT ON COLUMN link_claims.number IS 'of the claim among all that the code has ever had: no two have the same';
ALTER TABLE link_tokens ADD COLUMN last_number integer NOT NULL DEFAULT 0;
-- target_* are those of the functions of the version before: a later migration removes them.
