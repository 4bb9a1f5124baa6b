-- What was requested with a key, so that another request with the same key is refused. Null in answers from before, and
-- for keys that stand for whatever is sent with them.

ALTER TABLE idempotency_keys ADD COLUMN request_hash bytea;
