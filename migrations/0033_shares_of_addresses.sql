-- Accounts cost nothing: what one address may have of what an installation spends and shows is shared by all its accounts.
ALTER TABLE kernel.accounts ADD COLUMN signed_up_from text;
COMMENT ON COLUMN kernel.accounts.signed_up_from IS 'a keyed hash of the address, or of its network; null for accounts from before';

-- For retention: what strangers did on the pages is kept for a shorter time.
CREATE INDEX happenings_of_strangers ON personas.happenings (created_at) WHERE account_id IS NULL;
