-- Polls: votes on something outside the tree, such as what becomes of a world. They are rounds with options and ballots
-- like those on the next target, so they are counted by the same code. A poll that no one voted in ends without a winner.
ALTER TABLE voting_sessions
    ADD COLUMN poll_id    uuid CONSTRAINT voting_sessions_one_per_poll UNIQUE,
    ADD COLUMN world_id   uuid,
    ADD COLUMN world_name text,
    ADD CONSTRAINT voting_sessions_polls_are_about_a_world CHECK (num_nulls(poll_id, world_id, world_name) IN (0, 3)),
    DROP CONSTRAINT voting_sessions_end_with_a_winner,
    ADD CONSTRAINT voting_sessions_end_with_a_winner CHECK (
        (status = 'completed') = (ended_at IS NOT NULL)
        AND CASE WHEN poll_id IS NULL THEN (status = 'completed') = (winning_option_id IS NOT NULL)
                 ELSE status = 'completed' OR winning_option_id IS NULL END
    );
DROP INDEX voting_sessions_one_open;
CREATE UNIQUE INDEX voting_sessions_one_open ON voting_sessions ((poll_id IS NULL)) WHERE status <> 'completed';
COMMENT ON INDEX voting_sessions_one_open IS 'one vote on the tree, and one poll';
CREATE INDEX voting_sessions_polls ON voting_sessions (session_id) WHERE poll_id IS NOT NULL;

-- What is chosen in a poll: its key, and the label and the description that people read.
ALTER TABLE voting_options
    ALTER COLUMN node_id DROP NOT NULL,
    ADD COLUMN choice jsonb,
    ADD CONSTRAINT voting_options_are_of_the_tree_or_a_poll CHECK (num_nulls(node_id, choice) = 1);
