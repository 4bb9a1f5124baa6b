-- What inner functions ask of the outside: an LLM's sentence, a mail. A request is done once, however often its message
-- is delivered: a delivery finds nothing to claim, and a second answer changes nothing.
CREATE TABLE kernel.outside_requests (
    request_id   bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind         text        NOT NULL,
    input        jsonb       NOT NULL DEFAULT '{}',
    dedupe_key   text        NOT NULL,
    account_id   uuid        REFERENCES kernel.accounts ON DELETE SET NULL,
    trace_id     text        NOT NULL DEFAULT '',
    inside       boolean     NOT NULL DEFAULT false,
    status       text        NOT NULL DEFAULT 'pending'
                 CONSTRAINT outside_requests_have_a_known_status CHECK (status IN ('pending', 'claimed', 'done', 'failed')),
    attempts     integer     NOT NULL DEFAULT 0,
    due_at       timestamptz NOT NULL,
    send_at      timestamptz NOT NULL,
    claim_id     uuid,
    leased_until timestamptz,
    error        text CONSTRAINT outside_requests_errors_are_short CHECK (length(error) <= 500),
    created_at   timestamptz NOT NULL DEFAULT now(),
    finished_at  timestamptz
);
COMMENT ON COLUMN kernel.outside_requests.trace_id IS 'the id of the call that asked';
COMMENT ON COLUMN kernel.outside_requests.inside IS 'true for work that needs no answer from outside';
COMMENT ON COLUMN kernel.outside_requests.input IS 'emptied once the request is done';
COMMENT ON COLUMN kernel.outside_requests.send_at IS 'when the clock sends the request''s message, for the first time or again';
COMMENT ON COLUMN kernel.outside_requests.attempts IS 'counted when a request is claimed, so that crashes count';
CREATE UNIQUE INDEX outside_requests_one_at_a_time ON kernel.outside_requests (dedupe_key)
    WHERE status IN ('pending', 'claimed');
CREATE INDEX outside_requests_to_send ON kernel.outside_requests (send_at, request_id)
    WHERE status IN ('pending', 'claimed');
CREATE INDEX outside_requests_finished ON kernel.outside_requests (finished_at) WHERE status IN ('done', 'failed');
CREATE INDEX outside_requests_by_account ON kernel.outside_requests (account_id);

-- What has been spent, per day, for the caps of an account and of the installation.
CREATE TABLE kernel.outside_usage (
    scope         text    NOT NULL,
    day           date    NOT NULL,
    operation     text    NOT NULL,
    calls         bigint  NOT NULL DEFAULT 0,
    input_tokens  bigint  NOT NULL DEFAULT 0,
    output_tokens bigint  NOT NULL DEFAULT 0,
    cost_micros   bigint  NOT NULL DEFAULT 0,
    PRIMARY KEY (scope, day, operation)
);
COMMENT ON COLUMN kernel.outside_usage.scope IS 'an account''s id, or "installation"';
COMMENT ON COLUMN kernel.outside_usage.cost_micros IS 'in millionths of a US dollar';
