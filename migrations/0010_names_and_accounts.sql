-- Names are found by a key that is computed from them (see kernel.naming), and ids are compared as they are typed.
-- Rows without a key were written by functions from before; `community.preparation` fills it in.

ALTER TABLE user_platform_links ADD COLUMN name_key text;
CREATE INDEX user_platform_links_by_name_key
    ON user_platform_links (platform, (coalesce(name_key, lower(username)) COLLATE "C"));
DROP INDEX user_platform_links_by_name;

UPDATE user_platform_links AS l
SET platform_user_id = n.platform_user_id
FROM (
    SELECT user_id, platform,
           regexp_replace(
               btrim(regexp_replace(normalize(platform_user_id, NFKC), '[\u200B-\u200F\u2060-\u2064\uFEFF\u00AD]', '', 'g')),
               '^([0-9]+)\.0+$', '\1'
           ) AS platform_user_id
    FROM user_platform_links
) AS n
WHERE (l.user_id, l.platform) = (n.user_id, n.platform)
  AND l.platform_user_id <> n.platform_user_id
  AND n.platform_user_id <> ''
  AND NOT EXISTS (
      SELECT FROM user_platform_links taken
      WHERE taken.platform = n.platform AND taken.platform_user_id = n.platform_user_id
  )
  AND NOT EXISTS (
      SELECT FROM user_platform_links twin
      WHERE twin.platform = n.platform AND twin.user_id < n.user_id AND twin.platform_user_id <> n.platform_user_id
        AND regexp_replace(
                btrim(regexp_replace(normalize(twin.platform_user_id, NFKC), '[\u200B-\u200F\u2060-\u2064\uFEFF\u00AD]', '', 'g')),
                '^([0-9]+)\.0+$', '\1'
            ) = n.platform_user_id
  );

-- A timeout belongs to a player, with all their accounts. `timeouts` is for names that no player has, and for accounts
-- that were unlinked from a silenced player: the id tells them from the next one of that name.

CREATE TABLE player_timeouts (
    user_id    uuid        PRIMARY KEY REFERENCES users ON DELETE CASCADE,
    expires_at timestamptz NOT NULL,
    reason     text        NOT NULL DEFAULT ''
);
ALTER TABLE timeouts
    ADD COLUMN platform_user_id text,
    DROP CONSTRAINT timeouts_names_are_lower_case;
CREATE INDEX timeouts_by_account ON timeouts (platform, platform_user_id) WHERE platform_user_id IS NOT NULL;

WITH known AS (
    SELECT t.platform, t.username, t.expires_at, t.reason,
           (
               SELECT l.user_id FROM user_platform_links l
               WHERE l.platform = t.platform AND lower(l.username) = t.username
               ORDER BY l.seen_at DESC LIMIT 1
           ) AS user_id
    FROM timeouts t
    WHERE t.expires_at > now()
), moved AS (
    DELETE FROM timeouts t USING known k
    WHERE (t.platform, t.username) = (k.platform, k.username) AND k.user_id IS NOT NULL
)
INSERT INTO player_timeouts (user_id, expires_at, reason)
SELECT DISTINCT ON (user_id) user_id, expires_at, reason FROM known WHERE user_id IS NOT NULL
ORDER BY user_id, expires_at DESC;
