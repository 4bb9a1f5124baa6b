-- For a day, a link that a code has made can be undone as if it had not been: until then, it makes no one person of two.
ALTER TABLE user_platform_links ADD COLUMN person_before uuid;
COMMENT ON COLUMN user_platform_links.person_before IS
    'whose the account was until a code brought it to this player; null when it was no one''s, or has been settled';
CREATE INDEX user_platform_links_unsettled ON user_platform_links (person_before) WHERE person_before IS NOT NULL;
