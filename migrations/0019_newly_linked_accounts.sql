-- An account that claimed a code is new to its player for a day, and cannot cut off the accounts that were there before.

ALTER TABLE user_platform_links ADD COLUMN linked_at timestamptz;
COMMENT ON COLUMN user_platform_links.linked_at IS 'when a code brought the account to this player; null for the player''s own';
