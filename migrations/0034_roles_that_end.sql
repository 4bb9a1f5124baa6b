-- A role in a chat protects as long as the account is seen with it now and then.
ALTER TABLE user_platform_links ADD COLUMN roles_at timestamptz;
COMMENT ON COLUMN user_platform_links.roles_at IS
    'when the account was last seen with its roles, to the day; null when it has never had any';
UPDATE user_platform_links SET roles_at = now() WHERE roles <> '{}';
