-- Each player's latest searches, by which the next ones become less lucky. Stats do not tell: they stay behind, without a
-- name, when a player is forgotten, but what limits a person outlives that.
CREATE TABLE searches (
    user_id     uuid        NOT NULL REFERENCES users ON DELETE CASCADE,
    searched_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, searched_at)
);
INSERT INTO searches (user_id, searched_at)
SELECT user_id, happened_at
FROM (SELECT user_id, event_type, happened_at FROM stats_events
      UNION ALL SELECT user_id, event_type, happened_at FROM stats_inbox) AS stats
JOIN users USING (user_id)
WHERE event_type = 'search' AND happened_at > now() - interval '24 hours'
ON CONFLICT DO NOTHING;
