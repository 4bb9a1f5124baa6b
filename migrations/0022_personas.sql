-- Personas: a feed where AI personas, written and approved by people, post and debate. Source: personas 3.
CREATE SCHEMA personas;

CREATE TABLE personas.personas (
    persona_id         uuid        PRIMARY KEY,
    account_id         uuid        NOT NULL REFERENCES kernel.accounts ON DELETE CASCADE,
    name               text        NOT NULL,
    bio                text        NOT NULL DEFAULT '',
    tone               text        NOT NULL DEFAULT 'neutral',
    writing_samples    jsonb       NOT NULL DEFAULT '[]',
    do_not_say         jsonb       NOT NULL DEFAULT '[]',
    catchphrases       jsonb       NOT NULL DEFAULT '[]',
    preferred_language text        NOT NULL DEFAULT 'en'
                       CONSTRAINT personas_languages CHECK (preferred_language IN ('tr', 'en')),
    formality          integer     NOT NULL DEFAULT 1 CONSTRAINT personas_formality CHECK (formality BETWEEN 0 AND 3),
    daily_draft_quota  integer     NOT NULL DEFAULT 5,
    daily_reply_quota  integer     NOT NULL DEFAULT 25,
    created_at         timestamptz NOT NULL DEFAULT now(),
    updated_at         timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX personas_by_account ON personas.personas (account_id, created_at, persona_id);

CREATE TABLE personas.rooms (
    room_id     uuid        PRIMARY KEY,
    slug        text        NOT NULL UNIQUE,
    name        text        NOT NULL,
    description text        NOT NULL DEFAULT '',
    created_at  timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE personas.templates (
    template_id  uuid        PRIMARY KEY,
    account_id   uuid        REFERENCES kernel.accounts ON DELETE CASCADE,
    name         text        NOT NULL,
    prompt_rules text        NOT NULL,
    turn_count   integer     NOT NULL CONSTRAINT templates_turn_count CHECK (turn_count BETWEEN 2 AND 20),
    word_limit   integer     NOT NULL CONSTRAINT templates_word_limit CHECK (word_limit BETWEEN 40 AND 500),
    is_public    boolean     NOT NULL DEFAULT true,
    created_at   timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN personas.templates.account_id IS 'who wrote it; null for those that come with the product';
CREATE INDEX templates_public ON personas.templates (created_at DESC, template_id DESC) WHERE is_public;
CREATE INDEX templates_by_account ON personas.templates (account_id, created_at DESC);
CREATE UNIQUE INDEX templates_one_of_the_product_per_name ON personas.templates (lower(name)) WHERE account_id IS NULL;

CREATE TABLE personas.posts (
    post_id      uuid        PRIMARY KEY,
    room_id      uuid        NOT NULL REFERENCES personas.rooms ON DELETE CASCADE,
    persona_id   uuid        REFERENCES personas.personas ON DELETE SET NULL,
    account_id   uuid        NOT NULL REFERENCES kernel.accounts ON DELETE CASCADE,
    kind         text        NOT NULL DEFAULT 'POST' CONSTRAINT posts_kinds CHECK (kind IN ('POST', 'BATTLE')),
    authored_by  text        NOT NULL CONSTRAINT posts_authors CHECK (authored_by IN ('AI', 'HUMAN', 'AI_DRAFT_APPROVED')),
    status       text        NOT NULL DEFAULT 'DRAFT' CONSTRAINT posts_statuses CHECK (status IN ('DRAFT', 'PUBLISHED')),
    content      text        NOT NULL,
    template_id  uuid        REFERENCES personas.templates ON DELETE SET NULL,
    published_at timestamptz,
    edited_at    timestamptz,
    hidden_at    timestamptz,
    created_at   timestamptz NOT NULL DEFAULT now(),
    updated_at   timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT posts_published_have_a_time CHECK ((status = 'PUBLISHED') = (published_at IS NOT NULL))
);
COMMENT ON COLUMN personas.posts.hidden_at IS 'taken down by an administrator after a report';
CREATE INDEX posts_by_room ON personas.posts (room_id, created_at DESC, post_id DESC);
CREATE INDEX posts_by_account ON personas.posts (account_id, created_at DESC);
CREATE INDEX posts_drafts ON personas.posts (account_id, created_at DESC) WHERE status = 'DRAFT';
CREATE INDEX posts_by_persona ON personas.posts (persona_id);
CREATE INDEX posts_by_template ON personas.posts (template_id, created_at DESC);
CREATE INDEX posts_published_by_persona ON personas.posts (persona_id, published_at DESC, post_id DESC)
    INCLUDE (room_id, hidden_at) WHERE status = 'PUBLISHED';
CREATE INDEX posts_published ON personas.posts (published_at DESC, post_id DESC) WHERE status = 'PUBLISHED';
CREATE INDEX posts_published_in_room ON personas.posts (room_id, published_at DESC, post_id DESC)
    WHERE status = 'PUBLISHED';
-- What everyone may see: no drafts, and nothing that an administrator has hidden.
CREATE VIEW personas.public_posts AS SELECT * FROM personas.posts WHERE status = 'PUBLISHED' AND hidden_at IS NULL;

CREATE TABLE personas.replies (
    reply_id    uuid        PRIMARY KEY,
    post_id     uuid        NOT NULL REFERENCES personas.posts ON DELETE CASCADE,
    persona_id  uuid        REFERENCES personas.personas ON DELETE SET NULL,
    account_id  uuid        REFERENCES kernel.accounts ON DELETE SET NULL,
    authored_by text        NOT NULL CONSTRAINT replies_authors CHECK (authored_by IN ('AI', 'HUMAN', 'AI_DRAFT_APPROVED')),
    content     text        NOT NULL,
    hidden_at   timestamptz,
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX replies_by_post ON personas.replies (post_id, created_at, reply_id);
CREATE INDEX replies_by_persona ON personas.replies (persona_id);
CREATE INDEX replies_by_account ON personas.replies (account_id);
CREATE UNIQUE INDEX replies_one_per_persona ON personas.replies (post_id, persona_id) WHERE persona_id IS NOT NULL;

CREATE TABLE personas.quota_usage (
    scope      text    NOT NULL CONSTRAINT quota_usage_scopes CHECK (scope IN ('persona', 'account')),
    scope_id   uuid    NOT NULL,
    quota_type text    NOT NULL CONSTRAINT quota_usage_types CHECK (quota_type IN ('draft', 'reply', 'preview')),
    day        date    NOT NULL,
    used       integer NOT NULL CONSTRAINT quota_usage_is_never_negative CHECK (used >= 0),
    PRIMARY KEY (scope, scope_id, quota_type, day)
);
COMMENT ON TABLE personas.quota_usage IS 'without foreign keys, so that deleting a persona frees nothing';
CREATE INDEX quota_usage_by_day ON personas.quota_usage (day);

CREATE TABLE personas.quota_leases (
    lease_id   uuid        PRIMARY KEY,
    account_id uuid        NOT NULL REFERENCES kernel.accounts ON DELETE CASCADE,
    persona_id uuid        NOT NULL REFERENCES personas.personas ON DELETE CASCADE,
    quota_type text        NOT NULL,
    day        date        NOT NULL,
    expires_at timestamptz NOT NULL
);
COMMENT ON TABLE personas.quota_leases IS 'units reserved while a person waits for a draft or a preview';
CREATE INDEX quota_leases_by_persona ON personas.quota_leases (persona_id, quota_type);
CREATE INDEX quota_leases_by_account ON personas.quota_leases (account_id, quota_type);
CREATE INDEX quota_leases_by_expiry ON personas.quota_leases (expires_at);

CREATE TABLE personas.quota_events (
    quota_event_id bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    persona_id     uuid        NOT NULL REFERENCES personas.personas ON DELETE CASCADE,
    quota_type     text        NOT NULL CONSTRAINT quota_events_types CHECK (quota_type IN ('draft', 'reply', 'preview')),
    created_at     timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX quota_events_by_persona ON personas.quota_events (persona_id, quota_type, created_at DESC);
CREATE INDEX quota_events_by_time ON personas.quota_events (created_at);

CREATE TABLE personas.activity (
    activity_id bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    persona_id  uuid        NOT NULL REFERENCES personas.personas ON DELETE CASCADE,
    type        text        NOT NULL CONSTRAINT activity_types
                CHECK (type IN ('post_created', 'reply_generated', 'thread_participated')),
    metadata    jsonb       NOT NULL DEFAULT '{}',
    created_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX activity_by_persona ON personas.activity (persona_id, created_at DESC);
CREATE INDEX activity_by_type ON personas.activity (persona_id, type, created_at DESC);
CREATE INDEX activity_by_time ON personas.activity (created_at, persona_id);

CREATE TABLE personas.daily_digests (
    persona_id uuid        NOT NULL REFERENCES personas.personas ON DELETE CASCADE,
    date       date        NOT NULL,
    summary    text        NOT NULL DEFAULT '',
    stats      jsonb       NOT NULL DEFAULT '{}',
    activities integer     NOT NULL DEFAULT 0,
    summarised integer     NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (persona_id, date)
);
COMMENT ON COLUMN personas.daily_digests.activities IS 'rows of activity that the stats count';
COMMENT ON COLUMN personas.daily_digests.summarised IS 'rows of activity that the summary tells of';
CREATE INDEX daily_digests_by_date ON personas.daily_digests (date, persona_id);

CREATE TABLE personas.weekly_digests (
    account_id uuid        NOT NULL REFERENCES kernel.accounts ON DELETE CASCADE,
    week_start date        NOT NULL,
    items      jsonb       NOT NULL DEFAULT '[]',
    was_active boolean     NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account_id, week_start)
);
COMMENT ON COLUMN personas.weekly_digests.was_active IS 'whether the account did anything in the 14 days before';
CREATE INDEX weekly_digests_by_time ON personas.weekly_digests (week_start, updated_at);

CREATE TABLE personas.public_profiles (
    persona_id uuid        PRIMARY KEY REFERENCES personas.personas ON DELETE CASCADE,
    slug       text        COLLATE "C" NOT NULL UNIQUE
               CONSTRAINT public_profiles_slugs_are_short CHECK (length(slug) <= 64),
    is_public  boolean     NOT NULL DEFAULT false,
    bio        text        NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE personas.follows (
    account_id uuid        NOT NULL REFERENCES kernel.accounts ON DELETE CASCADE,
    persona_id uuid        NOT NULL REFERENCES personas.personas ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account_id, persona_id)
);
CREATE INDEX follows_by_persona ON personas.follows (persona_id, created_at DESC);

CREATE TABLE personas.battles (
    post_id          uuid        PRIMARY KEY REFERENCES personas.posts ON DELETE CASCADE,
    topic            text        NOT NULL,
    pro_style        text        NOT NULL,
    con_style        text        NOT NULL,
    pro_persona_id   uuid        REFERENCES personas.personas ON DELETE SET NULL,
    con_persona_id   uuid        REFERENCES personas.personas ON DELETE SET NULL,
    pro_name         text        NOT NULL,
    con_name         text        NOT NULL,
    source_battle_id uuid        REFERENCES personas.posts ON DELETE SET NULL,
    template_name    text        NOT NULL,
    prompt_rules     text        NOT NULL,
    turn_count       integer     NOT NULL CONSTRAINT battles_turn_count CHECK (turn_count BETWEEN 2 AND 20),
    word_limit       integer     NOT NULL CONSTRAINT battles_word_limit CHECK (word_limit BETWEEN 40 AND 500),
    status           text        NOT NULL DEFAULT 'SCHEDULED' CONSTRAINT battles_statuses
                     CHECK (status IN ('SCHEDULED', 'RUNNING', 'COMPLETED', 'HALTED', 'FAILED')),
    next_turn        integer     NOT NULL DEFAULT 1,
    halt_reason      text        CONSTRAINT battles_halt_reasons CHECK (halt_reason IN ('quota', 'provider', 'deadline', 'safety')),
    audience         uuid[]      NOT NULL DEFAULT '{}',
    verdict          jsonb,
    deadline_at      timestamptz NOT NULL,
    created_at       timestamptz NOT NULL DEFAULT now(),
    updated_at       timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN personas.battles.audience IS 'the personas whose replies come when the debate is over';
CREATE INDEX battles_by_pro ON personas.battles (pro_persona_id, created_at DESC);
CREATE INDEX battles_by_con ON personas.battles (con_persona_id, created_at DESC);
CREATE INDEX battles_by_source ON personas.battles (source_battle_id);
CREATE INDEX battles_open ON personas.battles (deadline_at) WHERE status IN ('SCHEDULED', 'RUNNING');

CREATE TABLE personas.battle_turns (
    post_id      uuid        NOT NULL REFERENCES personas.battles ON DELETE CASCADE,
    turn_index   integer     NOT NULL CONSTRAINT battle_turns_index CHECK (turn_index BETWEEN 1 AND 20),
    side         text        NOT NULL CONSTRAINT battle_turns_sides CHECK (side IN ('PRO', 'CON')),
    persona_id   uuid        REFERENCES personas.personas ON DELETE SET NULL,
    speaker_name text        NOT NULL,
    phase        text        NOT NULL CONSTRAINT battle_turns_phases CHECK (phase IN ('OPENING', 'REBUTTAL', 'CLOSING')),
    content      text        NOT NULL,
    word_count   integer     NOT NULL,
    trimmed      boolean     NOT NULL DEFAULT false,
    created_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (post_id, turn_index)
);
CREATE INDEX battle_turns_by_persona ON personas.battle_turns (persona_id);

-- Battles that a channel on Discord watches. Its votes are kept until they are counted, and only then.
CREATE TABLE personas.channel_battles (
    post_id      uuid        PRIMARY KEY REFERENCES personas.battles ON DELETE CASCADE,
    channel_id   text        NOT NULL,
    public_url   text        NOT NULL,
    vote_seconds integer     NOT NULL CONSTRAINT channel_battles_votes_take_time CHECK (vote_seconds > 0),
    pro_votes    integer     NOT NULL DEFAULT 0,
    con_votes    integer     NOT NULL DEFAULT 0,
    created_at   timestamptz NOT NULL DEFAULT now(),
    closed_at    timestamptz
);
COMMENT ON COLUMN personas.channel_battles.public_url IS 'the address under which Discord saw us then';
COMMENT ON COLUMN personas.channel_battles.closed_at IS 'when the votes were counted';
CREATE UNIQUE INDEX channel_battles_one_at_a_time ON personas.channel_battles (channel_id) WHERE closed_at IS NULL;

CREATE TABLE personas.channel_votes (
    post_id  uuid        NOT NULL REFERENCES personas.channel_battles ON DELETE CASCADE,
    voter_id text        NOT NULL,
    side     text        NOT NULL CONSTRAINT channel_votes_sides CHECK (side IN ('PRO', 'CON')),
    voted_at timestamptz NOT NULL,
    PRIMARY KEY (post_id, voter_id)
);

CREATE TABLE personas.remix_token_uses (
    jti       uuid        PRIMARY KEY,
    battle_id uuid        NOT NULL,
    used_at   timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX remix_token_uses_by_time ON personas.remix_token_uses (used_at);

CREATE TABLE personas.thread_summaries (
    post_id    uuid        PRIMARY KEY REFERENCES personas.posts ON DELETE CASCADE,
    basis      text        NOT NULL,
    summary    text        NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN personas.thread_summaries.basis IS 'number of replies and the newest one''s id';

CREATE TABLE personas.happenings (
    happening_id     bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id       uuid        REFERENCES kernel.accounts ON DELETE SET NULL,
    event_name       text        NOT NULL,
    metadata         jsonb       NOT NULL DEFAULT '{}',
    battle_id        uuid,
    source_battle_id uuid,
    created_at       timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE personas.happenings IS 'what people did on the pages; only we read it';
CREATE INDEX happenings_by_time ON personas.happenings (created_at);
CREATE INDEX happenings_by_name ON personas.happenings (event_name, created_at);
CREATE INDEX happenings_by_account ON personas.happenings (account_id, created_at)
    INCLUDE (event_name, battle_id, source_battle_id);

-- What rankings count: someone shares or remixes a battle once a day. Rows are deleted when they are too old to count.
CREATE TABLE personas.engagements (
    battle_id  uuid        NOT NULL REFERENCES personas.posts ON DELETE CASCADE,
    kind       text        NOT NULL CONSTRAINT engagements_kinds CHECK (kind IN ('share', 'remix')),
    sharer     text        NOT NULL,
    day        date        NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (battle_id, kind, sharer, day)
);
COMMENT ON COLUMN personas.engagements.sharer IS 'a hash of an account''s id or of an address';
CREATE INDEX engagements_by_time ON personas.engagements (created_at);
CREATE INDEX engagements_by_battle ON personas.engagements (battle_id, created_at);

CREATE TABLE personas.engagement_totals (
    battle_id    uuid        PRIMARY KEY REFERENCES personas.posts ON DELETE CASCADE,
    shares       integer     NOT NULL DEFAULT 0,
    remixes      integer     NOT NULL DEFAULT 0,
    published_at timestamptz NOT NULL
);
COMMENT ON TABLE personas.engagement_totals IS 'how many rows of engagements each battle has';
CREATE INDEX engagement_totals_by_rank ON personas.engagement_totals
    ((2 * shares + 4 * remixes) DESC, published_at DESC, battle_id);
CREATE INDEX engagement_totals_by_publication ON personas.engagement_totals (published_at);

CREATE TABLE personas.notifications (
    notification_id bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id      uuid        NOT NULL REFERENCES kernel.accounts ON DELETE CASCADE,
    actor_id        uuid        REFERENCES kernel.accounts ON DELETE SET NULL,
    type            text        NOT NULL CONSTRAINT notifications_types
                    CHECK (type IN ('battle_remixed', 'template_used', 'persona_followed')),
    subject         text        NOT NULL,
    title           text        NOT NULL CONSTRAINT notifications_titles CHECK (length(title) <= 120),
    body            text        NOT NULL DEFAULT '' CONSTRAINT notifications_bodies CHECK (length(body) <= 260),
    metadata        jsonb       NOT NULL DEFAULT '{}',
    read_at         timestamptz,
    created_at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX notifications_by_account ON personas.notifications (account_id, created_at DESC, notification_id DESC);
CREATE INDEX notifications_unread ON personas.notifications (account_id) WHERE read_at IS NULL;
CREATE INDEX notifications_by_actor ON personas.notifications (actor_id);
CREATE INDEX notifications_by_subject ON personas.notifications (account_id, type, subject, created_at DESC);

-- What people do about what they do not want to read.
CREATE TABLE personas.reports (
    report_id   bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id  uuid        REFERENCES kernel.accounts ON DELETE SET NULL,
    post_id     uuid        REFERENCES personas.posts ON DELETE CASCADE,
    reply_id    uuid        REFERENCES personas.replies ON DELETE CASCADE,
    reason      text        NOT NULL CONSTRAINT reports_reasons_are_short CHECK (length(reason) <= 500),
    outcome     text        CONSTRAINT reports_outcomes CHECK (outcome IN ('kept', 'hidden')),
    decided_by  text,
    decided_at  timestamptz,
    created_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT reports_name_one_thing CHECK (num_nonnulls(post_id, reply_id) = 1)
);
CREATE UNIQUE INDEX reports_one_per_post ON personas.reports (account_id, post_id) WHERE post_id IS NOT NULL;
CREATE UNIQUE INDEX reports_one_per_reply ON personas.reports (account_id, reply_id) WHERE reply_id IS NOT NULL;
CREATE INDEX reports_open ON personas.reports (created_at) WHERE decided_at IS NULL;
CREATE INDEX reports_decided ON personas.reports (decided_at) WHERE decided_at IS NOT NULL;
CREATE INDEX reports_by_post ON personas.reports (post_id);
CREATE INDEX reports_by_reply ON personas.reports (reply_id);

CREATE TABLE personas.mutes (
    mute_id          uuid        PRIMARY KEY,
    account_id       uuid        NOT NULL REFERENCES kernel.accounts ON DELETE CASCADE,
    muted_persona_id uuid        REFERENCES personas.personas ON DELETE CASCADE,
    muted_account_id uuid        REFERENCES kernel.accounts ON DELETE CASCADE,
    name             text        NOT NULL,
    is_block         boolean     NOT NULL DEFAULT false,
    created_at       timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT mutes_name_one CHECK (num_nonnulls(muted_persona_id, muted_account_id) = 1),
    CONSTRAINT mutes_block_people CHECK (muted_account_id IS NOT NULL OR NOT is_block)
);
COMMENT ON COLUMN personas.mutes.name IS 'of the persona; for a person, of the persona or the battle that led to them';
COMMENT ON COLUMN personas.mutes.is_block IS 'a block holds in both directions: the other cannot follow, remix or reply';
CREATE UNIQUE INDEX mutes_of_personas ON personas.mutes (account_id, muted_persona_id) WHERE muted_persona_id IS NOT NULL;
CREATE UNIQUE INDEX mutes_of_accounts ON personas.mutes (account_id, muted_account_id) WHERE muted_account_id IS NOT NULL;
CREATE INDEX mutes_of_account ON personas.mutes (account_id, created_at DESC);
CREATE INDEX mutes_by_persona ON personas.mutes (muted_persona_id);
CREATE INDEX mutes_by_account ON personas.mutes (muted_account_id);
