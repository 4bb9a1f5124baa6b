-- Notifications of Worlds, which types of them people want, and the devices they read them on. Source: worlds 26.
CREATE TABLE worlds.notifications (
    notification_id bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id      uuid        NOT NULL REFERENCES kernel.accounts ON DELETE CASCADE,
    type            text        NOT NULL
                    CONSTRAINT notifications_types CHECK (type IN ('new_world', 'user_signin')),
    world_id        uuid        REFERENCES worlds.worlds ON DELETE CASCADE,
    place           uuid,
    facts           jsonb       NOT NULL DEFAULT '{}',
    created_at      timestamptz NOT NULL,
    read_at         timestamptz,
    CONSTRAINT notifications_are_about_one_thing
        CHECK ((type = 'new_world') = (world_id IS NOT NULL) AND (type = 'user_signin') = (place IS NOT NULL))
);
COMMENT ON COLUMN worlds.notifications.world_id IS 'the world that is new to the account';
COMMENT ON COLUMN worlds.notifications.place IS 'the device and the network of a sign-in, as one id of the account';
CREATE UNIQUE INDEX notifications_one_per_world ON worlds.notifications (account_id, world_id);
CREATE UNIQUE INDEX notifications_one_per_place ON worlds.notifications (account_id, place);
CREATE INDEX notifications_by_account ON worlds.notifications (account_id, notification_id DESC);
CREATE INDEX notifications_unread ON worlds.notifications (account_id) WHERE read_at IS NULL;
CREATE INDEX notifications_by_world ON worlds.notifications (world_id) WHERE world_id IS NOT NULL;
CREATE INDEX notifications_by_age ON worlds.notifications (created_at);

CREATE TABLE worlds.notification_preferences (
    account_id  uuid    PRIMARY KEY REFERENCES kernel.accounts ON DELETE CASCADE,
    new_world   text    NOT NULL
                CONSTRAINT notification_preferences_worlds CHECK (new_world IN ('mine', 'public', 'none')),
    user_signin boolean NOT NULL
);
COMMENT ON TABLE worlds.notification_preferences IS 'of those who have chosen; others are told of their worlds and of sign-ins';
CREATE INDEX notification_preferences_public ON worlds.notification_preferences (account_id) WHERE new_world = 'public';

CREATE TABLE worlds.devices (
    device_id     uuid        PRIMARY KEY,
    account_id    uuid        NOT NULL REFERENCES kernel.accounts ON DELETE CASCADE,
    token         text        NOT NULL,
    platform      text        NOT NULL,
    name          text        NOT NULL,
    network       text        NOT NULL,
    user_agent    text        NOT NULL,
    registered_at timestamptz NOT NULL,
    seen_at       timestamptz NOT NULL
);
COMMENT ON COLUMN worlds.devices.token IS 'what the device names itself by';
COMMENT ON COLUMN worlds.devices.network IS 'where it was seen last: a sign-in from there with the same user agent is no news';
CREATE UNIQUE INDEX devices_one_per_token ON worlds.devices (account_id, token);
CREATE INDEX devices_by_age ON worlds.devices (seen_at);
