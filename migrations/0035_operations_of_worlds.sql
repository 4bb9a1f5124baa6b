-- What only the outer ring can measure, such as how many sockets listen: the last value that it has told. Source: worlds 26.
CREATE TABLE kernel.gauges (
    metric      text             NOT NULL,
    label       text             NOT NULL,
    value       double precision NOT NULL,
    measured_at timestamptz      NOT NULL,
    PRIMARY KEY (metric, label)
);

-- Administrators list accounts, the newest first.
CREATE INDEX accounts_by_age ON kernel.accounts (created_at DESC, account_id DESC);

-- Whose character is gone, with its world or by itself, is told so: their connection waits for the pusher to close it.
ALTER TABLE worlds.connections
    ALTER COLUMN character_id DROP NOT NULL,
    DROP CONSTRAINT connections_character_id_fkey,
    ADD CONSTRAINT connections_character_id_fkey
        FOREIGN KEY (character_id) REFERENCES worlds.characters ON DELETE SET NULL;
COMMENT ON COLUMN worlds.connections.character_id IS 'null: it is gone';
