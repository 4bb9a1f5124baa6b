-- Limits belong to people. An account that leaves its player may start another one: both stay one person, and share
-- what limits them (see ADR 35).

ALTER TABLE users ADD COLUMN person_id uuid;
COMMENT ON COLUMN users.person_id IS 'the same for players whose accounts were once one player''s; null until an account leaves';
CREATE INDEX users_of_a_person ON users (person_id) WHERE person_id IS NOT NULL;

-- An account is also remembered when it has left a player who goes on playing.
ALTER TABLE forgotten_accounts ADD COLUMN person_id uuid;
COMMENT ON COLUMN forgotten_accounts.person_id IS 'as users.person_id; null for those who were forgotten before it existed';
COMMENT ON COLUMN forgotten_accounts.forgotten_at IS 'when it left its player, or its player was forgotten';
CREATE INDEX forgotten_accounts_of_a_person ON forgotten_accounts (person_id) WHERE person_id IS NOT NULL;

-- A streak of no days keeps the day that was forgiven last.
ALTER TABLE user_streaks DROP CONSTRAINT user_streaks_streak_check;
ALTER TABLE user_streaks ADD CONSTRAINT user_streaks_streak_check CHECK (streak >= 0);
