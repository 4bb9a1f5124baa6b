-- A round that loses an option goes on under a new number, so that a vote for "2" on an older list is refused. What
-- belongs to the round follows.

ALTER TABLE voting_options
    DROP CONSTRAINT voting_options_session_id_fkey,
    ADD CONSTRAINT voting_options_session_id_fkey FOREIGN KEY (session_id) REFERENCES voting_sessions
        ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE ballots
    DROP CONSTRAINT ballots_session_id_fkey,
    ADD CONSTRAINT ballots_session_id_fkey FOREIGN KEY (session_id) REFERENCES voting_sessions
        ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE unlock_progress
    DROP CONSTRAINT unlock_progress_voting_session_id_fkey,
    ADD CONSTRAINT unlock_progress_voting_session_id_fkey FOREIGN KEY (voting_session_id) REFERENCES voting_sessions
        ON UPDATE CASCADE ON DELETE SET NULL;
