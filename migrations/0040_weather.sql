-- The weather that a world's owner has set for a while. All other weather is computed. Source: worlds 5 and 12.
ALTER TABLE worlds.worlds
    ADD COLUMN weather       text
        CONSTRAINT worlds_weathers CHECK (weather IN ('clear', 'cloudy', 'rain', 'storm', 'snow')),
    ADD COLUMN weather_since bigint,
    ADD COLUMN weather_until bigint,
    ADD CONSTRAINT worlds_weather_lasts CHECK (
        CASE WHEN weather IS NULL THEN weather_since IS NULL AND weather_until IS NULL
        ELSE coalesce(weather_since < weather_until, false) END);
COMMENT ON COLUMN worlds.worlds.weather IS 'set by the owner, perhaps in the past; null: never';
COMMENT ON COLUMN worlds.worlds.weather_since IS 'half hours of game time since the world began, as is weather_until';

-- Up to where people in a world have been told of its weather. It follows from nothing in the log, and need not: lost, it
-- costs them a line.
CREATE TABLE worlds.weather_told (
    world_id   uuid   PRIMARY KEY REFERENCES worlds.worlds ON DELETE CASCADE,
    told_until bigint NOT NULL
);
COMMENT ON COLUMN worlds.weather_told.told_until IS 'milliseconds of game time';
