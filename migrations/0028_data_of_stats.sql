-- Forgetting a player looks for them in the data that bots have sent with stats. Streaks stored their length there before.
CREATE INDEX stats_events_with_data ON stats_events (stat_id)
    WHERE event_data IS NOT NULL AND event_type <> 'daily_streak';
