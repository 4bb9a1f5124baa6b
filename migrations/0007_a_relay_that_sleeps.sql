-- The relay publishes the outbox while there is something to publish, and sleeps otherwise. A transaction that writes
-- events asks behind its COMMIT whether the relay is asleep, and if so wakes it (kernel.events.waking).

CREATE TABLE relay_lease (
    only_row    boolean     PRIMARY KEY DEFAULT true CHECK (only_row),
    awake_until timestamptz NOT NULL DEFAULT '-infinity',
    wanted_at   timestamptz NOT NULL DEFAULT '-infinity'
);
COMMENT ON COLUMN relay_lease.awake_until IS 'until then, a relay looks for new events by itself; it renews the lease';
COMMENT ON COLUMN relay_lease.wanted_at IS 'when the relay was last woken: of many that find it asleep, one wakes it';
INSERT INTO relay_lease DEFAULT VALUES;
