-- The battles of a room, newest first, without what else was posted since: an old battle may have 90,000 newer posts.
CREATE INDEX posts_battles_in_room ON personas.posts (room_id, published_at DESC, post_id DESC)
    WHERE status = 'PUBLISHED' AND kind = 'BATTLE';
