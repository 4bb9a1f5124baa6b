-- The connection of a deleted account, or of a character that is gone, is still open at the gateway: its row stays, without
-- either, until the pusher has closed it.
ALTER TABLE worlds.connections
    ALTER COLUMN character_id DROP NOT NULL,
    ALTER COLUMN account_id DROP NOT NULL,
    DROP CONSTRAINT connections_character_id_fkey,
    DROP CONSTRAINT connections_account_id_fkey,
    ADD CONSTRAINT connections_character_id_fkey
        FOREIGN KEY (character_id) REFERENCES worlds.characters ON DELETE SET NULL,
    ADD CONSTRAINT connections_account_id_fkey
        FOREIGN KEY (account_id) REFERENCES kernel.accounts ON DELETE SET NULL;
