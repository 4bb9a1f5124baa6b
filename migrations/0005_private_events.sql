-- What our own parts ask of each other is in the log, too, but no listener hears of it. Each event's type declares it.
ALTER TABLE events ADD COLUMN private boolean NOT NULL DEFAULT false;
UPDATE events SET private = true WHERE event_type LIKE 'discord.%' OR event_type = 'events.replay_requested';
