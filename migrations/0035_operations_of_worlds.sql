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
