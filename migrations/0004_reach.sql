-- Following the log from a place in it (kernel.events.following), or from the last event a listener has got.
CREATE INDEX events_in_order ON events (transaction_id, position);
CREATE INDEX events_by_id ON events (event_id);

-- What signs the tickets of viewers. Drawn here, so that no installation has another's, and no file has any.
CREATE TABLE signing_keys (
    purpose    text        PRIMARY KEY,
    key        bytea       NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO signing_keys (purpose, key)
VALUES ('tickets', decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex'));

-- Who listens to the stream: a row for each, as long as it is renewed.
CREATE TABLE stream_clients (
    client_id    uuid        PRIMARY KEY,
    connected_at timestamptz NOT NULL,
    seen_at      timestamptz NOT NULL
);
CREATE INDEX stream_clients_by_age ON stream_clients (seen_at);
